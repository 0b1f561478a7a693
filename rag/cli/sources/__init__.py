"""The commands that keep a library up to date and show what it has had."""
