"""What the README promises: its questions are answered correctly, its links work, no placeholder is left in it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine
from rag.answering.kinds.example_questions import BUNDLED_QUESTIONS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")),
             ROOT / "corpus" / "README.md", ROOT / "evals" / "suites" / "README.md"]  # fmt: skip
# Whose view has to be among the quotes, and words that a right answer holds.
EXPECTED = {
    "Why does China dislike the pact?": ("The Asia Desk", "loosens Beijing's hold"),
    "What did the Swiss peace summit achieve?": ("House Rules", "a minimum that eighty governments can be held to"),
    "Which countries did not sign the Bürgenstock communiqué?": ("House Rules", "India, Saudi Arabia, South Africa"),
    "How many containers did North Korea send to Russia?": ("Hard Power", "more than 20,000 containers"),
    "Is BRICS an alliance?": ("Hard Power", "Nothing in BRICS binds any of these states"),
    "Who pays for America's tariffs?": ("The Sanctions Ledger", "64 per cent of the cost"),
    "Why did Hard Power change its mind about the frozen Russian reserves?": (
        "Hard Power",
        "the reserves bought nothing",
    ),
    "Why does Barrels and Grids think the price cap was never meant to bite?": (
        "Barrels and Grids",
        "never designed to be",
    ),
    "How did the vote on Chinese electric cars go?": ("The Asia Desk", "ten in favour, five against and twelve"),
    "What do export controls on chips achieve?": (
        "The Unplugged Circuit",
        "Controls on the machines that make chips bite harder each year",
    ),
}


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as opened:
        yield opened


def test_the_readme_and_the_page_propose_the_same_ten_questions() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    proposed = re.findall(r"^- (.+\?)$", readme, re.MULTILINE)
    assert tuple(proposed) == BUNDLED_QUESTIONS == tuple(EXPECTED)


@pytest.mark.parametrize("question", BUNDLED_QUESTIONS)
def test_the_example_questions_are_answered_by_the_right_author(engine: QueryEngine, question: str) -> None:
    author, words = EXPECTED[question]
    answer = engine.ask(question)
    quotes = [" ".join(citation.quote.split()) for citation in answer.citations if citation.article.author == author]
    assert any(words in quote for quote in quotes), answer.text
    assert all(statement.verdict == "supported" for statement in answer.statements)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_a_file_and_no_placeholder_is_left(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "@@" not in text
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_the_commands_are_those_that_continuous_integration_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "pip install . && rag serve" in readme
    assert "pip install '.[test]' && pytest" in readme
