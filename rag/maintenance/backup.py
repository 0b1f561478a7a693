"""Writes a library to one file, and restores it from such a file.

A backup has the articles, passages, vectors and feedback; the indexes are rebuilt from them. It is the library of one
moment, even if other processes write meanwhile. It is verified before it is used: by `write_backup` before the file
gets its name, by `restore_backup` before it replaces anything. A kill at any point leaves the old library and backup,
or the new ones.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rag.errors import EncoderMismatch, LibraryDamaged, LibraryError, LibraryVersion, RagError, single_line
from rag.files import replace_file
from rag.index.manifest import delete_manifests
from rag.maintenance.consistency import altered_article_ids
from rag.settings import Settings
from rag.storage import snapshot
from rag.storage.database import translate_errors
from rag.storage.library import LIBRARY_FILE, Library
from rag.storage.locks import folder_lock
from rag.storage.snapshot import CopyProgress, no_copy_progress
from rag.storage.tables import FORMAT
from rag.types.catalogue import LibraryCounts
from rag.types.ingest import ProgressCallback, no_progress
from rag.workspace import Workspace

# SQLite's log files: their content is not in the database's own file yet.
LOG_SUFFIXES = ("-wal", "-journal")
MAX_NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """The result of a restore.

    `replaced` is the file with the previous library, None if there was none.
    """

    counts: LibraryCounts
    replaced: Path | None


def write_backup(
    settings: Settings, file: Path, *, force: bool = False, progress: CopyProgress = no_copy_progress
) -> LibraryCounts:
    """Writes the library of `settings`, as it is at one moment, to `file`.

    Other processes may write to the library meanwhile. Only users who may read the library may read its backup. Raises
    LibraryMissing, LibraryDamaged for a library that differs from what was written, RagError for a `file` that exists
    (unless `force`), is in the library's folder, or cannot be written.
    """
    home = _library_folder(settings)
    _check_target(file, home, force)
    with closing(Library(home / LIBRARY_FILE)) as library, _partial_file(file) as partial:
        library.copy_to(partial, progress)
        damage = _damage_in(partial)
        if damage:
            raise LibraryDamaged(
                f"the library in {home} is damaged ({damage}), and {file} was not written; see: rag check"
            )
        with closing(Library(partial)) as copy:
            counts = copy.counts()
        snapshot.checkpoint(partial)
        _check_target(file, home, force)
        with _write_errors(file):
            partial.chmod(library.path.stat().st_mode & 0o666)
            replace_file(partial, file)
    return counts


def restore_backup(
    settings: Settings,
    file: Path,
    *,
    force: bool = False,
    copy_progress: CopyProgress = no_copy_progress,
    rebuild_progress: ProgressCallback = no_progress,
) -> RestoreResult:
    """Replaces the library by the backup in `file`, then rebuilds both indexes.

    With `force` an existing library is replaced, and kept beside it as a file that can be restored too. Processes that
    have the library open continue with the new one. Raises LibraryError for a `file` that is damaged or no library of
    this format, and for an existing library without `force`; LibraryBusy if another process writes.
    """
    home = _library_folder(settings)
    path = home / LIBRARY_FILE
    _check_backup(file)
    with translate_errors(path):
        home.mkdir(parents=True, exist_ok=True)
    with folder_lock(home, settings.lock_timeout):
        with translate_errors(path):
            if path.exists() and not force:
                raise LibraryError(
                    f"{home} has a library already; replace it with --force, which keeps the old one beside it, or "
                    "name another folder with --home"
                )
            fresh = path.with_name(f"{LIBRARY_FILE}.restoring")
            _delete_database(fresh)
            try:
                _copy_backup(file, fresh, copy_progress)
                replaced = _replace_library(path, fresh, copy_progress)
            finally:
                _delete_database(fresh)
        return RestoreResult(_rebuild_indexes(settings, file, rebuild_progress), replaced)


def _library_folder(settings: Settings) -> Path:
    """The folder of the library. Raises LibraryError for a library on a server."""
    if settings.library_url:
        raise LibraryError(
            "the library is on a database server; back it up and restore it with the server's own tools (pg_dump, "
            "pg_restore), then run: rag rebuild"
        )
    return settings.home_folder


# -- the file ----------------------------------------------------------------------------------------------------------


def _check_target(file: Path, home: Path, force: bool) -> None:
    """Raises RagError if no backup may be written to `file`."""
    with _write_errors(file):
        if file.parent.resolve() == home.resolve():
            raise RagError(f"{file} is in the library's own folder; name a file somewhere else")
        if file.is_dir():
            raise RagError(f"{file} is a folder; name a file in it")
        if file.exists() and not force:
            raise RagError(f"{file} exists; name another file, or overwrite it with --force")


@contextmanager
def _partial_file(file: Path) -> Iterator[Path]:
    """An empty file beside `file`, for its owner alone; deleted unless it was renamed."""
    with _write_errors(file):
        descriptor, name = tempfile.mkstemp(
            prefix=f"{file.name[:MAX_NAME_CHARACTERS]}.", suffix=".partial", dir=file.parent
        )
        os.close(descriptor)
    partial = Path(name)
    try:
        yield partial
    finally:
        _delete_database(partial)


@contextmanager
def _write_errors(file: Path) -> Iterator[None]:
    """Raises a RagError for an error of the disk, and for a name with a NUL."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise RagError(f"{file} cannot be written ({_cause(error)}); name another file") from error


def _check_backup(file: Path) -> None:
    """Raises RagError for a file that cannot be a backup."""
    try:
        if not file.is_file():
            raise RagError(f"{file} is no file; name one that was written by: rag backup LIBRARY_FILE")
        with file.open("rb") as opened:
            is_database = opened.read(16) == b"SQLite format 3\0"
        log = file.with_name(f"{file.name}-wal")
        is_in_use = log.is_file() and log.stat().st_size > 0
    except (OSError, ValueError) as error:
        raise RagError(f"{file} cannot be read ({_cause(error)}); check its permissions") from error
    if not is_database:
        raise LibraryDamaged(f"{file} is no backup of a library, or damaged from its first byte; restore another one")
    if is_in_use:
        raise LibraryError(f"{file} is a library in use, not a backup; write one with: rag backup LIBRARY_FILE")


def _damage_in(path: Path) -> str:
    """The damage of the library in `path`, in one line; empty if there is none."""
    with closing(Library(path)) as library:
        problems = library.integrity_errors()
        if not problems:
            altered_ids = altered_article_ids(library)
            problems = [f"{len(altered_ids)} articles differ from what was added"] if altered_ids else []
    return "; ".join(problems)


# -- the folder --------------------------------------------------------------------------------------------------------


def _copy_backup(file: Path, fresh: Path, progress: CopyProgress) -> None:
    """Copies the backup to `fresh` and verifies the copy."""
    snapshot.copy_file(file, fresh, progress)
    try:
        damage = _damage_in(fresh)
    except LibraryVersion as error:
        raise LibraryVersion(
            f"{file} is of another version of commentary-rag (this one reads format {FORMAT}); restore it with the "
            "version that wrote it"
        ) from error
    except LibraryDamaged as error:
        cause = error.__cause__ or error
        damage = single_line(getattr(cause, "orig", cause))
    if damage:
        raise LibraryDamaged(f"{file} is damaged ({damage}); restore another backup, or copy this one again")
    snapshot.checkpoint(fresh)


def _replace_library(path: Path, fresh: Path, progress: CopyProgress) -> Path | None:
    """Puts `fresh` in the library's place; returns the file that keeps the old one."""
    # The manifests are deleted before the library is replaced, so that the indexes of one library are never used with
    # another. A kill between the two steps leaves the old library, whose indexes are rebuilt.
    delete_manifests(path.parent)
    kept = _unused_name(path)
    if path.exists() and path.stat().st_size:
        try:
            snapshot.copy_database(path, kept)
            snapshot.checkpoint(kept)
            # The content is written over the file instead of renaming a new file. A process that has the library open
            # sees one more transaction, and the old log cannot be mistaken for the new library's.
            snapshot.copy_database(fresh, path, progress)
        except LibraryDamaged:
            _delete_database(kept)
        else:
            return kept
    # The old library cannot be opened as a database, or only its log is left: its files are moved unchanged.
    was_there = path.exists()
    if was_there:
        os.link(path, kept)
    for suffix in LOG_SUFFIXES:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(kept.with_name(kept.name + suffix))
            was_there = True
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    replace_file(fresh, path)
    return kept if was_there else None


def _unused_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.replaced-{number}") for number in range(1, 1_000_000))
    return next(name for name in names if not name.exists() and not any(name.parent.glob(f"{name.name}-*")))


def _rebuild_indexes(settings: Settings, file: Path, progress: ProgressCallback) -> LibraryCounts:
    with Workspace(settings, any_encoder=True) as workspace:
        try:
            workspace.rebuild(progress)
        except EncoderMismatch as error:
            raise EncoderMismatch(f"{file} is restored, but its indexes cannot be built: {error}") from error
        return workspace.library.counts()


def _delete_database(path: Path) -> None:
    for leftover in (path, *(path.with_name(path.name + suffix) for suffix in (*LOG_SUFFIXES, "-shm"))):
        leftover.unlink(missing_ok=True)


def _cause(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error)
