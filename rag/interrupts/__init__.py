"""Stops work: on signals to the program, and for cancelled questions."""
