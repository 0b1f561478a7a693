"""Syncs a library with the folders and feeds that its articles come from."""
