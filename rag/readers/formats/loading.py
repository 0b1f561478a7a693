"""Loads the articles of one file by the reader of its format."""

from collections.abc import Callable
from pathlib import Path

from rag.errors import ReadError
from rag.readers.fetch import FetchPage
from rag.readers.formats.loaders import LOADERS
from rag.readers.formats.table import READABLE_SUFFIXES, format_of
from rag.readers.parsing.source_file import LoadContext, Results, SourceFile, file_on_disk, printable_path
from rag.readers.press_databases.splitting import split_download
from rag.settings import Settings
from rag.types.ingest import LoadFailure

# How much of a text file tells whether it is a press database's download.
PRESS_BEGINNING_BYTES = 200_000


class FileLoader:
    """Loads files, one after the other, as one batch.

    With `follow_links`, pages that a file lists without their text are fetched, with `fetch_page`. `is_claimed` says
    whether an export that was loaded before names the file as the text of one of its entries.
    """

    def __init__(self, settings: Settings, *, follow_links: bool, fetch_page: FetchPage) -> None:
        """Takes the settings, whether links are followed, and what fetches a page."""
        self._context = LoadContext(settings, self.load_source_file, fetch_page, follow_links)

    def load(self, path: Path) -> Results:
        """Reads the articles of the file `path`. Never raises for bad input."""
        try:
            yield from self._load_checked(printable_path(path), path.suffix.lower(), lambda: file_on_disk(path))
        except ReadError as error:
            yield LoadFailure(error.what, error.why)

    def is_claimed(self, path: Path) -> bool:
        """Whether the file is an export's text that has been read with the export."""
        return bool(self._context.claimed) and printable_path(path.resolve()) in self._context.claimed

    def load_source_file(self, file: SourceFile) -> Results:
        """Reads the articles of a file that another file holds or names."""
        try:
            yield from self._load_checked(file.source_name, file.suffix, lambda: file)
        except ReadError as error:
            yield LoadFailure(error.what, error.why)

    def _load_checked(self, source_name: str, suffix: str, open_file: Callable[[], SourceFile]) -> Results:
        if suffix not in READABLE_SUFFIXES:
            raise ReadError(source_name, f"is not a readable kind of file; readable are {', '.join(READABLE_SUFFIXES)}")
        yield from LOADERS[format_of(suffix).name](open_file(), self._context)


def count_in_file(path: Path) -> int | None:
    """The maximum number of articles of `path`.

    It is the number of lines for JSON Lines, None for a press download and for formats that hold several articles,
    else 1.
    """
    suffix = path.suffix.lower()
    if suffix not in READABLE_SUFFIXES or not path.is_file():
        return 1
    if suffix == ".txt":
        return None if _is_press_download(path) else 1
    if suffix != ".jsonl":
        return None if format_of(suffix).holds_many else 1
    try:
        with path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) or 1
    except OSError:  # loading the file reports it
        return 1


def _is_press_download(path: Path) -> bool:
    """Whether the beginning of a text file is that of a press database's download."""
    try:
        with path.open("rb") as file:
            beginning = file.read(PRESS_BEGINNING_BYTES)
    except OSError:  # loading the file reports it
        return False
    return bool(split_download(beginning.decode("utf-8", "replace")))
