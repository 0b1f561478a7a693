"""Metrics: pure functions over results, and the significance of their values.

They use no engine and no judge.
"""
