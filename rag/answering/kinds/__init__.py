"""The kinds of answers: one module for each kind of question."""
