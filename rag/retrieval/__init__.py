"""Retrieval: question → ranked passages within filters."""
