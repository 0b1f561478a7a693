"""What the page asks of the engine beside the conversation itself."""
