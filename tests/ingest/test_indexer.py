"""Adding and removing articles: nothing is stored twice, and nothing is lost."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import EncoderMismatch, LibraryBusy
from rag.index.base import Scope
from rag.maintenance.consistency import find_inconsistencies
from rag.settings import Settings, load_settings
from rag.storage.locks import folder_lock
from rag.types.ingest import LoadedArticle
from rag.workspace import Workspace
from tests.ingest.searches import is_found
from tests.support.command_line import result_of, start_command
from tests.support.encoders import QuestionEncoder
from tests.support.library.articles import article, loaded_articles, write_jsonl
from tests.support.servers.lock_holder import lock_holder


def test_adding_twice_changes_nothing_and_encodes_nothing(workspace: Workspace) -> None:
    first = workspace.indexer.add(loaded_articles(1, 2, 3))
    assert sorted(first.added) == ["article-1", "article-2", "article-3"]
    generation = workspace.library.generation()
    workspace.close()
    with Workspace(workspace.settings, encoder=QuestionEncoder()) as reopened:
        second = reopened.indexer.add(loaded_articles(1, 2, 3))
        assert sorted(second.unchanged) == sorted(first.added)
        assert reopened.library.generation() == generation


def test_a_changed_article_replaces_its_old_passages_everywhere(workspace: Workspace) -> None:
    workspace.indexer.add(loaded_articles(1, 2))
    before = workspace.library.passage_ids()
    report = workspace.indexer.add(loaded_articles(1, revision=7))
    assert report.updated == ["article-1"]
    after = workspace.library.passage_ids()
    assert workspace.vectors.ids() == workspace.fulltext.ids() == after != before
    assert find_inconsistencies(workspace) == []


def test_a_removed_article_is_not_found_any_more(workspace: Workspace) -> None:
    workspace.indexer.add(loaded_articles(1, 2))
    assert workspace.indexer.remove(["article-1", "unknown"]) == ["unknown"]
    assert not is_found(workspace, 1)
    assert is_found(workspace, 2)
    assert find_inconsistencies(workspace) == []


def test_two_files_of_one_name_do_not_overwrite_each_other(workspace: Workspace, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "column.md").write_text(f"# Column\n\nText of {folder}, and nothing else.\n")
    assert workspace.add([tmp_path / "a" / "column.md"]).added == ["column"]
    assert workspace.add([tmp_path / "b" / "column.md"]).added == ["b-column"]
    stored = workspace.library.articles(["column", "b-column"])
    assert "Text of a" in stored["column"].text
    assert "Text of b" in stored["b-column"].text
    temporary = tmp_path / ("a1" * 32)
    temporary.mkdir()
    (temporary / "column.md").write_text("# Column\n\nText of an upload.\n")
    assert "rag remove column" in workspace.add([temporary / "column.md"]).failed[0].why


def test_a_file_that_was_moved_may_be_added_from_its_new_folder(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    first = tmp_path / "old" / "column.md"
    first.write_text("# Column\n\nFirst edition of the text.\n")
    assert workspace.add([first]).added == ["column"]
    (tmp_path / "old").rename(tmp_path / "new")
    second = tmp_path / "new" / "column.md"
    second.write_text("# Column\n\nSecond edition of the text.\n")
    assert workspace.add([second]).updated == ["column"]


def test_a_json_line_without_an_id_may_move_within_its_file(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    lines = [json.dumps({"title": f"Piece {number}", "text": f"Words of piece {number}."}) for number in range(3)]
    file.write_text("\n".join(lines))
    assert len(workspace.add([file]).added) == 3
    lines[2] = json.dumps({"title": "Piece 2", "text": "Other words of piece 2."})
    file.write_text("\n".join([lines[2], *lines[:2]]))
    report = workspace.add([file])
    assert (report.updated, len(report.unchanged), report.failed) == (["piece-2"], 2, [])


def test_an_article_that_comes_twice_in_one_add_is_encoded_and_reported_once(workspace: Workspace) -> None:
    report = workspace.indexer.add([*loaded_articles(1), *loaded_articles(1), *loaded_articles(2)])
    assert report.added == ["article-1", "article-2"]
    assert report.unchanged == ["article-1"]


def test_an_interrupted_add_keeps_what_was_finished(workspace: Workspace) -> None:
    def interrupted() -> Iterator[LoadedArticle]:
        yield from loaded_articles(*range(60), paragraphs=12)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.indexer.add(interrupted())
    assert 0 < workspace.library.count_articles() < 60
    assert find_inconsistencies(workspace) == []


def test_two_processes_that_add_at_once_lose_nothing(workspace: Workspace, tmp_path: Path, settings: Settings) -> None:
    files = [
        write_jsonl(tmp_path / f"{name}.jsonl", [article(number) for number in numbers])
        for name, numbers in (("left", range(20)), ("right", range(20, 40)))
    ]
    patient = {**os.environ, "RAG_LOCK_TIMEOUT": "600"}
    processes = [start_command("--home", workspace.path, "add", file, "--json", env=patient) for file in files]
    for process in processes:
        result = result_of(process)
        assert result.code == 0, result.err
        assert len(result.document["added"]) == 20
    with Workspace(settings) as reopened:
        assert reopened.library.count_articles() == 40
        assert find_inconsistencies(reopened) == []


def test_a_second_writer_waits_and_then_says_which_process_has_the_lock(workspace: Workspace) -> None:
    with lock_holder(workspace.path) as holder:
        with (
            pytest.raises(LibraryBusy, match=f"process {holder.pid} .* did not finish in 0.2 s"),
            folder_lock(workspace.path, 0.2),
        ):
            raise AssertionError("two processes have the lock")
        with Workspace(workspace.settings) as reader:  # readers do not wait
            assert reader.library.generation() == workspace.library.generation()
    with folder_lock(workspace.path, 60):
        pass


def test_a_library_of_another_encoder_is_refused_with_advice(workspace: Workspace, settings: Settings) -> None:
    workspace.indexer.add(loaded_articles(1))
    other = settings.model_copy(update={"embed_model": "other", "embed_base_url": "http://127.0.0.1:9/v1"})
    with pytest.raises(EncoderMismatch, match="rag rebuild --re-encode"):
        Workspace(other)


def test_nothing_is_added_to_a_library_that_changed_to_another_encoder(workspace: Workspace) -> None:
    workspace.indexer.add(loaded_articles(1))
    workspace.library.set_meta("encoder", "another")  # as `rag rebuild --re-encode` of another process does
    with pytest.raises(EncoderMismatch, match="is now encoded by another"):
        workspace.indexer.add(loaded_articles(2))
    assert workspace.library.count_articles() == 1


def test_a_search_within_a_filter_finds_nothing_outside_it(workspace: Workspace) -> None:
    workspace.indexer.add(loaded_articles(*range(9)))
    vector = workspace.encoder.encode(["the harvest failed"])[0]
    scope = Scope(authors=("Column 1",), since=20240301, until=20240930)
    for hits in (workspace.vectors.search(vector, 50, scope), workspace.fulltext.search(["the"], "body", 50, scope)):
        passages = workspace.library.passages([hit.id for hit in hits]).values()
        assert {stored.passage.article_id for stored in passages} == {"article-4", "article-7"}


def test_a_test_never_sees_the_settings_of_the_machine() -> None:
    assert load_settings().home is None
