"""Keeps a copy of a library that an earlier version wrote, before this version first writes to it.

Such a library is read as it is, and a reader changes nothing of it. The first write may add tables that the earlier
version does not know. The copy is the library as the earlier version left it, which `rag restore` restores.
"""

import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from rag.files import replace_file
from rag.storage.database import translate_errors
from rag.storage.snapshot import checkpoint, copy_database
from rag.storage.tables import LAYOUT

log = logging.getLogger(__name__)


def keep_copy(path: Path) -> Path:
    """Copies the library in the file `path` beside it; returns the copy.

    It says where the copy is. A kill leaves no incomplete copy under the returned name. Raises LibraryError for a disk
    that is full or read-only.
    """
    kept = _unused_name(path)
    with translate_errors(path):
        descriptor, name = tempfile.mkstemp(prefix=f"{kept.name}.", suffix=".partial", dir=path.parent)
        os.close(descriptor)
    partial = Path(name)
    try:
        copy_database(path, partial)
        checkpoint(partial)
        with translate_errors(path):
            partial.chmod(path.stat().st_mode & 0o666)
            replace_file(partial, kept)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    log.warning(
        "%s was written by an earlier version; before the first change it was copied to %s, and can be restored with: "
        "rag restore %s --force",
        path, kept, kept,
    )  # fmt: skip
    return kept


def _unused_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.before-layout-{LAYOUT}-{number}") for number in range(1, 1_000_000))
    return next(name for name in names if not name.exists())
