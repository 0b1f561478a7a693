"""Benchmarks of answers, retrieval, abstention, verification and the judges."""
