"""What the owner of the server does on the page: the writer, the sources, the library."""
