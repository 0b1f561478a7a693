"""The table of formats is what is documented, what the help lists and what is read."""

from pathlib import Path

from rag.cli.library import ADD_HELP
from rag.readers.formats.loaders import LOADERS
from rag.readers.formats.table import FORMATS, READABLE_SUFFIXES, formats_document

ROOT = Path(__file__).parents[3]


def test_the_page_of_formats_is_the_table() -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert page == formats_document(), "run: python scripts/write_formats.py"


def test_each_format_of_files_has_its_reader_and_its_own_suffixes() -> None:
    assert set(LOADERS) == {row.name for row in FORMATS if row.suffixes}
    assert len(set(READABLE_SUFFIXES)) == len(READABLE_SUFFIXES)


def test_the_help_lists_every_suffix() -> None:
    assert all(suffix in ADD_HELP.split() for suffix in READABLE_SUFFIXES)
