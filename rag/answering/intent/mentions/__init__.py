"""What a question mentions of the catalogue, and of days of publication."""
