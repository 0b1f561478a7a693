"""Opens zip archives within limits of size, count and expansion.

The sizes are those of the archive's own table. Python's zipfile gives no more bytes of a member than the table states,
so the limits hold for an archive that lies, too. Nothing is ever unpacked to the disk.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from rag.errors import ReadError
from rag.readers.encoding import to_one_line

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 500_000_000
# Prose shrinks to a third or a tenth; a member of blanks shrinks to a thousandth.
MAX_EXPANSION = 200
_SMALL_BYTES = 1_000_000


class BoundedZip:
    """A zip archive of known members.

    `names` are the members that are files, in the order of the archive.
    """

    def __init__(self, file: IO[bytes], source_name: str) -> None:
        """Opens the archive `file`.

        Raises ReadError for a file that is no zip archive, or has more members or bytes than the limits.
        """
        self._source_name = source_name
        with _zip_errors(source_name, "is not a zip archive that can be read"):
            self._archive = zipfile.ZipFile(file)
            members = [member for member in self._archive.infolist() if not member.is_dir()]
        if len(members) > MAX_MEMBERS:
            raise ReadError(source_name, f"holds {len(members):,} files, more than {MAX_MEMBERS:,}; split it")
        unpacked = sum(member.file_size for member in members)
        if unpacked > MAX_UNPACKED_BYTES:
            raise ReadError(
                source_name,
                f"unpacks to {unpacked / 1e6:,.0f} MB, more than {MAX_UNPACKED_BYTES / 1e6:,.0f}; split it",
            )
        # A name that stands twice means its last member, as for every program that unpacks.
        self._members = {member.filename: member for member in members}

    @property
    def names(self) -> list[str]:
        """The names of the members that are files."""
        return list(self._members)

    def size(self, name: str) -> int:
        """The unpacked size of the member `name`, in bytes."""
        return self._members[name].file_size

    def read(self, name: str, max_bytes: int) -> bytes:
        """The content of the member `name`.

        Raises ReadError for a member that is missing, larger than `max_bytes`, encrypted, damaged, or that expands to
        far more than its packed size.
        """
        member, source_name = self._members.get(name), f"{self._source_name}:{to_one_line(name)}"
        if member is None:
            raise ReadError(self._source_name, f"has no {to_one_line(name)[:80]}; save it again")
        if member.file_size > max_bytes:
            raise ReadError(
                source_name, f"is larger than {max_bytes / 1e6:g} MB ({member.file_size / 1e6:.1f}); leave it out"
            )
        if member.file_size > max(_SMALL_BYTES, MAX_EXPANSION * member.compress_size):
            raise ReadError(source_name, "expands to far more than its packed size; leave it out")
        if member.flag_bits & 0x1:
            raise ReadError(source_name, "is encrypted; save a copy without a password and add that")
        with _zip_errors(source_name, "is damaged"), self._archive.open(member) as file:
            return file.read(max_bytes + 1)


def open_zip(data: bytes, source_name: str) -> BoundedZip:
    """Opens the archive `data`; raises ReadError as BoundedZip does."""
    return BoundedZip(io.BytesIO(data), source_name)


@contextmanager
def _zip_errors(source_name: str, problem: str) -> Iterator[None]:
    """Raises ReadError for an archive that zipfile cannot read.

    Only calls of zipfile stand in its block. The errors are those that zipfile and its decompressors raise for damage.
    """
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError) as error:
        reason = to_one_line(str(error))[:80] or type(error).__name__
        raise ReadError(source_name, f"{problem} ({reason}); save it again") from None
