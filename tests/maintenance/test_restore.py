"""A restore puts the backup in the library's place, or changes nothing."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from rag import LibraryBusy, LibraryError, RagError
from rag.maintenance.backup import restore_backup, write_backup
from rag.settings import load_settings
from rag.storage.library import LIBRARY_FILE, Library
from rag.storage.locks import folder_lock
from rag.storage.tables import FORMAT
from rag.types.ingest import IngestProgress
from tests.maintenance.libraries import ARTICLES, OTHER_ARTICLES, assert_holds, last_error
from tests.support.command_line import Rag
from tests.support.disks import small_disk
from tests.support.servers.live_server import running_server
from tests.support.servers.lock_holder import lock_holder


def test_a_library_that_is_there_is_replaced_only_when_told_to_and_kept_beside(
    other_folder: Path, backup: Path, rag: Rag, tmp_path: Path
) -> None:
    message = last_error(rag("--home", other_folder, "restore", backup))
    assert "has a library already; replace it with --force, which keeps the old one beside it" in message
    assert_holds(other_folder, *OTHER_ARTICLES)
    result = rag("--home", other_folder, "restore", backup, "--force")
    kept = other_folder / f"{LIBRARY_FILE}.replaced-1"
    assert result.code == 0
    assert result.out.startswith("restored: 8 articles, 8 passages\n")
    assert result.out.endswith(f" is kept in {kept}\n")
    assert_holds(other_folder, *ARTICLES)
    assert rag("--home", tmp_path / "again", "restore", kept).code == 0
    assert_holds(tmp_path / "again", *OTHER_ARTICLES)
    assert f"{LIBRARY_FILE}.replaced-2" in rag("--home", other_folder, "restore", backup, "--force").out


def test_an_interrupted_restore_never_uses_the_old_indexes_for_the_new_library(
    other_folder: Path, backup: Path
) -> None:
    """The manifests fit both: the libraries have the same generation and size."""

    def interrupt(progress: IngestProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore_backup(load_settings(home=other_folder), backup, force=True, rebuild_progress=interrupt)
    assert_holds(other_folder, *ARTICLES)


@pytest.mark.parametrize("error", [KeyError("a mistake"), ValueError("a mistake"), OSError("a mistake")])
def test_an_error_of_a_progress_callback_is_raised_as_it_is(other_folder: Path, backup: Path, error: Exception) -> None:
    def fail(progress: IngestProgress) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        restore_backup(load_settings(home=other_folder), backup, force=True, rebuild_progress=fail)
    assert raised.value is error
    assert_holds(other_folder, *ARTICLES)


def _flip_a_bit_of_an_article(content: bytes) -> bytes:
    position = content.index(b"Observer 3 noted")
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda content: b"", "is no backup of a library"),
        (lambda content: b"Some text.\n" * 900, "is no backup of a library"),
        (lambda content: content[: len(content) // 2], "is damaged"),
        (lambda content: content[:-4096], "is damaged"),
        (_flip_a_bit_of_an_article, "is damaged (1 articles differ from what was added)"),
        (lambda content: content[:4096] + random.Random(1).randbytes(len(content) - 4096), "is damaged"),
    ],
    ids=["empty", "text", "half", "last page gone", "one bit of an article", "garbage"],
)
def test_a_damaged_backup_replaces_nothing(
    library_folder: Path, backup: Path, rag: Rag, tmp_path: Path, damage: Callable[[bytes], bytes], words: str
) -> None:
    backup.write_bytes(damage(backup.read_bytes()))
    before = (library_folder / LIBRARY_FILE).read_bytes()
    for folder in (library_folder, tmp_path / "new"):
        assert words in last_error(rag("--home", folder, "restore", backup, "--force"))
    assert (library_folder / LIBRARY_FILE).read_bytes() == before
    assert_holds(library_folder, *ARTICLES)
    assert not (tmp_path / "new" / LIBRARY_FILE).exists()
    assert not list(library_folder.glob("*.restoring*"))


def test_a_file_that_is_no_backup_is_refused_in_one_line(
    library_folder: Path, other_folder: Path, backup: Path, rag: Rag, tmp_path: Path
) -> None:
    def message_for(file: Path) -> str:
        return last_error(rag("--home", library_folder, "restore", file, "--force"))

    with sqlite3.connect(backup) as connection:
        connection.execute(f"UPDATE meta SET value = '{FORMAT + 1}' WHERE key = 'format'")
    connection.close()
    assert "of another version of commentary-rag" in message_for(backup)
    assert "is no file; name one" in message_for(tmp_path / "none")
    assert "is no file; name one" in message_for(library_folder)
    database = tmp_path / "database"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE notes (one)")
    connection.close()
    assert "is damaged (no such table: meta)" in message_for(database)
    (other_folder / f"{LIBRARY_FILE}-wal").write_bytes(b"\0" * 100)
    assert "is a library in use, not a backup" in message_for(other_folder / LIBRARY_FILE)
    assert_holds(library_folder, *ARTICLES)


@pytest.mark.parametrize("state", ["garbage", "empty", "gone", "cut"])
def test_a_library_that_cannot_be_opened_is_replaced_and_its_files_are_kept(
    library_folder: Path, backup: Path, rag: Rag, state: str
) -> None:
    content = (library_folder / LIBRARY_FILE).read_bytes()
    damaged = {"garbage": b"no database" * 400, "empty": b"", "cut": content[:5_000], "gone": None}[state]
    if damaged is None:
        (library_folder / LIBRARY_FILE).unlink()
    else:
        (library_folder / LIBRARY_FILE).write_bytes(damaged)
    (library_folder / f"{LIBRARY_FILE}-wal").write_bytes(b"a log")
    result = rag("--home", library_folder, "restore", backup, "--force")
    assert result.code == 0, result.err
    assert "is kept in" in result.out
    assert_holds(library_folder, *ARTICLES)
    if state in ("garbage", "empty"):
        assert (library_folder / f"{LIBRARY_FILE}.replaced-1").read_bytes() == damaged
    if state != "cut":
        assert (library_folder / f"{LIBRARY_FILE}.replaced-1-wal").read_bytes() == b"a log"


def test_a_restore_waits_for_a_writer_and_then_says_which_process_it_is(library_folder: Path, backup: Path) -> None:
    with (
        lock_holder(library_folder) as holder,
        pytest.raises(LibraryBusy, match=f"process {holder.pid}"),
    ):
        restore_backup(load_settings(home=library_folder, lock_timeout=0.2), backup, force=True)
    assert_holds(library_folder, *ARTICLES)
    with folder_lock(library_folder, 60):
        pass


def _write_twenty_backups(home: Path, folder: Path) -> None:
    for number in range(20):
        write_backup(load_settings(home=home), folder / str(number))


@pytest.mark.parametrize("size", [pytest.param(size, marks=pytest.mark.slow) for size in (1.3, 3.2, 4.3, 6.0)] + [2.1])
def test_on_a_disk_of_any_size_the_old_library_or_the_new_one_is_there(
    library_folder: Path, other_folder: Path, backup: Path, tmp_path: Path, size: float
) -> None:
    """`size` is in multiples of the library's."""
    disk, kib = tmp_path / "disk", int(size * (other_folder / LIBRARY_FILE).stat().st_size / 1024)
    with small_disk(disk, kib):
        shutil.copy(other_folder / LIBRARY_FILE, disk / LIBRARY_FILE)
        message = ""
        try:
            restore_backup(load_settings(home=disk), backup, force=True)
        except LibraryError as error:
            message = str(error)
            assert f"the disk that holds {disk} is full or failing" in message
            assert "free some space, then repeat" in message
        for suffix in ("", "-wal"):
            if (disk / f"{LIBRARY_FILE}{suffix}").exists():
                shutil.copy(disk / f"{LIBRARY_FILE}{suffix}", other_folder / f"{LIBRARY_FILE}{suffix}")
        with closing(Library(other_folder / LIBRARY_FILE)) as library:
            assert library.integrity_errors() == []
            ids = {entry.id for entry in library.entries()}
        old, new = ({f"article-{number}" for number in numbers} for numbers in (OTHER_ARTICLES, ARTICLES))
        assert ids in (old, new)
        assert message or ids == new
        (disk / "backups").mkdir(exist_ok=True)
        with pytest.raises(RagError, match=r"is full or failing \(.*\); free some space|cannot be written \(No space"):
            _write_twenty_backups(library_folder, disk / "backups")
        assert not list(disk.glob("*.restoring*"))


def test_a_running_server_answers_from_the_restored_library_without_a_restart(
    library_folder: Path, other_folder: Path, rag: Rag, tmp_path: Path
) -> None:
    assert rag("--home", other_folder, "backup", tmp_path / "kept").code == 0
    with running_server(library_folder) as address:

        def answer() -> str:
            request = {
                "model": "commentary",
                "messages": [{"role": "user", "content": "Which lot did observer 20 note?"}],
            }
            return httpx.post(f"{address}/v1/chat/completions", json=request, timeout=60).text

        assert "Notes on grain, number 20" not in answer()
        assert rag("--home", library_folder, "restore", tmp_path / "kept", "--force").code == 0
        assert "Notes on grain, number 20" in answer()
        assert httpx.get(f"{address}/health", timeout=60).json() == {"status": "ok", "articles": 8, "passages": 8}
    assert_holds(library_folder, *OTHER_ARTICLES)
    with pytest.raises(LibraryError):
        restore_backup(load_settings(home=library_folder), tmp_path / "kept")
