"""Debates: who holds what on a question, who answers whom, and since when."""
