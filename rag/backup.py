"""A library as one file that can be carried away, and back again out of such a file.

A backup holds everything that is the truth and nothing derived. It is consistent at whatever moment it is taken, and
it is looked through before it is trusted: by `back_up` before it has its name, by `restore` before anything gives way
to it. A kill at any point leaves the library and the backup that were there, or the new ones.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rag import snapshot
from rag.counts import Counts
from rag.errors import EncoderMismatch, LibraryDamaged, LibraryError, LibraryVersion, RagError
from rag.home import Home
from rag.indexer import Progress, silent
from rag.library import FILE, Library
from rag.schema import FORMAT, plain_errors
from rag.settings import Settings
from rag.snapshot import Copied, unwatched
from rag.soundness import altered
from rag.stamp import forget_stamps
from rag.writer_lock import writer_lock

LOGS = ("-wal", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored library holds; `replaced` is the file that keeps the one that was there, None for none."""

    counts: Counts
    replaced: Path | None


def back_up(settings: Settings, file: Path, *, force: bool = False, progress: Copied = unwatched) -> Counts:
    """Writes the library of `settings`, as it is at one moment, to `file`; others may go on adding to it.

    Raises LibraryMissing, LibraryDamaged for a library that is not as it was put in, RagError for a `file` that exists
    (unless `force`), is the library's own, or cannot be written.
    """
    home = _home(settings)
    _refuse(file, home, force)
    with closing(Library(home / FILE)) as library, _beside(file) as fresh:
        library.copy_to(fresh, progress)
        faults = _faults(fresh)
        if faults:
            raise LibraryDamaged(
                f"the library in {home} is damaged ({faults}), and {file} was not written; see: rag check"
            )
        with closing(Library(fresh)) as copy:
            counts = copy.counts()
        snapshot.settle(fresh)
        # Whoever may not read the library may not read its backup.
        fresh.chmod(library.path.stat().st_mode & 0o666)
        _refuse(file, home, force)
        snapshot.put_in_place(fresh, file)
    return counts


def restore(
    settings: Settings,
    file: Path,
    *,
    force: bool = False,
    copying: Copied = unwatched,
    rebuilding: Progress = silent,
) -> Restored:
    """Makes the library of `settings` what the backup `file` holds, then builds both indexes anew.

    With `force` a library that is there gives way and is kept beside, as a file that can be restored in turn. Processes
    that have it open go on with the new one. Raises LibraryError for a `file` that is no sound library of this format,
    for a library that is there already, LibraryBusy while another process writes.
    """
    home = _home(settings)
    path = home / FILE
    _readable(file)
    with plain_errors(path):
        home.mkdir(parents=True, exist_ok=True)
    with writer_lock(home, settings.lock_timeout), plain_errors(path):
        if path.exists() and not force:
            raise LibraryError(
                f"{home} holds a library; replace it, keeping it beside, with --force, or name another folder with "
                "--home"
            )
        fresh = path.with_name(f"{FILE}.restoring")
        _cleared(fresh)
        try:
            _copied_in(file, fresh, copying)
            replaced = _replace(path, fresh, copying)
        finally:
            _cleared(fresh)
        return Restored(_rebuilt(settings, file, rebuilding), replaced)


def _home(settings: Settings) -> Path:
    """The folder of the library. Raises LibraryError for a library on a server, which has tools of its own for this."""
    if settings.library_url:
        raise LibraryError(
            "the library is on a database server; back it up and restore it with the server's own tools (pg_dump, "
            "pg_restore), then run: rag rebuild"
        )
    return settings.home_path


# -- the file ----------------------------------------------------------------------------------------------------------


def _refuse(file: Path, home: Path, force: bool) -> None:
    """Raises RagError where no backup may be written."""
    try:
        if file.parent.resolve() == home.resolve():
            raise RagError(f"{file} lies in the library's own folder; name a file somewhere else")
        if file.is_dir():
            raise RagError(f"{file} is a folder; name a file in it")
        if file.exists() and not force:
            raise RagError(f"{file} exists; name another file, or overwrite it with --force")
    except (OSError, ValueError) as error:
        raise _unwritable(file, error) from error


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """An empty file beside `file`, readable by its owner alone; gone at the end, with its logs, unless renamed."""
    try:
        opened, name = tempfile.mkstemp(prefix=f"{file.name[:100]}.", suffix=".partial", dir=file.parent)
        os.close(opened)
    except (OSError, ValueError) as error:
        raise _unwritable(file, error) from error
    fresh = Path(name)
    try:
        yield fresh
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        _cleared(fresh)


def _unwritable(file: Path, error: Exception) -> RagError:
    return RagError(f"{file} cannot be written ({getattr(error, 'strerror', None) or error}); name another file")


def _readable(file: Path) -> None:
    """Raises RagError for what is no file that a backup can be."""
    try:
        if not file.is_file():
            raise RagError(f"{file} is no file; name one that was written by: rag backup FILE")
        with file.open("rb") as opened:
            is_database = opened.read(16) == b"SQLite format 3\0"
        log = file.with_name(f"{file.name}-wal")
        is_in_use = log.is_file() and log.stat().st_size > 0
    except (OSError, ValueError) as error:
        raise RagError(
            f"{file} cannot be read ({getattr(error, 'strerror', None) or error}); check its permissions"
        ) from error
    if not is_database:
        raise LibraryDamaged(f"{file} is no backup of a library, or damaged from its first byte; restore another one")
    if is_in_use:
        raise LibraryError(f"{file} is a library in use, not a backup; write one with: rag backup FILE")


def _faults(path: Path) -> str:
    """What is wrong with the library in `path`, in few words; nothing where it is sound to the character."""
    with closing(Library(path)) as library:
        found = library.integrity()
        if not found:
            wrong = altered(library)
            found = [f"{len(wrong)} articles are not as they were added"] if wrong else []
    return "; ".join(found)


# -- the folder --------------------------------------------------------------------------------------------------------


def _copied_in(file: Path, fresh: Path, copying: Copied) -> None:
    """`fresh` as a copy of the backup, once that is known to be sound."""
    snapshot.copy_bytes(file, fresh, copying)
    try:
        faults = _faults(fresh)
    except LibraryVersion as error:
        raise LibraryVersion(
            f"{file} is of another version of commentary-rag (this one reads format {FORMAT}); restore it with the "
            "version that wrote it"
        ) from error
    except LibraryDamaged as error:
        cause = error.__cause__ or error
        faults = " ".join(str(getattr(cause, "orig", cause)).split())
    if faults:
        raise LibraryDamaged(f"{file} is damaged ({faults}); restore another backup, or copy this one again")
    snapshot.settle(fresh)


def _replace(path: Path, fresh: Path, copying: Copied) -> Path | None:
    """Puts `fresh` in the library's place in one step; gives the file that keeps what was there."""
    # Before the library, since indexes of one library must never be taken for those of another: a kill between the two
    # leaves the old library and indexes to be built anew.
    forget_stamps(path.parent)
    kept = _unused(path)
    if path.exists() and path.stat().st_size:
        try:
            snapshot.copy_database(path, kept)
            snapshot.settle(kept)
            # Not renamed: whoever has the library open sees this as one more transaction, and nothing of the old log
            # can ever be taken for the new library's.
            snapshot.copy_database(fresh, path, copying)
        except LibraryDamaged:
            _cleared(kept)
        else:
            return kept
    # What is there cannot be opened as a database, or is gone with its log left behind: its files are kept as they are.
    was_there = path.exists()
    if was_there:
        os.link(path, kept)
    for log in LOGS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + log).rename(kept.with_name(kept.name + log))
            was_there = True
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    snapshot.put_in_place(fresh, path)
    return kept if was_there else None


def _unused(path: Path) -> Path:
    numbers = range(1, 1_000_000)
    names = (path.with_name(f"{path.name}.replaced-{number}") for number in numbers)
    return next(one for one in names if not one.exists() and not any(one.parent.glob(f"{one.name}-*")))


def _rebuilt(settings: Settings, file: Path, rebuilding: Progress) -> Counts:
    with Home(settings, any_encoder=True) as home:
        try:
            home.indexer.rebuild(rebuilding)
        except EncoderMismatch as error:
            raise EncoderMismatch(f"{file} is restored, but its indexes cannot be built: {error}") from error
        return home.library.counts()


def _cleared(path: Path) -> None:
    for leftover in (path, *(path.with_name(path.name + end) for end in (*LOGS, "-shm"))):
        leftover.unlink(missing_ok=True)
