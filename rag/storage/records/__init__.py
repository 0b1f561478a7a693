"""Records of a library, in tables that were added after format 2 was fixed."""
