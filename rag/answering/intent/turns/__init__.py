"""What a turn takes over from the turns before it, by fitted models."""
