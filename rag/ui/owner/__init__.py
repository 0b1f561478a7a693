"""What the server's owner does on the page: writer, sources, library."""
