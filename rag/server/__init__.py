"""The HTTP server: the page and the OpenAI-compatible API."""
