"""A conversation as Markdown: footnotes are numbered across answers, and no text becomes markup by accident."""

import re
from dataclasses import replace
from datetime import date

import pytest

from rag.transcript.markdown import to_markdown
from rag.types.answer import Answer, Citation, Statement
from rag.types.article import ArticleRef
from rag.types.catalogue import Freshness
from rag.types.passage import RankedPassage
from rag.types.understanding import Section

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
    markdown = to_markdown(
        [_answer("They rose [1]. They fell [2].", "Prices rose.", "They fell again"), _answer("So [1].", TEXT)]
    )
    assert "They rose [^1]. They fell [^2]." in markdown
    assert "So [^3]." in markdown
    assert re.findall(r"^\[\^(\d)\]: ", markdown, re.MULTILINE) == ["1", "2", "3"]
    assert "“Prices rose.” <https://example.org/a>" in markdown


def test_text_from_articles_and_people_is_escaped() -> None:
    hostile = replace(_answer("See [a](b) *now* <i>x</i> [1].", TEXT), question="# <script> ![x](y)")
    markdown = to_markdown([hostile])
    assert r"## \# \<script\> !\[x\](y)" in markdown
    assert r"See \[a\](b) \*now\* \<i\>x\</i\> [^1]." in markdown
    assert r"A \*title\* \[1\]" in markdown


def test_a_follow_up_says_how_it_was_understood_and_lists_flagged_sentences() -> None:
    flagged = replace(
        _answer("They rose [1].", "Prices rose."),
        standalone_question="Why did prices rise?",
        statements=(Statement("They rose.", (1,), 0.1, "unsupported"),),
        notice="cut",
    )
    markdown = to_markdown([flagged])
    assert "*Understood as: Why did prices rise?*" in markdown
    assert "> Not supported: They rose." in markdown
    assert "> Note: cut" in markdown


def test_each_section_has_a_heading_and_its_quotes_do_not_say_it_again() -> None:
    answer = _answer("", "Prices rose.", "They fell again")
    statements = tuple(
        Statement(f"A. Writer (The Review, June 2024) writes: “{citation.quote}”", (citation.number,), 1.0, "supported")
        for citation in answer.citations
    )
    sections = (
        Section((0,), "A. Writer", "A. Writer", date(2024, 6, 1)), Section((1,), "B. *Writer*", "B. *Writer*", None)
    )  # fmt: skip
    text = "\n\n".join([*(f"{each.text} [{each.citations[0]}]" for each in statements), "C. Writer wrote nothing."])
    views = replace(
        answer, text=text, statements=statements, sections=sections, writer="quotes", kind="views", nearest=(ARTICLE,)
    )
    markdown = to_markdown([views])
    assert (
        "### A. Writer, 1 June 2024\n\n“Prices rose.” [^1]\n\n### B. \\*Writer\\*\n\n“They fell again” [^2]" in markdown
    )
    assert "\n\nC. Writer wrote nothing.\n\nAlso on this:\n\n- A. Writer, “A \\*title\\*" in markdown
    timeline = to_markdown([replace(views, kind="timeline")])
    assert "### 1 June 2024, A. Writer" in timeline
    assert "A. Writer (The Review, June 2024) writes" in to_markdown([replace(views, sections=sections[:1])])


def _export_citing(url: str) -> str:
    """The export of an answer that cites an article of that address."""
    answer = _answer("So [1].", TEXT)
    return to_markdown([replace(answer, citations=(replace(answer.citations[0], article=replace(ARTICLE, url=url)),))])


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "a://[", "https://[1]/", "https://[", "http://a b", "http://a<b>", "http:", "x"]
)
def test_an_address_that_is_no_web_address_is_left_out(url: str) -> None:
    assert _export_citing(url) == _export_citing("")


def test_a_web_address_begins_no_other_link() -> None:
    assert "<HTTPS://example.org/a%5D(b>" in _export_citing("HTTPS://example.org/a](b")


def test_a_bracket_behind_a_marker_makes_no_link() -> None:
    assert r"So [^1]\(javascript:x)." in to_markdown([_answer("So [1](javascript:x).", TEXT)])


def test_a_footnote_has_the_correction_and_the_version_and_an_answer_its_freshness() -> None:
    corrected = replace(ARTICLE, correction="This was amended: *1919*.", version=2, updated=date(2024, 7, 5))
    answer = _answer("They rose [1].", "Prices rose.")
    citation = replace(answer.citations[0], article=corrected)
    markdown = to_markdown([replace(answer, citations=(citation,), freshness=Freshness(date(2024, 6, 1)))])
    assert "Text as of 5 July 2024 (version 2). This was amended: \\*1919\\*." in markdown
    assert "*Newest article: 1 June 2024.*" in markdown
