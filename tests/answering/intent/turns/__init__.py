"""Tests of what a turn takes over from the turns before it."""
