"""Indexes derived from the library: vectors in Chroma, full text in Tantivy."""
