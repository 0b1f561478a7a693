"""The MCP server: the library as tools and resources for language models.

`rag mcp` serves it over standard input and output, `rag serve` at /mcp. Every tool only reads.
"""
