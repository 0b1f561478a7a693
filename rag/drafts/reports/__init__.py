"""The report on a draft as Markdown, as a Word document, and as lines."""
