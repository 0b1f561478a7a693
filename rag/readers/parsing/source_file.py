"""Files as the readers see them, on the disk or as members of an archive.

A file larger than Settings.max_file_mb is refused before it is read, and nothing but regular files is opened. A file
may name other files beside it (an export names attached texts): only files below its own folder are opened.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rag.errors import ReadError
from rag.readers.fetch import FetchPage
from rag.settings import Settings
from rag.types.ingest import LoadedArticle, LoadFailure

Results = Iterator[LoadedArticle | LoadFailure]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read, on the disk or in an archive.

    `name` is the file name, `source_name` names the file in messages, `origin` is stored with its articles (with the id
    of the article behind a colon, if the file holds several: its place in the file may change). `open`
    opens its bytes, `neighbour` opens a file by its path relative to this file's folder (None if there is none). `path`
    is None in an archive.
    """

    name: str
    source_name: str
    origin: str
    open: Callable[[], BinaryIO]
    size: Callable[[], int]
    neighbour: Callable[[str], "SourceFile | None"]
    path: Path | None = None

    @property
    def suffix(self) -> str:
        """The last suffix of the file name, in lower case, with its dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The file name without its last suffix."""
        return PurePosixPath(self.name).stem

    def read(self, settings: Settings) -> bytes:
        """The content.

        Raises ReadError for a file that is empty or larger than Settings.max_file_mb.
        """
        max_bytes = max_file_bytes(settings)
        size = self.size()
        data = b""
        if size <= max_bytes:
            with self.open() as file, access_errors(self.source_name):
                data = file.read(max_bytes + 1)
            size = max(size, len(data))  # the file may have grown since
        if size > max_bytes:
            raise ReadError(
                self.source_name,
                f"is larger than {settings.max_file_mb:g} MB ({size / 1e6:.1f}); split it, or raise RAG_MAX_FILE_MB",
            )
        if not data.strip():
            raise ReadError(self.source_name, "is empty; there is nothing to read in it")
        return data


@dataclass(frozen=True, slots=True)
class LoadContext:
    """What a reader of files needs beside the file.

    `load` reads another file, such as a member of an archive. `follow_links` says whether pages that a file links to
    are fetched, which `fetch_page` does. `claimed` has the origins of the files that an export names as texts of its
    entries: they are not read again on their own.
    """

    settings: Settings
    load: Callable[[SourceFile], Results]
    fetch_page: FetchPage
    follow_links: bool = False
    claimed: set[str] = field(default_factory=set)


def file_on_disk(path: Path) -> SourceFile:
    """The file `path`. Raises ReadError if it is not a regular file."""
    source_name = printable_path(path)
    with access_errors(path):
        is_file = path.is_file()
        origin = printable_path(path.resolve())
    if not is_file:  # opening a pipe waits for a writer, and a device may never end
        raise ReadError(source_name, "is not a regular file; save its content to a file and add that")

    def size() -> int:
        with access_errors(path):
            return path.stat().st_size

    def open_file() -> BinaryIO:
        with access_errors(path):
            return path.open("rb")

    return SourceFile(
        printable_path(path.name),
        source_name,
        origin,
        open_file,
        size,
        lambda name: _neighbour_on_disk(path, name),
        path,
    )


def file_in_memory(name: str, data: bytes) -> SourceFile:
    """The file of the bytes `data`, with no other file beside it."""
    return SourceFile(name, name, name, lambda: io.BytesIO(data), lambda: len(data), no_neighbour)


def no_neighbour(_name: str) -> None:
    """The neighbour of a file that stands alone."""


def relative_name(name: str) -> str | None:
    """`name` as a path below a folder; None if it leads out of it."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name or ":" in path.parts[0]:
        return None
    return str(path)


def _neighbour_on_disk(path: Path, name: str) -> SourceFile | None:
    relative = relative_name(name)
    if relative is None:
        return None
    folder = path.parent.resolve()
    try:
        other = (folder / relative).resolve()
        if not other.is_relative_to(folder) or not other.is_file():
            return None
    except (OSError, ValueError):  # a name that is too long
        return None
    return file_on_disk(path.parent / relative)


def printable_path(path: Path | str) -> str:
    """Returns `path` as text that can be printed and stored.

    Bytes of the file name that are not UTF-8 are replaced.
    """
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def access_errors(path: Path | str) -> Iterator[None]:
    """Raises ReadError if the system refuses access to `path`.

    Only accesses to files stand in its block.
    """
    try:
        yield
    except OSError as error:
        raise ReadError(
            printable_path(path), f"cannot be read ({error.strerror or error}); check its permissions"
        ) from None


def max_file_bytes(settings: Settings) -> int:
    """Settings.max_file_mb in bytes."""
    return int(settings.max_file_mb * 1_000_000)
