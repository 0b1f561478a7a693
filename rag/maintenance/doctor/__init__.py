"""Examines an installation and its library, and says what to do."""
