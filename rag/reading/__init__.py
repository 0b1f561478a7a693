"""Reading: one model reads a question or a statement together with a passage."""
