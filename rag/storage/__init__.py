"""Storage: the library of articles, passages and vectors.

The library is in a SQLite file or on a PostgreSQL server.
"""
