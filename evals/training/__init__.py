"""Fits the verifier and the statement checker."""
