"""Write locks for libraries and for the folders of their indexes.

One process at a time writes to a library, and one to a folder's indexes. A library in a file shares one file lock with
its indexes. A library on a server has a write lock on the server, and each folder with indexes of that library has a
file lock. Where both are needed, the library's lock is taken first.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryBusy
from rag.storage.database import Location, process_user, translate_errors
from rag.storage.postgres import PostgresDatabase


def library_lock(location: Location, folder: Path, timeout: float) -> AbstractContextManager[None]:
    """Holds the write lock of the library at `location`.

    The library's indexes are in `folder`. Raises LibraryBusy after `timeout` seconds, naming the process that holds the
    lock.
    """
    return location.write_lock(timeout) if isinstance(location, PostgresDatabase) else folder_lock(folder, timeout)


@contextmanager
def folder_lock(folder: Path, timeout: float) -> Iterator[None]:
    """Holds the write lock of the folder. A thread that holds it may take it again.

    The operating system releases the lock when the process ends, also when it is killed. Raises LibraryBusy after
    `timeout` seconds, naming the process that holds the lock.
    """
    # There is one lock for each path and thread, so that a thread can take it again (filling a library adds to it).
    lock = FileLock(folder / "writer.lock", is_singleton=True)
    holder_path = folder / "writer.json"
    with translate_errors(folder / "writer.lock"):
        try:
            lock.acquire(timeout=timeout)
        except Timeout:
            raise LibraryBusy(
                f"{_describe_holder(holder_path)} is writing to {folder} and did not finish in {timeout:g} s; "
                "wait for it, or allow more with RAG_LOCK_TIMEOUT"
            ) from None
    try:
        if lock.lock_counter == 1:
            with suppress(OSError):
                holder_path.write_text(json.dumps(_this_process()), encoding="utf-8")
        yield
    finally:
        if lock.lock_counter == 1:
            with suppress(OSError):
                holder_path.unlink(missing_ok=True)
        lock.release()


def _this_process() -> dict[str, str | int]:
    return {
        "pid": os.getpid(),
        "user": process_user(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]]),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _describe_holder(holder_path: Path) -> str:
    try:
        holder = json.loads(holder_path.read_text(encoding="utf-8"))
        return f"process {holder['pid']} ({holder['command']}, user {holder['user']}, since {holder['since']})"
    except (OSError, ValueError, KeyError, TypeError):  # the file is being written, or a kill left it incomplete
        return "another process"
