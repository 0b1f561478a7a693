"""What LlamaIndex sees of the system: nodes, a retriever, a parser, events."""
