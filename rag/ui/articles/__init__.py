"""The tab of the articles, and an article to read."""
