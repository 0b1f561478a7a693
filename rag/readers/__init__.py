"""Loads articles from sources: files, folders, web pages and feeds.

Other packages use rag.readers.sources.
"""
