"""The statements of an answer as HTML: words, chips, marks in the margin.

All text is escaped here. A statement that its sources support has no mark: the summary below the answer counts those.
"""

from html import escape

from rag.types.answer import Citation, Statement
from rag.types.answer_parts import split_introduction
from rag.types.article import ArticleRef, day_in_words, reference_line

# What the margin says of a statement. The same words stand for a reader of the screen and for one who hears it.
MARGIN_WORDS = {"partly": "partly supported", "unsupported": "not supported"}


def quote_html(statement: Statement, citations: dict[int, Citation], byline: str = "", *, first: bool = False) -> str:
    """A quote: the words, and below them `byline`, HTML that says whose.

    Without a byline it has the introduction of the statement itself. `first` is for the quote that an answer opens
    with.
    """
    lead, words = split_introduction(statement.text)
    line = byline or escape(lead.removesuffix(":"))
    below = f'<p class="lead">{line}</p>' if line else ""
    kind = f"statement {'first ' if first else ''}{statement.verdict}"
    return (
        f'<div class="{kind}">{margin_note(statement)}<blockquote><p>{escape(words)} '
        f'<span class="marks">{chips_html(statement, citations)}</span></p></blockquote>{below}</div>'
    )


def sentence_html(statement: Statement, citations: dict[int, Citation]) -> str:
    """A sentence that a language model wrote.

    One that is not supported is tinted and marked in the margin.
    """
    chips = f'<span class="marks">{chips_html(statement, citations)}</span>'
    return (
        f'{margin_note(statement)}<span class="statement {statement.verdict}">'
        f'<span class="words">{escape(statement.text)}</span> {chips}</span>'
    )


def margin_note(statement: Statement) -> str:
    """The mark in the margin beside a statement; empty for a supported one."""
    words = MARGIN_WORDS.get(statement.verdict, "")
    return f'<span class="margin-note {statement.verdict}">{words}</span>' if words else ""


def chips_html(statement: Statement, citations: dict[int, Citation]) -> str:
    """The numbered buttons that open the statement's sources."""
    return "".join(
        f'<button type="button" class="chip" data-cite="{number}" '
        f'aria-label="Source {number}: {escape(reference_line(citations[number].article))}">{number}</button>'
        for number in statement.citations
        if number in citations
    )


def who_and_when(article: ArticleRef, statement: Statement, *, with_author: bool) -> str:
    """The byline of a quote, as HTML: "reported by Ann · Review · 9 July 2024"."""
    reports = split_introduction(statement.text)[0].endswith(" reports:")
    author = article.author or f"“{article.title}”"
    who = (f"reported by {author}" if reports else author) if with_author else ("reports" if reports else "")
    parts = (who, article.source, day_in_words(article.published))
    return escape(" · ".join(part for part in parts if part))
