"""Writes files atomically and durably.

After a crash or a loss of power the file has the old content or the new, never a mixture; a file that is written in
place may be incomplete. Here the new content is written to another file, synced to the disk, and renamed over the old
file. The folder is synced too, because the rename changes an entry of the folder.
"""

import os
from pathlib import Path


def replace_file(fresh: Path, path: Path) -> None:
    """Renames `fresh` to `path` atomically and durably.

    The content and the name are on the disk when this returns. Both must be in the same folder, or at least on the same
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
    """Syncs the file or folder to the disk. Raises OSError."""
    # Windows can sync only a file that is open for writing.
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
