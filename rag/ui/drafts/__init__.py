"""The page checks a draft: its requests, and how a report looks."""
