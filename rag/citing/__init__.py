"""Citations, exports of sources, Word documents and debate cards.

`rag.citing.citations` is its face: the styles and formats, and what they make of articles and answers. Everything here
is imported when it is first used, since the libraries behind it are not needed to answer a question.
"""
