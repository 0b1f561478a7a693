"""Answers as HTML: everything that came from an article or a person is text, and links lead to the web alone."""

from dataclasses import replace
from datetime import date

import pytest

from rag.answer import Answer, Citation, RankedPassage, Statement
from rag.article import ArticleRef
from rag.ui.render import answer_html, error_html, sources_html

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


def _ref(**changes: object) -> ArticleRef:
    plain = ArticleRef("a", "A title", "An author", "A paper", date(2024, 6, 1), "https://example.org/a?b=1&c=2")
    return replace(plain, **changes)  # type: ignore[arg-type]


def _answer(article: ArticleRef, quote: str = "The quote itself.") -> Answer:
    text = f"Before it. {quote} After it."
    passage = RankedPassage("p", article, 100, 100 + len(text), text, 1.0, 1.0, 1.0)
    citation = Citation(1, article, quote, 111, 111 + len(quote), passage, 0.9)
    statement = Statement(f"An author writes: “{quote}”", (1,), 0.98, "supported")
    return Answer("q", "q", f"{statement.text} [1]", False, None, (statement,), (citation,), "quotes")


def test_an_answer_has_its_chips_verdicts_and_a_summary() -> None:
    shown = answer_html(_answer(_ref()))
    assert 'href="#rag-source-1">1</a>' in shown
    assert "1 of 1 sentences supported" in shown
    assert "word for word" in shown


def test_a_card_highlights_the_quote_in_its_passage_and_links_to_the_article() -> None:
    shown = sources_html(_answer(_ref()).citations)
    assert "Before it. <mark>The quote itself.</mark> After it." in shown
    assert 'href="https://example.org/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer"' in shown


def test_an_abstention_says_so_with_its_reason_and_the_nearest_articles() -> None:
    shown = answer_html(Answer("q", "q", "…", True, "no article mentions “X”", (), (), "quotes", nearest=(_ref(),)))
    assert "Not in the corpus." in shown
    assert "No article mentions “X”." in shown
    assert "A title" in shown


@pytest.mark.parametrize("field", ["title", "author", "source", "url"])
def test_hostile_fields_are_text(field: str) -> None:
    answer = _answer(_ref(**{field: HOSTILE}), quote=f"Quote {HOSTILE}.")
    for shown in (answer_html(answer), sources_html(answer.citations)):
        assert "<script" not in shown
        assert "<img" not in shown


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "http://[bad", 'https://x/" onclick="y']
)
def test_only_addresses_of_the_web_become_links_and_none_breaks_out_of_its_attribute(url: str) -> None:
    shown = sources_html(_answer(_ref(url=url)).citations)
    assert 'href="javascript' not in shown
    assert 'href="data' not in shown
    assert '" onclick="' not in shown


def test_an_error_is_text_in_an_alert() -> None:
    assert error_html(HOSTILE).startswith('<p class="rag-notice" role="alert">')
    assert "<script" not in error_html(HOSTILE)
