"""The command that cites, and the files that a conversation is saved in."""
