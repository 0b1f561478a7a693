"""`rag cite`, and the citation styles of `rag ask` and `rag chat`."""

import json
from pathlib import Path

import pytest

from tests.support.command_line import ANSWERED, Rag
from tests.support.library.sources import TEXT, new_file


@pytest.fixture
def saved(bundled: Path, rag: Rag, tmp_path: Path) -> Path:
    """A file with an answer as JSON."""
    path = tmp_path / "answer.json"
    path.write_text(rag("--home", bundled, "ask", ANSWERED, "--json").out, encoding="utf-8")
    return path


def test_a_saved_answer_is_cited_and_made_into_cards(bundled: Path, rag: Rag, saved: Path, tmp_path: Path) -> None:
    cited = {citation["article_id"] for citation in json.loads(saved.read_text(encoding="utf-8"))["citations"]}
    entries = rag("--home", bundled, "cite", saved, "--style", "harvard").out.splitlines()
    assert len(entries) == len(cited)
    assert all("The Bundled Review" in entry for entry in entries)
    cards = rag("--home", bundled, "cite", saved, "--card", "--style", "mla").out
    assert cards.count("### ") >= 1
    assert "<u>" in cards
    word = tmp_path / "cards.docx"
    assert rag("--home", bundled, "cite", saved, "--card", "--out", word).code == 0
    assert word.read_bytes().startswith(b"PK")


def test_articles_are_cited_by_id_and_by_filter(bundled: Path, rag: Rag) -> None:
    listed = rag("--home", bundled, "articles", "--json").document
    column = [entry["id"] for entry in listed if entry["author"] == "Kitchen Table"]
    by_filter = json.loads(rag("--home", bundled, "cite", "--author", "kitchen table", "--style", "csl-json").out)
    by_id = json.loads(rag("--home", bundled, "cite", *column, "--style", "csl-json").out)
    assert {item["id"] for item in by_filter} == {item["id"] for item in by_id} == set(column)
    assert all(item["author"] == [{"literal": "Kitchen Table"}] for item in by_id)


def test_the_day_of_reading_is_cited_where_it_is_given(tmp_path: Path, rag: Rag) -> None:
    library = ("--home", tmp_path / "home")
    page = new_file(tmp_path / "quay.md", f"---\ntitle: The Quay\nurl: https://review.example/quay\n---\n{TEXT}")
    rag(*library, "init", "--empty")
    rag(*library, "add", page)
    given = ("quay", "--style", "mla", "--accessed", "1 March 2026")
    assert "https://review.example/quay. Accessed 1 Mar. 2026." in rag(*library, "cite", *given).out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "nothing to cite; name articles"),
        (("no-such-id",), "no article with the id no-such-id; see the ids with: rag articles"),
        (("missing.json",), "missing.json cannot be read"),
        (("x", "--style", "vancouver"), "'vancouver' is not a citation style or format; choose chicago"),
        (("x", "--card"), "a card needs a quote"),
        (("x", "--card", "--style", "ris"), "a card has no form in ris"),
        (("x", "--accessed", "sometime"), "--accessed sometime: not a day"),
    ],
)
def test_bad_input_gets_one_line(bundled: Path, rag: Rag, arguments: tuple[str, ...], line: str) -> None:
    result = rag("--home", bundled, "cite", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"rag: {line}")
    assert result.err.count("\n") == 1


def test_a_question_is_answered_with_its_works_cited_and_saved(bundled: Path, rag: Rag, tmp_path: Path) -> None:
    path = tmp_path / "answer.md"
    result = rag("--home", bundled, "ask", ANSWERED, "--cite", "apa", "--save", path)
    assert result.code == 0
    last_line = result.out.rstrip("\n").splitlines()[-1]
    assert " *" not in last_line
    assert ". The Bundled Review." in last_line
    assert "[^1]: " in path.read_text(encoding="utf-8")
    assert "*The Bundled Review*." in path.read_text(encoding="utf-8")
    refused = rag("--home", bundled, "ask", ANSWERED, "--cite", "ris")
    assert (refused.code, refused.err) == (
        2, "rag: 'ris' is not a citation style; choose chicago, apa, mla, harvard\n"
    )  # fmt: skip
