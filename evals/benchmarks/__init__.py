"""Benchmarks: quality, performance, and other systems over the same articles."""
