"""Articles in and out: nothing twice, nothing lost, and both indexes always brought level with the library."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.encoder import BundledEncoder
from rag.errors import EncoderMismatch, LibraryBusy
from rag.filters import Filters, Scope
from rag.home import Home
from rag.retriever import Retriever
from rag.settings import Settings, load_settings
from rag.writer_lock import writer_lock
from tests.corpora import article, readings, write_jsonl

CODE = "import sys; from rag.cli import run; sys.exit(run(sys.argv[1:]))"


# The same, with the indexes following every few passages and the log folded every few dozen: a kill then meets a fold.
FOLDING = (
    "import rag.indexer, rag.vectors; rag.indexer.ENCODE_AT, rag.indexer.SYNC_AT = 12_000, 12; "
    "rag.vectors.FOLD_AT = 24; "
    f"{CODE}"
)


def _rag(home: Path, *arguments: str, code: str = CODE, **more: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", code, "--home", str(home), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)  # type: ignore[call-overload,no-any-return]


@contextmanager
def _held_by_another(home: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process that holds the writer's lock."""
    script = (
        "import time\nfrom pathlib import Path\nfrom rag.writer_lock import writer_lock\n"
        f"with writer_lock(Path({str(home)!r}), 5):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
    finally:
        holder.kill()
        holder.wait()


@pytest.fixture
def home(settings: Settings) -> Home:
    return Home(settings, empty=True)


def _finds(home: Home, number: int) -> bool:
    found = Retriever(home.library, home.vectors, home.fulltext, home.encoder).retrieve(
        f"observer {number} lot {number * 100 + 1}", 3, Filters()
    )
    return any(passage.article_id == f"article-{number}" for passage in found.passages)


def test_adding_twice_changes_nothing_and_encodes_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    first = home.indexer.add(readings(1, 2, 3))
    assert sorted(first.added) == ["article-1", "article-2", "article-3"]
    generation = home.library.generation()

    def never(*_: object) -> None:
        raise AssertionError("encoded again")

    monkeypatch.setattr(BundledEncoder, "encode_passages", never)
    again = home.indexer.add(readings(1, 2, 3))
    assert sorted(again.unchanged) == sorted(first.added)
    assert home.library.generation() == generation


def test_a_changed_article_replaces_its_old_passages_everywhere(home: Home) -> None:
    home.indexer.add(readings(1, 2))
    before = home.library.passage_ids()
    report = home.indexer.add(readings(1, revision=7))
    assert report.updated == ["article-1"]
    after = home.library.passage_ids()
    assert home.vectors.ids() == home.fulltext.ids() == after != before
    assert home.disagreements() == []


def test_a_removed_article_is_found_no_more(home: Home) -> None:
    home.indexer.add(readings(1, 2))
    assert home.indexer.remove(["article-1", "nobody"]) == ["nobody"]
    assert not _finds(home, 1)
    assert _finds(home, 2)
    assert home.disagreements() == []


def test_two_files_of_one_name_do_not_overwrite_each_other(home: Home, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "column.md").write_text(f"# Column\n\nText of {folder}, and nothing else.\n")
    assert home.add([tmp_path / "a" / "column.md"]).added == ["column"]
    report = home.add([tmp_path / "b" / "column.md"])
    assert "rag remove column" in report.failed[0].why
    held = home.library.article("column")
    assert held is not None
    assert "Text of a" in held.text


@pytest.mark.parametrize("what", ["vectors.json", "fulltext.json", "vectors-1", "fulltext"])
def test_a_lost_index_is_rebuilt_at_opening_without_encoding(
    home: Home, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.indexer.add(readings(*range(6)))
    home.close()
    victim = home.path / what
    subprocess.run(["rm", "-rf", str(victim)], check=True)
    monkeypatch.setattr(BundledEncoder, "encode_passages", None)
    again = Home(home.settings)
    assert again.disagreements() == []
    assert _finds(again, 4)


@pytest.mark.parametrize(
    "pattern", ["vectors-*/*/data_level0.bin", "vectors-*/chroma.sqlite3", "fulltext/*.idx", "fulltext/meta.json"]
)
def test_a_damaged_index_file_is_rebuilt_at_opening(home: Home, pattern: str) -> None:
    home.indexer.add(readings(*range(8)))
    home.indexer.rebuild()
    home.close()
    found = sorted(home.path.glob(pattern))
    assert found, f"nothing matches {pattern}"
    for path in found:
        path.write_bytes(b"\xff" * max(64, path.stat().st_size))
    again = Home(home.settings)
    if again.disagreements():  # damage that only shows on a full read is what `rag check --repair` is for
        again.indexer.rebuild()
    assert again.disagreements() == []
    assert _finds(again, 4)


def test_an_index_behind_the_library_catches_up(home: Home) -> None:
    home.indexer.add(readings(1, 2))
    stamps = {name: (home.path / name).read_text() for name in ("vectors.json", "fulltext.json")}
    home.indexer.add(readings(3))
    home.indexer.remove(["article-1"])
    home.close()
    for name, text in stamps.items():  # as a kill before the stamps were written would leave them
        (home.path / name).write_text(text)
    again = Home(home.settings)
    assert again.disagreements() == []
    assert _finds(again, 3)
    assert not _finds(again, 1)


def test_a_long_log_is_folded_and_nothing_is_lost(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.vectors.FOLD_AT", 10)
    for number in range(12):
        home.indexer.add(readings(number))
    home.indexer.remove(["article-3"])
    assert json.loads((home.path / "vectors.json").read_text())["seal"]
    assert home.disagreements() == []
    assert _finds(home, 11)
    assert len(list(home.path.glob("vectors-*"))) <= 2


def test_check_finds_what_is_missing_and_what_is_left_over(home: Home) -> None:
    home.indexer.add(readings(*range(4)))
    some = sorted(home.library.passage_ids())[0]
    home.vectors.update([some], [], home.library.generation())
    home.fulltext.update([some], [], home.library.generation())
    found = {(one.store, one.passages) for one in home.disagreements()}
    assert {("vectors", 1), ("full text", 1)} <= found
    home.indexer.mend()
    assert home.disagreements() == []


def test_the_collection_is_made_as_decided(home: Home) -> None:
    home.indexer.add(readings(1))
    configuration = home.vectors._open().configuration_json
    assert configuration["hnsw"]["space"] == "cosine"
    assert configuration["hnsw"]["sync_threshold"] == 10**9
    assert configuration["embedding_function"] in (None, {"type": "legacy"})


def test_a_library_of_another_encoder_is_refused_with_the_way_out(home: Home, settings: Settings) -> None:
    home.indexer.add(readings(1))
    home.close()
    other = settings.model_copy(update={"embed_model": "other", "embed_base_url": "http://127.0.0.1:9/v1"})
    with pytest.raises(EncoderMismatch, match="rag rebuild --re-encode"):
        Home(other)


def test_a_second_writer_waits_and_then_says_who_holds_the_lock(home: Home) -> None:
    with _held_by_another(home.path) as holder:
        with (
            pytest.raises(LibraryBusy, match=f"process {holder.pid} .* did not finish in 0.2 s"),
            writer_lock(home.path, 0.2),
        ):
            raise AssertionError("the lock was had twice")
        reader = Home(home.settings)  # readers are not blocked
        assert reader.library.generation() == home.library.generation()
    with writer_lock(home.path, 5):
        pass


def test_two_processes_adding_at_once_lose_nothing(home: Home, tmp_path: Path) -> None:
    home.close()
    files = [
        write_jsonl(tmp_path / f"{side}.jsonl", [article(number) for number in numbers])
        for side, numbers in (("left", range(20)), ("right", range(20, 40)))
    ]
    running = [_rag(home.path, "add", str(file), "--json") for file in files]
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert len(json.loads(out)["added"]) == 20
    again = Home(home.settings)
    assert again.library.count_articles() == 40
    assert again.disagreements() == []


@pytest.mark.parametrize("code", [CODE, FOLDING], ids=["plain", "folding"])
def test_a_kill_at_any_point_leaves_whole_articles_and_a_search_that_agrees(
    home: Home, tmp_path: Path, code: str
) -> None:
    """SIGKILL at points spread over an add; after each, whole articles only, and every store agrees."""
    home.close()
    articles = [article(number, paragraphs=12) for number in range(60)]
    file = write_jsonl(tmp_path / "many.jsonl", articles)
    acknowledged: set[str] = set()
    for attempt in range(10):
        process = _rag(home.path, "add", str(file), code=code)
        time.sleep(1.6 + 0.35 * attempt)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with Home(home.settings) as again:
            held = {one.id for one in again.library.holdings()}
            assert acknowledged <= held, "an article that was there is gone"
            for one in articles:
                found = again.library.article(one.id)
                assert found in (None, one)
                if found:
                    assert [p.passage.text for p in again.library.passages_of(one.id)]
            assert again.disagreements() == []
            acknowledged = held
    process = _rag(home.path, "add", str(file), code=code)
    _, said = process.communicate(timeout=240)
    assert process.returncode == 0, said
    with Home(home.settings) as again:
        assert again.library.count_articles() == 60
        assert again.disagreements() == []


def test_an_interrupted_add_keeps_what_was_finished(home: Home) -> None:
    def breaks_off():  # type: ignore[no-untyped-def]
        yield from readings(*range(60), paragraphs=12)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        home.indexer.add(breaks_off())
    kept = home.library.count_articles()
    assert 0 < kept < 60
    assert home.disagreements() == []


def test_search_over_a_filter_looks_nowhere_else(home: Home) -> None:
    home.indexer.add(readings(*range(9)))
    vector = home.encoder.encode(["the harvest failed"])[0]
    scope = Scope(authors=("Column 1",), since=20240301, until=20240930)
    for hits in (home.vectors.search(vector, 50, scope), home.fulltext.search(["the"], "body", 50, scope)):
        articles = {one.passage.article_id for one in home.library.passages([id for id, _ in hits]).values()}
        assert articles == {"article-4", "article-7"}


def test_the_settings_of_a_test_are_its_own() -> None:
    assert load_settings().home is None


def test_opening_does_not_wait_for_a_writer_when_both_indexes_are_usable(home: Home, settings: Settings) -> None:
    home.indexer.add(readings(1, 2))
    stamp = (home.path / "fulltext.json").read_text()
    home.indexer.add(readings(3))
    home.close()
    (home.path / "fulltext.json").write_text(stamp)  # behind, as while another process adds
    with _held_by_another(home.path):
        # The settings allow 60 s; whoever only asks must not spend them.
        start = time.monotonic()
        with Home(settings) as again:
            assert again.fulltext.generation != again.library.generation()
        assert time.monotonic() - start < 30


def test_the_same_article_twice_in_one_add_is_encoded_and_reported_once(home: Home) -> None:
    report = home.indexer.add([*readings(1), *readings(1), *readings(2)])
    assert report.added == ["article-1", "article-2"]
    assert report.unchanged == ["article-1"]


def test_an_engine_whose_library_went_over_to_another_encoder_adds_nothing(home: Home) -> None:
    home.indexer.add(readings(1))
    home.library.note("encoder", "another")  # as another process's `rag rebuild --re-encode` does
    with pytest.raises(EncoderMismatch, match="is now encoded by another"):
        home.indexer.add(readings(2))
    assert home.library.count_articles() == 1


def test_a_file_that_was_moved_may_be_added_from_its_new_place(home: Home, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    first = tmp_path / "old" / "column.md"
    first.write_text("# Column\n\nFirst edition of the text.\n")
    assert home.add([first]).added == ["column"]
    (tmp_path / "old").rename(tmp_path / "new")
    second = tmp_path / "new" / "column.md"
    second.write_text("# Column\n\nSecond edition of the text.\n")
    assert home.add([second]).updated == ["column"]


def test_a_json_line_without_an_id_may_move_within_its_file(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    lines = [json.dumps({"title": f"Piece {number}", "text": f"Words of piece {number}."}) for number in range(3)]
    file.write_text("\n".join(lines))
    assert len(home.add([file]).added) == 3
    lines[2] = json.dumps({"title": "Piece 2", "text": "Other words of piece 2."})
    file.write_text("\n".join([lines[2], *lines[:2]]))
    report = home.add([file])
    assert (report.updated, len(report.unchanged), report.failed) == (["piece-2"], 2, [])
