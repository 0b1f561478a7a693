"""What a library records beside the articles and passages, in tables that were added after format 2 was fixed."""
