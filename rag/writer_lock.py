"""One writer at a time: a file lock that says who holds it, or the lock of the server that holds the library.

A library in a file and its indexes share one lock. Of a library on a server, each folder has indexes of its own, which
the file lock is for, and the library has its writer, which the server's is for: taken first where both are needed.
"""

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryBusy
from rag.postgres import Server
from rag.schema import Place, plain_errors


def library_lock(place: Place, home: Path, timeout: float) -> AbstractContextManager[None]:
    """Holds the lock of the one writer to the library at `place`, whose indexes are in `home`.

    Raises LibraryBusy after `timeout` seconds, naming who holds it.
    """
    return place.writer(timeout) if isinstance(place, Server) else writer_lock(home, timeout)


@contextmanager
def writer_lock(home: Path, timeout: float) -> Iterator[None]:
    """Holds the lock of the folder; the operating system gives it back when the process ends, however it ends.

    Raises LibraryBusy after `timeout` seconds, naming the process that holds it.
    """
    # One lock a path and thread, which may be taken again inside itself (filling a library adds to it).
    lock = FileLock(home / "writer.lock", is_singleton=True)
    holder = home / "writer.json"
    with plain_errors(home / "writer.lock"):
        try:
            lock.acquire(timeout=timeout)
        except Timeout:
            raise LibraryBusy(
                f"{_held_by(holder)} is writing to {home} and did not finish in {timeout:g} s; "
                "wait for it, or allow more with RAG_LOCK_TIMEOUT"
            ) from None
    try:
        if lock.lock_counter == 1:
            with suppress(OSError):
                holder.write_text(json.dumps(_me()), encoding="utf-8")
        yield
    finally:
        if lock.lock_counter == 1:
            with suppress(OSError):
                holder.unlink(missing_ok=True)
        lock.release()


def _me() -> dict[str, str | int]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a user id that has no name
        user = str(os.getuid()) if hasattr(os, "getuid") else "unknown"
    return {
        "pid": os.getpid(),
        "user": user,
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]]),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _held_by(holder: Path) -> str:
    try:
        facts = json.loads(holder.read_text(encoding="utf-8"))
        return f"process {facts['pid']} ({facts['command']}, user {facts['user']}, since {facts['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
