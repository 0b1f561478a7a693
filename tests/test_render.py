"""Answers as HTML: all that came from an article, a model or a person is text, and links lead to the web alone."""

from dataclasses import replace
from datetime import date

import pytest

from rag.answer import Answer, Citation, RankedPassage, Statement, Step
from rag.article import Article, ArticleRef
from rag.ui.reading import Span, article_html
from rag.ui.records import answer_of, record_of
from rag.ui.render import answer_html, error_html, sources_html, spoken, turn_html, working_html

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


def _ref(**changes: object) -> ArticleRef:
    plain = ArticleRef("a", "A title", "An author", "A paper", date(2024, 6, 1), "https://example.org/a?b=1&c=2")
    return replace(plain, **changes)  # type: ignore[arg-type]


def _citation(article: ArticleRef, number: int = 1, quote: str = "The quote itself.") -> Citation:
    text = f"Before it. {quote} After it."
    passage = RankedPassage("p", article, 100, 100 + len(text), text, 1.0, 1.0, 1.0)
    return Citation(number, article, quote, 111, 111 + len(quote), passage, 0.9)


def _answer(article: ArticleRef, quote: str = "The quote itself.") -> Answer:
    citation = _citation(article, quote=quote)
    statement = Statement(f"An author writes: “{quote}”", (1,), 0.98, "supported")
    return Answer("q", "q", f"{statement.text} [1]", False, None, (statement,), (citation,), "quotes")


def _model_answer(*authors: tuple[str, date | None]) -> Answer:
    """An answer of a model with one sentence for each author, each citing one article."""
    cited = tuple(
        _citation(_ref(id=name, author=name, published=day), number) for number, (name, day) in enumerate(authors, 1)
    )
    statements = tuple(Statement(f"{name} says so.", (n,), 0.9, "supported") for n, (name, _) in enumerate(authors, 1))
    text = " ".join(f"{one.text} [{one.citations[0]}]" for one in statements)
    return Answer("q", "q", text, False, None, statements, cited, "llm:small-model")


def test_an_answer_has_its_chips_verdicts_and_a_summary() -> None:
    shown = answer_html(_answer(_ref()))
    assert 'data-cite="1" aria-label="Source 1: An author, “A title” (A paper, 2024-06-01)">1</button>' in shown
    assert "1 of 1 sentence supported" in shown
    assert "Quotes, word for word" in shown


def test_a_quote_stands_apart_from_who_says_it() -> None:
    shown = answer_html(_answer(_ref()))
    assert '<p class="lead">An author writes:</p><blockquote><p>“The quote itself.”' in shown


@pytest.mark.parametrize(
    ("verdict", "words"), [("supported", "supported"), ("partly", "partly supported"), ("unsupported", "not supported")]
)
def test_each_verdict_is_said_in_words_and_counted(verdict: str, words: str) -> None:
    answer = _answer(_ref())
    judged = replace(answer, statements=(replace(answer.statements[0], verdict=verdict),))  # type: ignore[arg-type]
    shown = answer_html(judged)
    assert f"</span> {words}</span>" in shown
    assert f"{int(verdict == 'supported')} of 1 sentence supported" in shown


def test_a_model_is_named_its_notice_shown_and_its_paragraphs_kept() -> None:
    answer = _model_answer(("Anna", None), ("Ben", None))
    shown = answer_html(
        replace(answer, notice="the model was asked twice", text=answer.text.replace("[1] ", "[1]\n\n"))
    )
    assert "Written by small-model" in shown
    assert '<p class="notice" role="note">the model was asked twice</p>' in shown
    assert shown.count('<p class="said">') == 2


def test_several_authors_can_be_read_one_by_one_the_newest_first() -> None:
    shown = answer_html(_model_answer(("Anna", date(2023, 1, 1)), ("Ben", date(2025, 1, 1)), ("Cleo", None)))
    assert 'data-view="authors" aria-pressed="false"' in shown
    grouped = shown[shown.index('class="view" data-view="authors" hidden') :]
    assert grouped.index("Ben") < grouped.index("Anna") < grouped.index("Cleo")


def test_one_author_alone_is_not_grouped() -> None:
    assert "By author" not in answer_html(_model_answer(("Anna", None), ("Anna", None)))


def test_a_card_highlights_the_quote_in_the_words_around_it_and_links_to_the_article() -> None:
    shown = sources_html(_answer(_ref()).citations)
    assert "Before it. <mark>The quote itself.</mark> After it." in shown
    assert 'href="https://example.org/a?b=1&amp;c=2" target="_blank" rel="noopener noreferrer"' in shown
    assert "An author · A paper · 1 June 2024" in shown


def test_an_abstention_says_so_with_its_reason_and_the_nearest_articles() -> None:
    abstained = Answer("q", "q", "…", True, "no article mentions “X”", (), (), "quotes", nearest=(_ref(),))
    shown = answer_html(abstained)
    assert "The articles do not answer this." in shown
    assert "No article mentions “X”." in shown
    assert 'data-article="a">A title</button>' in shown
    assert spoken(abstained) == "The articles do not answer this."


def test_a_follow_up_shows_how_it_was_understood() -> None:
    assert "Understood as: And Brazil? (communiqué)" in answer_html(
        replace(_answer(_ref()), question="And Brazil?", standalone_question="And Brazil? (communiqué)")
    )


def test_the_steps_are_said_in_their_order_over_the_text_so_far() -> None:
    shown = working_html([Step("searching", 1240), Step("reading", 6), Step("checking", 4)], f"First.\n\n{HOSTILE}")
    assert "searching 1,240 passages · reading 6 · checking 4 sentences …" in shown
    assert "<p>First.</p>" in shown
    assert "<script" not in shown


@pytest.mark.parametrize("field", ["id", "title", "author", "source", "url"])
def test_hostile_fields_are_text(field: str) -> None:
    answer = _answer(_ref(**{field: HOSTILE}), quote=f"Quote {HOSTILE}.")
    hostile = replace(
        answer, question=HOSTILE, standalone_question=HOSTILE + "2", notice=HOSTILE, writer=f"llm:{HOSTILE}"
    )
    abstained = replace(hostile, abstained=True, reason=HOSTILE, nearest=(answer.citations[0].article,))
    for shown in (turn_html(hostile), turn_html(abstained), turn_html(answer)):
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
    assert error_html(HOSTILE).startswith('<p class="notice failed" role="alert">')
    assert "<script" not in error_html(HOSTILE)


def _article(text: str) -> Article:
    return Article("a", f"Title {HOSTILE}", text, author=HOSTILE, url="javascript:alert(1)", topics=(HOSTILE,))


def test_the_reading_pane_marks_the_words_over_paragraphs_and_escapes_the_rest() -> None:
    text = f"One.\n\nTwo & three.\n\nFour. {HOSTILE}"
    start, end = text.index("three"), text.index("Four") + 4
    shown = article_html(_article(text), [Span(start, end, text[start:end])])
    assert '<p>One.</p><p>Two &amp; <mark class="main">three.</mark></p><p><mark class="main">Four</mark>. ' in shown
    assert "<script" not in shown
    assert "javascript:" not in shown


def test_words_that_moved_are_found_and_words_that_are_gone_are_said_to_be() -> None:
    moved = article_html(_article("New beginning. The words."), [Span(0, 9, "The words")])
    assert '<mark class="main">The words</mark>' in moved
    gone = article_html(_article("Something else."), [Span(0, 9, "The words"), Span(0, 9, "Something")])
    assert "no longer in it" in gone
    assert "main" not in gone


def test_an_answer_comes_back_from_the_browser_as_it_went() -> None:
    answer = _answer(_ref())
    assert answer_of(record_of(answer)) == answer


@pytest.mark.parametrize("forged", [None, [], {}, {"question": 1}, "text", {"statements": [{"verdict": "true"}]}])
def test_what_was_never_an_answer_is_refused(forged: object) -> None:
    with pytest.raises(ValueError, match="validation error"):
        answer_of(forged)
