"""The kinds of answers: one module for each thing that a question may ask for."""
