"""A damaged library says in one line what to do, and loses nothing more."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import LibraryDamaged, LibraryMissing, LibraryVersion, open_engine
from rag.storage.library import LIBRARY_FILE, Library
from rag.storage.tables import FORMAT
from tests.support.command_line import Rag
from tests.support.library.small_library import QUESTION, assert_whole, execute


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"This is not a database.\n" * 400,
        lambda content: random.Random(1).randbytes(50_000),
        lambda content: content[:100],
        lambda content: content[:5_000],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-4096],
        lambda content: content[:100] + b"\xff" * (len(content) - 100),
    ],
    ids=["empty", "text", "garbage", "header", "cut short", "cut in half", "last page gone", "all but the header gone"],
)
def test_a_file_that_is_no_database_is_named_and_not_changed(
    library_folder: Path, rag: Rag, damage: Callable[[bytes], bytes]
) -> None:
    content = (library_folder / LIBRARY_FILE).read_bytes()
    damaged = damage(content)
    (library_folder / LIBRARY_FILE).write_bytes(damaged)
    for arguments in (["ask", QUESTION], ["articles"], ["check", "--repair"], ["rebuild", "--re-encode"], ["init"]):
        message = rag("--home", library_folder, *arguments).error_line
        assert f"{library_folder / LIBRARY_FILE} is damaged" in message
        assert "restore it from a copy, or move" in message
    with pytest.raises(LibraryDamaged):
        open_engine(library_folder)
    assert (library_folder / LIBRARY_FILE).read_bytes() == damaged
    (library_folder / LIBRARY_FILE).write_bytes(content)
    assert_whole(library_folder)


def test_the_log_beside_an_emptied_library_is_kept(library_folder: Path, rag: Rag, tmp_path: Path) -> None:
    with sqlite3.connect(library_folder / LIBRARY_FILE) as connection:
        connection.execute("INSERT INTO meta VALUES ('kept', 'in the log')")
        connection.commit()
        copy = Path(shutil.copytree(library_folder, tmp_path / "copy"))
    connection.close()
    log = (copy / f"{LIBRARY_FILE}-wal").read_bytes()
    assert log
    (copy / LIBRARY_FILE).write_bytes(b"")
    assert rag("--home", copy, "status").error_line
    assert (copy / f"{LIBRARY_FILE}-wal").read_bytes() == log


@pytest.mark.parametrize("stored_format", ["0", "3", "later"])
def test_a_library_of_another_format_is_refused_and_not_changed(
    library_folder: Path, rag: Rag, stored_format: str
) -> None:
    execute(library_folder, f"UPDATE meta SET value = '{stored_format}' WHERE key = 'format'")
    for arguments in (["ask", QUESTION], ["add", library_folder], ["check", "--repair"], ["rebuild", "--re-encode"]):
        message = rag("--home", library_folder, *arguments).error_line
        assert f"has format {stored_format}, this version of commentary-rag reads {FORMAT}" in message
        assert "use the version that made it, or name another folder with --home" in message
    with pytest.raises(LibraryVersion):
        open_engine(library_folder)
    execute(library_folder, f"UPDATE meta SET value = '{FORMAT}' WHERE key = 'format'")
    assert_whole(library_folder)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE meta", "DROP TABLE articles", "DROP TABLE passages", "DELETE FROM meta",
        "DELETE FROM meta WHERE key = 'format'", "DELETE FROM meta WHERE key = 'encoder'",
        "DELETE FROM meta WHERE key = 'generation'", "DELETE FROM meta WHERE key = 'dimension'",
        "UPDATE meta SET value = 'x' WHERE key = 'generation'", "UPDATE meta SET value = 'x' WHERE key = 'dimension'",
    ],
)  # fmt: skip
def test_a_database_that_is_no_library_is_reported_as_damaged(library_folder: Path, rag: Rag, statement: str) -> None:
    execute(library_folder, statement)
    with pytest.raises(LibraryDamaged, match="restore it from a copy"):
        open_engine(library_folder)
    assert "is damaged" in rag("--home", library_folder, "status").error_line


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE articles SET topics = 'no list'", "UPDATE articles SET published = 'no day'",
        "UPDATE articles SET text = CAST(x'fffefd' AS TEXT)", "UPDATE passages SET vector = x'00'",
        "UPDATE passages SET sentences = x'00'", "UPDATE passages SET sentence_vectors = x'00'",
        "UPDATE meta SET value = '10' WHERE key = 'dimension'",
    ],
)  # fmt: skip
def test_unreadable_rows_are_reported_as_damage_without_a_traceback(
    library_folder: Path, rag: Rag, statement: str
) -> None:
    execute(library_folder, statement)
    commands = (["ask", QUESTION], ["articles"], ["check"], ["rebuild"])
    results = [rag("--home", library_folder, *arguments) for arguments in commands]
    assert any(result.code for result in results)
    for result in results:
        assert result.code in (0, 1) or "is damaged" in result.error_line
    assert "articles" in statement or "rag rebuild --re-encode" in results[-1].error_line


@pytest.mark.parametrize("damage", ["x'00'", "x'0000c07f'", "zeroblob(384 * 4)"])
def test_unreadable_passages_are_encoded_again_even_without_the_indexes(
    library_folder: Path, rag: Rag, damage: str
) -> None:
    execute(library_folder, f"UPDATE passages SET vector = {damage}, sentence_vectors = x'ffffffff'")
    shutil.rmtree(library_folder / "vectors-1")
    assert "rag rebuild --re-encode" in rag("--home", library_folder, "ask", QUESTION).error_line
    assert rag("--home", library_folder, "rebuild", "--re-encode").code == 0
    assert_whole(library_folder)


def test_random_damage_to_the_library_never_causes_a_traceback(library_folder: Path, rag: Rag) -> None:
    """What is left is shown, or the damage is reported in one line."""
    content = (library_folder / LIBRARY_FILE).read_bytes()
    chance = random.Random(20240630)
    for _ in range(25):
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 3, 10])):
            start, length = chance.randrange(len(damaged)), chance.choice([1, 4, 64, 1024])
            damaged[start : start + length] = chance.randbytes(length)[: len(damaged) - start]
        for log in library_folder.glob(f"{LIBRARY_FILE}-*"):
            log.unlink()
        (library_folder / LIBRARY_FILE).write_bytes(damaged)
        for arguments in (["articles"], ["ask", QUESTION], ["check"]):
            result = rag("--home", library_folder, *arguments)
            assert result.code in (0, 1) or "is damaged" in result.error_line, result


@pytest.mark.parametrize("remaining", ["vectors.json", "fulltext.json", f"{LIBRARY_FILE}-wal"])
def test_a_library_missing_from_beside_its_indexes_is_not_created_again(
    library_folder: Path, rag: Rag, remaining: str
) -> None:
    content = (library_folder / LIBRARY_FILE).read_bytes()
    (library_folder / LIBRARY_FILE).unlink()
    for other in {"vectors.json", "fulltext.json"} - {remaining}:
        (library_folder / other).unlink()
    (library_folder / remaining).touch()
    message = rag("--home", library_folder, "ask", QUESTION).error_line
    assert f"{remaining} still is; put it back from a copy, or remove the folder to start again" in message
    with pytest.raises(LibraryMissing):
        open_engine(library_folder, empty=True)
    assert not (library_folder / LIBRARY_FILE).exists()
    (library_folder / LIBRARY_FILE).write_bytes(content)
    assert_whole(library_folder)


def test_an_interrupted_creation_does_not_block_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    for leftover in (f"{LIBRARY_FILE}.new", f"{LIBRARY_FILE}.new-journal", f"{LIBRARY_FILE}.new-wal"):
        (folder / leftover).write_bytes(b"half a library")
    Library.create(folder / LIBRARY_FILE, "an encoder", 3).close()
    assert [path.name for path in folder.iterdir()] == [LIBRARY_FILE]
