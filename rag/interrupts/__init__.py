"""Stops work that nobody waits for: signals to the program, cancelled questions."""
