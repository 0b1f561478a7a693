"""Reads exports of reference managers and read-later services.

Lists of feeds and bookmarks are exports too.
"""
