"""Ingestion: articles → passages → vectors → library → indexes."""
