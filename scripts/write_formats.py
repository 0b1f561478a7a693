"""Writes docs/formats.md from the table of formats: python scripts/write_formats.py."""

from pathlib import Path

from rag.readers.formats.table import formats_document

if __name__ == "__main__":
    path = Path(__file__).parents[1] / "docs" / "formats.md"
    path.write_text(formats_document(), encoding="utf-8")
