"""Trains the classifier of intents on typed questions over invented collections."""
