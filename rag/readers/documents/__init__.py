"""Reads documents of word processors and e-books: DOCX, ODT, RTF, EPUB."""
