"""A conversation as Markdown: footnotes numbered through, and nothing in it that marks up by accident."""

import re
from dataclasses import replace
from datetime import date

import pytest

from rag.answer import Answer, Citation, RankedPassage, Statement
from rag.article import ArticleRef
from rag.transcript import markdown

ARTICLE = ArticleRef("a", "A *title* [1]", "A. Writer", "The Review", date(2024, 6, 1), "https://example.org/a")
TEXT = "Prices rose. They fell again, <b>he</b> says."


def _answer(text: str, *quotes: str) -> Answer:
    passage = RankedPassage("p", ARTICLE, 0, len(TEXT), TEXT, 1.0, 1.0, 1.0)
    citations = tuple(
        Citation(number, ARTICLE, quote, TEXT.index(quote), TEXT.index(quote) + len(quote), passage, 1.0)
        for number, quote in enumerate(quotes, 1)
    )
    statements = tuple(Statement(quote, (number,), 0.98, "supported") for number, quote in enumerate(quotes, 1))
    return Answer("Why?", "Why?", text, False, None, statements, citations, "llm:m")


def test_footnotes_are_numbered_through_and_each_holds_its_quote() -> None:
    made = markdown(
        [_answer("They rose [1]. They fell [2].", "Prices rose.", "They fell again"), _answer("So [1].", TEXT)]
    )
    assert "They rose [^1]. They fell [^2]." in made
    assert "So [^3]." in made
    assert re.findall(r"^\[\^(\d)\]: ", made, re.MULTILINE) == ["1", "2", "3"]
    assert "“Prices rose.” <https://example.org/a>" in made


def test_what_came_from_articles_and_people_marks_nothing_up() -> None:
    hostile = replace(_answer("See [a](b) *now* <i>x</i> [1].", TEXT), question="# <script> ![x](y)")
    made = markdown([hostile])
    assert r"## \# \<script\> !\[x\](y)" in made
    assert r"See \[a\](b) \*now\* \<i\>x\</i\> [^1]." in made
    assert r"A \*title\* \[1\]" in made


def test_a_follow_up_says_how_it_was_understood_and_what_failed_is_said() -> None:
    flagged = replace(
        _answer("They rose [1].", "Prices rose."),
        standalone_question="Why did prices rise?",
        statements=(Statement("They rose.", (1,), 0.1, "unsupported"),),
        notice="cut",
    )
    made = markdown([flagged])
    assert "*Understood as: Why did prices rise?*" in made
    assert "> Not borne out by what it cites: They rose." in made
    assert "> Note: cut" in made


def _noted(url: str) -> str:
    """The export of an answer that cites an article of that address."""
    answer = _answer("So [1].", TEXT)
    return markdown([replace(answer, citations=(replace(answer.citations[0], article=replace(ARTICLE, url=url)),))])


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "a://[", "https://[1]/", "https://[", "http://a b", "http://a<b>", "http:", "x"]
)
def test_an_address_that_is_none_of_the_web_is_left_out(url: str) -> None:
    assert _noted(url) == _noted("")


def test_an_address_of_the_web_begins_no_other_link() -> None:
    assert "<HTTPS://example.org/a%5D(b>" in _noted("HTTPS://example.org/a](b")


def test_a_bracket_behind_a_marker_makes_no_link_of_it() -> None:
    assert r"So [^1]\(javascript:x)." in markdown([_answer("So [1](javascript:x).", TEXT)])
