"""Runs a suite: asks each case, has the answer judged, and keeps one line a case."""
