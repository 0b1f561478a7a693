"""The readable formats, in one table, and the loading of a file by its format."""
