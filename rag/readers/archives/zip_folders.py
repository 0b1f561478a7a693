"""Reads the files in a zip archive as those of a folder.

Nothing is unpacked to the disk.
"""

import io
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import BinaryIO

from rag.errors import ReadError
from rag.readers.encoding import to_one_line
from rag.readers.parsing.bounded_zip import BoundedZip
from rag.readers.parsing.source_file import LoadContext, Results, SourceFile, max_file_bytes, relative_name
from rag.settings import Settings
from rag.types.ingest import LoadFailure


class ZipFolder:
    """The files of a zip archive, each as a SourceFile."""

    def __init__(self, archive: BoundedZip, file: SourceFile, settings: Settings) -> None:
        """Takes the opened archive of `file`."""
        self._archive, self._file = archive, file
        self._max_bytes = max_file_bytes(settings)
        self._names = set(archive.names)

    def member(self, name: str) -> SourceFile:
        """The member `name` as a file."""
        shown = to_one_line(name)

        def open_member() -> BinaryIO:
            return io.BytesIO(self._archive.read(name, self._max_bytes))

        def size() -> int:
            return self._archive.size(name)

        return SourceFile(
            PurePosixPath(shown).name,
            f"{self._file.source_name}:{shown}",
            f"{self._file.origin}:{shown}",
            open_member,
            size,
            lambda other: self._neighbour(name, other),
        )

    def _neighbour(self, name: str, other: str) -> SourceFile | None:
        relative = relative_name(other)
        path = str(PurePosixPath(name).parent / relative) if relative else ""
        return self.member(path) if path in self._names else None


def load_zip(
    file: SourceFile,
    context: LoadContext,
    readable_files: Callable[[list[str]], list[str]],
) -> Results:
    """Reads the readable files of the archive.

    `readable_files` says which of the names are read, and in which order. A file that cannot be read is a LoadFailure.
    Raises ReadError for an archive that cannot be read, is beyond the limits, or holds no readable file.
    """
    with file.open() as content:
        archive = BoundedZip(content, file.source_name)
        folder = ZipFolder(archive, file, context.settings)
        names = readable_files(archive.names)
        if not names:
            raise ReadError(file.source_name, "holds no readable file; unpack it and add what is in it")
        for name in names:
            member = folder.member(name)
            if member.suffix == ".zip":
                yield LoadFailure(member.source_name, "is an archive within an archive; unpack it and add that")
            elif member.origin not in context.claimed:
                yield from context.load(member)
