"""A language model's draft of an answer: its sentences, and what they cite."""
