"""Encodes texts as vectors.

It has two encoders: the one that ships with the package, and one for an embeddings endpoint.
"""
