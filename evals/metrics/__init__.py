"""Metrics: pure functions over results, and how sure their values are.

They ask no engine and no judge.
"""
