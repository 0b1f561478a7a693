"""Tests of what a turn is understood to ask for."""
