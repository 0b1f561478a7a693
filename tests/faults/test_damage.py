"""Damage in every file: the library answers as before, or repairs or reports it.

It never answers differently without a report, and never ends the process.
"""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from rag.cli.app import run
from rag.errors import LibraryDamaged
from rag.index.base import IndexParameters
from rag.index.fulltext import FullTextIndex
from rag.maintenance.consistency import find_inconsistencies
from rag.settings import load_settings
from rag.storage.library import LIBRARY_FILE
from rag.workspace import Tuning, Workspace
from tests.faults.damage_trials import damageable_files, run_trials, trials
from tests.faults.seeds import seeds
from tests.support.library.articles import loaded_articles


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One library twice: "closed", and "killed" with SQLite's log beside it.

    Its vectors are in a graph with a checksum and, the later ones, in Chroma's log. One article was removed.
    """
    folder = tmp_path_factory.mktemp("intact")
    tuning = Tuning(index=IndexParameters(compact_after_changes=8))
    with Workspace(load_settings(home=folder / "closed"), empty=True, tuning=tuning) as workspace:
        workspace.indexer.add(loaded_articles(*range(12)))
        workspace.indexer.add(loaded_articles(*range(12, 16)))
        workspace.indexer.remove(["article-3"])
        shutil.copytree(folder / "closed", folder / "killed")
    folders = {name: folder / name for name in ("closed", "killed")}
    assert list(folders["closed"].glob("vectors-*/*/index_metadata.pickle"))
    assert (folders["killed"] / f"{LIBRARY_FILE}-wal").stat().st_size
    return folders


@pytest.fixture
def copy(intact: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of the closed library, to be damaged."""
    return Path(shutil.copytree(intact["closed"], tmp_path / "home"))


def _flip_bit(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


@pytest.mark.parametrize("state", ["closed", "killed"])
def test_a_damaged_file_causes_neither_a_wrong_answer_nor_a_crash(
    intact: dict[str, Path], tmp_path: Path, state: str
) -> None:
    results = run_trials(intact[state], tmp_path, trials(intact[state], range(0, 6_000, 1_001)))
    assert not results.failures, results.failures
    assert len(results.results) == 6
    assert len(damageable_files(intact[state])) >= 20


@pytest.mark.slow
@pytest.mark.parametrize("state", ["closed", "killed"])
def test_a_thousand_damaged_files_cause_neither_a_wrong_answer_nor_a_crash(
    intact: dict[str, Path], tmp_path: Path, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    began, first = time.monotonic(), seeds(1)[0]
    results = run_trials(intact[state], tmp_path, trials(intact[state], range(first, first + 500)))
    with capsys.disabled():
        print(f"\n{state}: trials {first} to {first + 499}, {time.monotonic() - began:.0f} s\n{results}")
    assert len(results.results) == 500
    assert not results.failures, results.failures


def test_a_flipped_bit_of_an_article_is_found_wherever_it_is(intact: dict[str, Path], tmp_path: Path) -> None:
    content = (intact["closed"] / LIBRARY_FILE).read_bytes()
    with Workspace(load_settings(home=intact["closed"])) as workspace:
        stored = workspace.library.article_passages("article-5")[0]
        article = workspace.library.article("article-5")
    assert article is not None
    vector_start = content.index(stored.vector.tobytes()[:64])
    positions = {
        "text": content.index(article.text[40:90].encode()),
        "vector": vector_start + 17,
        "least bit of a vector": vector_start + 20,
        "origin": content.index(b"/made/article-5") + 3,
    }
    for name, position in positions.items():
        home = Path(shutil.copytree(intact["closed"], tmp_path / name))
        (home / LIBRARY_FILE).write_bytes(_flip_bit(content, position))
        with Workspace(load_settings(home=home)) as workspace:
            inconsistencies = find_inconsistencies(workspace)
            assert {inconsistency.store for inconsistency in inconsistencies} <= {"articles", "passages"}, name
            assert inconsistencies, name


def test_a_flipped_bit_in_any_file_of_the_full_text_is_found_before_it_is_read(copy: Path) -> None:
    assert FullTextIndex(copy).is_intact()
    files = [copy / name for name in damageable_files(copy) if name.startswith("fulltext/")]
    assert len(files) >= 8
    for file in files:
        content = file.read_bytes()
        file.write_bytes(_flip_bit(content, len(content) // 2))
        assert not FullTextIndex(copy).is_intact(), file
        file.write_bytes(content)
    assert FullTextIndex(copy).is_intact()


@pytest.mark.parametrize("table", ["migrations", "collections", "segments", "embeddings_queue_config"])
def test_invalid_text_in_chromas_own_tables_does_not_end_the_process(copy: Path, table: str) -> None:
    for path in copy.glob("vectors-*/chroma.sqlite3"):
        with closing(sqlite3.connect(path)) as connection:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[2].upper() == "TEXT"]
            connection.execute(f"UPDATE {table} SET {columns[-1]} = CAST(x'61ff62' AS TEXT)")
            connection.commit()
    with Workspace(load_settings(home=copy)) as workspace:
        assert find_inconsistencies(workspace) == []


@pytest.mark.parametrize("name", ["fulltext", "vectors-*", "fulltext.json", "vectors.json"])
def test_a_missing_index_is_rebuilt(copy: Path, name: str) -> None:
    for path in copy.glob(name):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with Workspace(load_settings(home=copy)) as workspace:
        assert find_inconsistencies(workspace) == []


def test_a_library_older_than_its_indexes_is_reported(copy: Path) -> None:
    """SQLite drops the last commits without a report where its log is damaged."""
    older = (copy / LIBRARY_FILE).read_bytes()
    with Workspace(load_settings(home=copy)) as workspace:
        workspace.indexer.add(loaded_articles(17, 18))
    (copy / LIBRARY_FILE).write_bytes(older)
    with pytest.raises(LibraryDamaged, match=r"older than its indexes.* rag restore, .*: rag rebuild"):
        Workspace(load_settings(home=copy))
    assert run(["--home", str(copy), "rebuild"]) == 0
    with Workspace(load_settings(home=copy)) as workspace:
        assert find_inconsistencies(workspace) == []
        assert workspace.library.article("article-17") is None
