"""A backup is the whole library at one moment, in one file."""

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rag import LibraryError, open_engine
from rag.maintenance.backup import restore_backup, write_backup
from rag.settings import load_settings
from rag.storage.library import LIBRARY_FILE, Library
from tests.maintenance.libraries import ARTICLES, assert_holds, last_error
from tests.support.command_line import Rag
from tests.support.library.articles import article, write_jsonl
from tests.support.servers.backends import wait_until
from tests.support.servers.embedding_server import embedding_server


def test_a_backup_restored_elsewhere_is_the_same_library_with_its_feedback(
    library_folder: Path, rag: Rag, tmp_path: Path
) -> None:
    result = rag("--home", library_folder, "backup", "kept.rag")
    size = Path("kept.rag").stat().st_size
    assert (result.code, result.out) == (0, f"kept.rag: 8 articles, 8 passages, {size} bytes\n")
    assert "Backing up" in result.err
    assert {path.name for path in tmp_path.iterdir()} == {"home", "kept.rag"}
    result = rag("--home", tmp_path / "new", "restore", "kept.rag")
    assert (result.code, result.out) == (0, "restored: 8 articles, 8 passages\n")
    assert "Building the indexes" in result.err
    assert_holds(tmp_path / "new", *ARTICLES)
    with open_engine(tmp_path / "new") as engine:
        assert [feedback.note for feedback in engine.feedback()] == ["Good."]
    assert not list((tmp_path / "new").glob("*.restoring*"))


def test_a_restored_library_is_not_encoded_again(rag: Rag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedding_server() as server:
        monkeypatch.setenv("RAG_EMBED_MODEL", "m")
        monkeypatch.setenv("RAG_EMBED_BASE_URL", server.url)
        with open_engine(tmp_path / "home", empty=True) as engine:
            engine.add(write_jsonl(tmp_path / "articles.jsonl", [article(number) for number in ARTICLES]))
        assert server.requests
        assert rag("--home", tmp_path / "home", "backup", "kept.rag").code == 0
        server.requests.clear()
        result = rag("--home", tmp_path / "new", "restore", "kept.rag")
        assert (result.code, result.out) == (0, "restored: 8 articles, 16 passages\n")
        assert server.requests == []
        assert_holds(tmp_path / "new", *ARTICLES)


def test_a_backup_is_one_sqlite_file_that_needs_no_log_and_holds_no_index(library_folder: Path, tmp_path: Path) -> None:
    write_backup(load_settings(home=library_folder), tmp_path / "kept")
    with sqlite3.connect(f"file:{tmp_path / 'kept'}?immutable=1", uri=True) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert tables >= {"meta", "articles", "passages", "feedback"}
    assert (tmp_path / "kept").stat().st_size <= (library_folder / LIBRARY_FILE).stat().st_size


def test_a_backup_overwrites_nothing_unless_told_to(library_folder: Path, rag: Rag, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("My notes.")
    message = last_error(rag("--home", library_folder, "backup", file))
    assert "exists; name another file, or overwrite it with --force" in message
    assert file.read_text() == "My notes."
    assert rag("--home", library_folder, "backup", file, "--force").code == 0
    assert file.read_bytes().startswith(b"SQLite format 3\0")


def test_a_backup_to_a_file_that_cannot_be_written_is_refused(library_folder: Path, rag: Rag, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for file, words in (
        (tmp_path / "folder", "is a folder; name a file in it"),
        (library_folder / "kept", "is in the library's own folder; name a file somewhere else"),
        (library_folder / LIBRARY_FILE, "is in the library's own folder"),
        (tmp_path / "nowhere" / "kept", "cannot be written (No such file or directory); name another file"),
        (tmp_path / ("x" * 300), "cannot be written (File name too long); name another file"),
    ):
        assert words in last_error(rag("--home", library_folder, "backup", file, "--force"))
    assert {path.name for path in tmp_path.iterdir()} == {"home", "folder"}
    assert_holds(library_folder, *ARTICLES)


def test_a_backup_without_a_library_is_refused_and_creates_none(rag: Rag, tmp_path: Path) -> None:
    assert "no library in" in last_error(rag("--home", tmp_path / "none", "backup", tmp_path / "kept"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_users_who_may_read_the_library_may_read_its_backup(library_folder: Path, tmp_path: Path) -> None:
    (library_folder / LIBRARY_FILE).chmod(0o600)
    write_backup(load_settings(home=library_folder), tmp_path / "kept")
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o600
    restore_backup(load_settings(home=tmp_path / "new"), tmp_path / "kept")
    assert stat.S_IMODE((tmp_path / "new" / LIBRARY_FILE).stat().st_mode) == 0o600


def test_a_damaged_library_is_not_backed_up(library_folder: Path, rag: Rag, tmp_path: Path) -> None:
    with sqlite3.connect(library_folder / LIBRARY_FILE) as connection:
        connection.execute("UPDATE articles SET text = replace(text, 'lot', 'Lot') WHERE id = 'article-3'")
    connection.close()
    message = last_error(rag("--home", library_folder, "backup", tmp_path / "kept"))
    assert "is damaged (1 articles differ from what was added)" in message
    assert message.endswith("was not written; see: rag check")
    assert {path.name for path in tmp_path.iterdir()} == {"home"}


_ADDING = """
import sys
from collections.abc import Iterator
from rag.settings import load_settings
from rag.types.ingest import LoadedArticle
from rag.workspace import Tuning, Workspace
from tests.support.library.articles import loaded_articles

def articles_one_by_one() -> Iterator[LoadedArticle]:
    for number in range(20, 30):
        sys.stdin.readline()
        yield from loaded_articles(number, paragraphs=2)

with Workspace(load_settings(home=sys.argv[1]), tuning=Tuning(batch_characters=1)) as workspace:
    workspace.indexer.add(articles_one_by_one())
"""


def test_backups_during_an_add_hold_whole_articles_and_more_each_time(library_folder: Path, tmp_path: Path) -> None:
    """Another process adds an article for each line that it reads, while a backup is taken here."""
    source = Library(library_folder / LIBRARY_FILE)
    adding = subprocess.Popen([sys.executable, "-c", _ADDING, str(library_folder)], stdin=subprocess.PIPE, text=True)
    assert adding.stdin is not None
    article_counts: list[int] = []
    try:
        for added in range(1, 11):
            adding.stdin.write("\n")
            adding.stdin.flush()
            counts = write_backup(load_settings(home=library_folder), tmp_path / "kept", force=True)
            article_counts.append(counts.articles)
            library = Library(tmp_path / "kept")
            assert library.integrity_errors() == []
            for entry in library.entries():
                number = int(entry.id.removeprefix("article-"))
                expected = article(number, paragraphs=2 if number >= 20 else 4)
                assert library.article(entry.id) == expected
                passages = library.article_passages(entry.id)
                assert passages[0].passage.start == 0
                assert passages[-1].passage.end == len(expected.text)
            library.close()
            wait_until(lambda added=added: source.count_articles() == 8 + added)  # type: ignore[misc]
        assert adding.wait(60) == 0
    finally:
        adding.kill()
        adding.communicate()
        source.close()
    assert all(count - number in (8, 9) for number, count in enumerate(article_counts)), article_counts
    assert write_backup(load_settings(home=library_folder), tmp_path / "kept", force=True).articles == 18


def test_a_library_on_a_server_is_left_to_the_servers_tools(library_folder: Path, tmp_path: Path) -> None:
    settings = load_settings(home=library_folder, library_url="postgresql+psycopg://reader@127.0.0.1:1/articles")
    for operation in (write_backup, restore_backup):
        with pytest.raises(LibraryError, match="pg_dump"):
            operation(settings, tmp_path / "file")
    assert not (tmp_path / "file").exists()
