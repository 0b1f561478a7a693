"""Runs a suite: asks each case, judges the answer, writes one line a case."""
