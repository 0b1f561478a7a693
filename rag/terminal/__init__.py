"""What the command line and the evals show on a terminal."""
