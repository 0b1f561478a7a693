"""Writes files atomically and durably.

A crash or a loss of power leaves the old content or the new, never a mixture. A file that is written in place can be
found half-written. Here the new content is written beside the file, forced to the disk, and renamed over it; the folder
is forced to the disk too, since the rename is an entry of the folder.
"""

import os
from pathlib import Path


def replace_file(fresh: Path, path: Path) -> None:
    """Renames `fresh` to `path` atomically and durably.

    The content and the name are on the disk when this returns. Both must lie in the same folder or at least on the same
    disk. Raises OSError.
    """
    sync_to_disk(fresh)
    fresh.replace(path)
    if os.name == "posix":  # Windows cannot open a folder
        sync_to_disk(path.parent)


def write_file(path: Path, content: bytes) -> None:
    """Replaces the content of `path` atomically and durably.

    The new content is written to the file `path` with the suffix ".new", which is then renamed. Raises OSError.
    """
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    replace_file(fresh, path)


def sync_to_disk(path: Path) -> None:
    """Forces what was written to the file or folder to the disk. Raises OSError."""
    # Windows takes only a file that is open for writing.
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
