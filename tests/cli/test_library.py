"""The commands that fill, show, check, repair and rebuild a library."""

import os
import sqlite3
from pathlib import Path

import pytest

from rag.index.base import IndexEntry
from rag.settings import load_settings
from rag.workspace import Workspace
from tests.cli.conftest import FirstUse
from tests.support.command_line import (
    ADDED,
    ANSWERED,
    CATALOGUE,
    STATUS,
    CommandResult,
    Rag,
    article_ids,
    assert_shape,
    interrupt_once_articles_are_stored,
    result_of,
    start_command,
)
from tests.support.library.articles import article, write_jsonl
from tests.support.library.files_of_formats import folder_of_formats


def test_a_first_use_that_is_interrupted_keeps_what_was_finished(first_use: FirstUse) -> None:
    assert first_use.interrupted.code == 130
    assert first_use.interrupted.out == ""
    assert first_use.interrupted.err.endswith("rag: interrupted; what was finished is kept\n")
    assert first_use.kept > 0


def test_a_missing_library_is_filled_from_the_corpus_with_progress_on_stderr(first_use: FirstUse, rag: Rag) -> None:
    assert first_use.asked.code == 0, first_use.asked.err
    assert not first_use.asked.document["abstained"]
    assert "Adding the bundled corpus" in first_use.asked.err
    bundled = {path.stem for path in (Path(__file__).parents[2] / "corpus" / "articles").glob("*.md")}
    assert set(article_ids(rag, first_use.home)) == bundled
    assert rag("--home", first_use.home, "check").out == "everything agrees\n"


def test_init_leaves_a_library_as_it_is(home: Path, rag: Rag) -> None:
    for arguments in (["init"], ["init", "--empty"]):
        result = rag("--home", home, *arguments)
        assert (result.code, result.out) == (0, f"library in {home}: 12 articles, 12 passages\n")


def test_an_empty_library_says_how_to_add(tmp_path: Path, rag: Rag) -> None:
    home = tmp_path / "new" / "home"
    result = rag("--home", home, "init", "--empty")
    assert (result.code, result.out, result.err) == (0, f"library in {home}: 0 articles, 0 passages\n", "")
    asked = rag("--home", home, "ask", ANSWERED, "--json").document
    assert asked["abstained"]
    assert "rag add PATH" in asked["reason"]
    assert rag("--home", home, "articles") == CommandResult(0, "", "No articles yet. Add some with: rag add PATH\n")
    assert rag("--home", home, "articles", "--json").document == []
    assert rag("--home", home, "search", ANSWERED) == CommandResult(0, "", "No passage matches.\n")
    assert rag("--home", home, "search", ANSWERED, "--json").document == {"query": ANSWERED, "passages": []}
    assert rag("--home", home, "check").code == 0


def test_the_catalogue_is_as_the_contract_says_and_newest_first(home: Path, rag: Rag) -> None:
    result = rag("--home", home, "articles", "--json")
    assert (result.code, result.err) == (0, "")
    assert_shape(result.document, CATALOGUE)
    assert [entry["published"] for entry in result.document] == sorted(
        (entry["published"] for entry in result.document), reverse=True
    )
    by_id = {entry["id"]: entry for entry in result.document}
    assert by_id["article-7"]["characters"] == len(article(7).text)
    assert by_id["article-7"]["sha256"] == article(7).sha256


def test_status_names_the_library_and_counts_it(home: Path, rag: Rag) -> None:
    facts = rag("--home", home, "status", "--json").document
    assert_shape(facts, STATUS)
    assert facts["home"] == str(home)
    assert (facts["articles"], facts["passages"], facts["writer"]) == (12, 12, "quotes")
    assert facts["characters"] == sum(len(article(number).text) for number in range(12))
    assert facts["bytes"] >= (home / "library.sqlite").stat().st_size
    printed = rag("--home", home, "status").out
    assert all(str(value) in printed for key, value in facts.items() if key not in ("bytes", "freshness"))
    assert f"newest     {facts['freshness']['newest']}" in printed


def test_adding_takes_files_and_folders_and_repeating_it_changes_nothing(home: Path, tmp_path: Path, rag: Rag) -> None:
    folder = tmp_path / "columns"
    folder.mkdir()
    (folder / "lions.md").write_text("---\ntitle: Lions\n---\n\nThe lions of the square were cast in 1867.\n")
    (folder / "tigers.txt").write_text("Tigers\n\nTigers swim, and not only when they have to.\n")
    more = write_jsonl(tmp_path / "more.jsonl", [article(20), article(21)])
    first = rag("--home", home, "add", folder, more, "--json")
    assert first.code == 0, first.err
    assert_shape(first.document, ADDED)
    assert sorted(first.document["added"]) == ["article-20", "article-21", "lions", "tigers"]
    before = rag("--home", home, "articles", "--json").out
    again = rag("--home", home, "add", folder, more, "--json").document
    assert sorted(again.pop("unchanged")) == sorted(first.document["added"])
    assert again == {"added": [], "updated": [], "failed": [], "notes": []}
    assert rag("--home", home, "articles", "--json").out == before
    (folder / "lions.md").write_text("---\ntitle: Lions\n---\n\nThe lions of the square were cast in 1868.\n")
    assert rag("--home", home, "add", folder, "--json").document["updated"] == ["lions"]
    assert rag("--home", home, "add", more).out == "0 added, 0 updated, 2 unchanged, 0 failed\n"


def test_a_folder_with_a_file_of_each_format_is_added_and_listed(tmp_path: Path, rag: Rag) -> None:
    folder, home = tmp_path / "texts", tmp_path / "home"
    folder.mkdir()
    titles = folder_of_formats(folder)
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 and no more")
    assert rag("--home", home, "init", "--empty").code == 0
    first = rag("--home", home, "add", folder)
    assert first.code == 2
    assert first.out == f"{len(titles)} added, 0 updated, 0 unchanged, 1 failed\n"
    (line,) = [line for line in first.err.splitlines() if "broken.docx" in line]
    assert line.startswith(f"{folder / 'broken.docx'}: is not a zip archive that can be read")
    assert sorted(entry["title"] for entry in rag("--home", home, "articles", "--json").document) == titles
    again = rag("--home", home, "add", folder)
    assert again.out == f"0 added, 0 updated, {len(titles)} unchanged, 1 failed\n"


def test_one_bad_file_among_good_ones_is_named_and_the_others_are_added(home: Path, tmp_path: Path, rag: Rag) -> None:
    folder = tmp_path / "columns"
    folder.mkdir()
    (folder / "good.md").write_text("---\ntitle: Good\n---\n\nThe good are rarely asked.\n")
    (folder / "bad.md").write_bytes(b"\x00\x01\x02")
    (folder / "zebras.txt").write_text("Zebras\n\nZebras kick backwards and look ahead.\n")
    result = rag("--home", home, "add", folder, tmp_path / "nowhere.md", "--json")
    assert result.code == 2
    assert sorted(result.document["added"]) == ["good", "zebras"]
    bad, missing = result.document["failed"]
    assert (bad["what"], missing["what"]) == (str(folder / "bad.md"), str(tmp_path / "nowhere.md"))
    for failure in result.document["failed"]:
        assert f"{failure['what']}: {failure['why']}\n" in result.err
    assert {"good", "zebras"} <= set(article_ids(rag, home))


def test_what_may_be_missing_of_an_article_is_told_beside_the_result(home: Path, tmp_path: Path, rag: Rag) -> None:
    body = "".join(f"<p>The harbour board wants {n} million crowns for the new quay of the town.</p>" for n in range(9))
    page = tmp_path / "quay.html"
    page.write_text(
        '<html><head><title>The Quay</title><script type="application/ld+json">'
        '{"@type": "NewsArticle", "articleBody": "'
        + "The quay is dear. " * 100
        + f'"}}</script></head><body><article>{body}</article></body></html>'
    )
    result = rag("--home", home, "add", page, "--json")
    assert result.code == 0
    (note,) = result.document["notes"]
    assert note["what"] == str(page)
    assert note["note"].endswith("of about 1,800 characters; the rest may be missing")
    assert f"{note['what']}: {note['note']}\n" in result.err
    assert rag("--home", home, "add", page, "--json").document["notes"] == []


def test_a_file_name_in_broken_bytes_is_read(home: Path, tmp_path: Path, rag: Rag) -> None:
    folder = tmp_path / "columns"
    folder.mkdir()
    try:
        for name in (b"caf\xe9.md", b"caf\xe8.txt"):
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(
                "---\ntitle: Cafés\n---\n\nThe cafés close."
            )
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    result = result_of(start_command("--home", home, "add", folder, "--json"))
    assert result.code == 0, result.err
    assert result.document["added"] == ["caf", "columns-caf"]
    assert rag("--home", home, "add", folder, "--json").document["unchanged"] == ["caf", "columns-caf"]


def test_removing_says_what_was_not_there(home: Path, rag: Rag) -> None:
    assert rag("--home", home, "remove", "article-1", "article-1") == CommandResult(0, "1 removed\n", "")
    result = rag("--home", home, "remove", "article-2", "nobody", "\udcff", "article-1")
    assert result.out == "1 removed\n"
    assert "no article with the id nobody" in result.error_line
    assert "article-1;" in result.error_line
    assert set(article_ids(rag, home)) == {f"article-{number}" for number in (0, *range(3, 12))}


def test_ctrl_c_while_adding_keeps_what_was_finished(home: Path, tmp_path: Path, rag: Rag) -> None:
    added = [article(number, paragraphs=12) for number in range(100, 200)]
    process = start_command("--home", home, "add", write_jsonl(tmp_path / "many.jsonl", added), "--json")
    kept = interrupt_once_articles_are_stored(process, home, 12)
    result = result_of(process)
    assert (result.code, result.out) == (130, "")
    assert result.err.splitlines()[-1] == "rag: interrupted; what was finished is kept"
    assert "Traceback" not in result.err
    assert kept <= len(article_ids(rag, home)) < 112
    assert rag("--home", home, "check") == CommandResult(0, "everything agrees\n", "")


def replace_one_passage_in_both_indexes(home: Path) -> None:
    """In both indexes, so that numbers and generations are right and only the ids are wrong."""
    with Workspace(load_settings(home=home)) as opened:
        passage_id = sorted(opened.library.passage_ids())[0]
        vector = opened.library.passages([passage_id])[passage_id].vector
        entry = IndexEntry("stranger", "A text", "A text", "A text", vector, None, None, (), None)
        for index in (opened.vectors, opened.fulltext):
            index.update([passage_id], [[entry]], opened.library.generation())


def execute(home: Path, statement: str) -> None:
    with sqlite3.connect(home / "library.sqlite") as connection:
        connection.execute(statement)
    connection.close()


def test_a_check_that_finds_something_exits_with_1_and_repair_repairs_it(home: Path, rag: Rag) -> None:
    assert rag("--home", home, "check") == CommandResult(0, "everything agrees\n", "")
    replace_one_passage_in_both_indexes(home)
    result = rag("--home", home, "check")
    assert (result.code, result.err) == (1, "")
    for store in ("vectors", "full text"):
        assert f"{store}: 1 passages missing\n" in result.out
        assert f"{store}: 1 passages left over\n" in result.out
    repaired = rag("--home", home, "check", "--repair")
    assert repaired.code == 0
    assert repaired.out.endswith("repaired: everything agrees\n")
    assert rag("--home", home, "check").code == 0


@pytest.mark.parametrize(
    "damage", ["text = 'Other words.'", "vector = x'00'", "sentences = x'00'", "sentence_vectors = x'00'"]
)
def test_altered_passages_are_restored_from_their_articles(home: Path, rag: Rag, damage: str) -> None:
    execute(home, f"UPDATE passages SET {damage} WHERE article_id = 'article-4'")
    result = rag("--home", home, "check")
    assert result.code == 1
    assert "rag rebuild --re-encode" in result.out
    assert rag("--home", home, "check", "--repair").code == 0
    passages = rag("--home", home, "search", "observer 4 lot 401", "--json").document["passages"]
    assert passages[0]["article_id"] == "article-4"
    assert passages[0]["text"] in article(4).text


def test_an_article_altered_outside_the_library_is_named_and_not_repaired(home: Path, rag: Rag) -> None:
    execute(home, "UPDATE articles SET text = 'Nobody wrote this.' WHERE id = 'article-4'")
    for arguments in ([], ["--repair"]):
        result = rag("--home", home, "check", *arguments)
        assert result.code == 1
        assert "rag remove article-4" in result.out
    assert rag("--home", home, "remove", "article-4").code == 0
    assert rag("--home", home, "check").code == 0


def test_rebuild_rebuilds_both_indexes(home: Path, rag: Rag) -> None:
    replace_one_passage_in_both_indexes(home)
    result = rag("--home", home, "rebuild")
    assert (result.code, result.out) == (0, "rebuilt: 12 articles, 12 passages\n")
    assert "Rebuilding" in result.err
    assert rag("--home", home, "check").code == 0


def test_a_library_of_another_encoder_is_encoded_again_on_request(home: Path, rag: Rag) -> None:
    execute(home, "UPDATE meta SET value = 'another' WHERE key = 'encoder'")
    assert "rag rebuild --re-encode" in rag("--home", home, "ask", "Which lot was sold?").error_line
    result = rag("--home", home, "rebuild", "--re-encode")
    assert (result.code, result.out) == (0, "rebuilt: 12 articles, 12 passages\n")
    assert not rag("--home", home, "ask", "Which lot was sold?", "--json").document["abstained"]
    assert rag("--home", home, "check").code == 0
