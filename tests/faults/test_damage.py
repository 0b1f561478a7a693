"""Bits flipped, runs overwritten, files cut short, in every file of a library: it answers as before, mends itself, or
says what is wrong; it never answers otherwise in silence, and never ends the process that asks."""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from rag import vectors
from rag.fulltext import FullText
from rag.home import Home
from rag.settings import load_settings
from tests.corpora import readings
from tests.faults import damage
from tests.faults.killing import seeds


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One library twice: closed in peace, and as a kill leaves it, with SQLite's log still beside it. Its vectors are
    in a sealed graph and, the later ones, in Chroma's log; an article has been taken out."""
    folder = tmp_path_factory.mktemp("sound")
    with pytest.MonkeyPatch.context() as patched, Home(load_settings(home=folder / "closed"), empty=True) as home:
        patched.setattr(vectors, "FOLD_AT", 8)
        home.indexer.add(readings(*range(12)))
        home.indexer.add(readings(*range(12, 16)))
        home.indexer.remove(["article-3"])
        shutil.copytree(folder / "closed", folder / "killed")
    found = {name: folder / name for name in ("closed", "killed")}
    assert list(found["closed"].glob("vectors-*/*/index_metadata.pickle"))
    assert (found["killed"] / "library.sqlite-wal").stat().st_size
    return found


@pytest.mark.parametrize("state", ["closed", "killed"])
def test_a_spoilt_file_is_never_a_silent_wrong_answer_nor_a_crash(
    sound: dict[str, Path], tmp_path: Path, state: str
) -> None:
    number = len(damage.files_of(sound[state]))
    outcomes = damage.run(sound[state], tmp_path, damage.trials(sound[state], range(0, 6_000, 1_001)))
    assert not outcomes.bad, outcomes.bad
    assert len(outcomes.every) == 6
    assert number >= 20


@pytest.mark.slow
@pytest.mark.parametrize("state", ["closed", "killed"])
def test_a_thousand_spoilt_files_are_never_a_silent_wrong_answer_nor_a_crash(
    sound: dict[str, Path], tmp_path: Path, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    began, first = time.monotonic(), seeds(1)[0]
    outcomes = damage.run(sound[state], tmp_path, damage.trials(sound[state], range(first, first + 500)))
    with capsys.disabled():
        print(f"\n{state}: trials {first} to {first + 499}, {time.monotonic() - began:.0f} s\n{outcomes}")
    assert len(outcomes.every) == 500
    assert not outcomes.bad, outcomes.bad


def test_a_bit_of_an_article_that_flips_is_noticed_wherever_it_is(sound: dict[str, Path], tmp_path: Path) -> None:
    """In the text, in a vector, in a sentence's vector, in where a sentence begins: `rag check` tells."""
    whole = (sound["closed"] / "library.sqlite").read_bytes()
    with Home(load_settings(home=sound["closed"])) as home:
        stored = home.library.passages_of("article-5")[0]
        text = home.library.article("article-5").text  # type: ignore[union-attr]
    places = {
        "text": whole.index(text[40:90].encode()),
        "vector": whole.index(stored.vector.tobytes()[:64]) + 17,
        "least bit of a vector": whole.index(stored.vector.tobytes()[:64]) + 20,
        "origin": whole.index(b"/made/article-5") + 3,
    }
    for what, at in places.items():
        home_path = Path(shutil.copytree(sound["closed"], tmp_path / what))
        (home_path / "library.sqlite").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with Home(load_settings(home=home_path)) as home:
            found = home.disagreements()
            assert {one.store for one in found} <= {"articles", "passages"}, what
            assert found, what


def test_a_bit_that_flips_in_any_file_of_the_full_text_is_noticed_before_it_is_read(
    sound: dict[str, Path], tmp_path: Path
) -> None:
    home = Path(shutil.copytree(sound["closed"], tmp_path / "home"))
    assert FullText(home).is_sound()
    files = [home / name for name in damage.files_of(home) if name.startswith("fulltext/")]
    assert len(files) >= 8
    for file in files:
        whole = file.read_bytes()
        at = len(whole) // 2
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not FullText(home).is_sound(), file
        file.write_bytes(whole)
    assert FullText(home).is_sound()


@pytest.mark.parametrize("table", ["migrations", "collections", "segments", "embeddings_queue_config"])
def test_text_that_is_none_in_chromas_own_tables_does_not_end_the_process(
    sound: dict[str, Path], tmp_path: Path, table: str
) -> None:
    home_path = Path(shutil.copytree(sound["closed"], tmp_path / "home"))
    for path in home_path.glob("vectors-*/chroma.sqlite3"):
        with closing(sqlite3.connect(path)) as connection:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[2].upper() == "TEXT"]
            connection.execute(f"UPDATE {table} SET {columns[-1]} = CAST(x'61ff62' AS TEXT)")
            connection.commit()
    with Home(load_settings(home=home_path)) as home:
        assert home.disagreements() == []


@pytest.mark.parametrize("name", ["fulltext", "vectors-*", "fulltext.json", "vectors.json"])
def test_an_index_that_is_taken_away_is_made_anew(sound: dict[str, Path], tmp_path: Path, name: str) -> None:
    home_path = Path(shutil.copytree(sound["closed"], tmp_path / "home"))
    for gone in home_path.glob(name):
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    with Home(load_settings(home=home_path)) as home:
        assert home.disagreements() == []


def test_a_library_older_than_its_indexes_says_that_something_is_lost(sound: dict[str, Path], tmp_path: Path) -> None:
    """As a spoilt log of SQLite leaves it, which drops the last commits without a word."""
    from rag.cli import run
    from rag.errors import LibraryDamaged

    home_path = Path(shutil.copytree(sound["closed"], tmp_path / "home"))
    older = (home_path / "library.sqlite").read_bytes()
    with Home(load_settings(home=home_path)) as home:
        home.indexer.add(readings(17, 18))
    (home_path / "library.sqlite").write_bytes(older)
    with pytest.raises(LibraryDamaged, match=r"older than its indexes.* rag restore, .*: rag rebuild"):
        Home(load_settings(home=home_path))
    assert run(["--home", str(home_path), "rebuild"]) == 0
    with Home(load_settings(home=home_path)) as home:
        assert home.disagreements() == []
        assert home.library.article("article-17") is None
