"""A conversation as a document: Markdown with footnotes, or a Word document.

`rag.transcript.markdown` and `rag.transcript.word` are imported when they are first used.
"""
