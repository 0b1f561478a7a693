"""Answers, searches and lists of articles as HTML for a notebook.

The HTML needs neither styles nor scripts: a notebook may remove both. Front ends typeset text between dollar signs as a
formula, also in HTML; the classes of `_frame` prevent that, so that sums of money stay sums.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape

from rag.types.answer import Answer, Citation
from rag.types.article import day_in_words, is_web_address, reference_line, source_line
from rag.types.catalogue import CatalogueEntry
from rag.types.passage import RankedPassage

_MARKER = re.compile(r"\[\d+\]")
# Characters of the passage before and after a quote.
SHOWN_CONTEXT_CHARACTERS = 300
# A notebook is slow with more rows.
MAX_ROWS = 100


def answer_html(answer: Answer) -> str:
    """The answer with its sources, whose quotes unfold, and its remarks."""
    paragraphs = "".join(_paragraph(paragraph) for paragraph in answer.text.split("\n\n") if paragraph.strip())
    sources = "".join(_source(citation) for citation in answer.citations)
    remarks = "".join(f"<p><small>{_lines(remark)}</small></p>" for remark in answer.remarks())
    return _frame(paragraphs + sources + remarks)


def passages_html(passages: Sequence[RankedPassage]) -> str:
    """The passages as a table, best first; the text of each unfolds."""
    rows = (
        (
            str(number),
            _unfolding(escape(reference_line(passage.article)), _lines(passage.text)),
            f"{passage.score:.3f}",
        )
        for number, passage in enumerate(passages[:MAX_ROWS], 1)
    )
    return _frame(_table(("", "Passage", "Score"), rows, len(passages), "passages"))


def articles_html(entries: Sequence[CatalogueEntry]) -> str:
    """The articles as a table."""
    rows = (
        tuple(
            escape(cell or "")
            for cell in (entry.title, entry.author, entry.source, day_in_words(entry.published), entry.id)
        )
        for entry in entries[:MAX_ROWS]
    )
    return _frame(_table(("Title", "Author", "Publication", "Published", "Id"), rows, len(entries), "articles"))


def quote_in_context_html(citation: Citation) -> str:
    """The cited words, marked, with the words of the passage around them."""
    passage = citation.passage
    before = passage.text[: max(0, citation.start - passage.start)]
    after = passage.text[max(0, citation.end - passage.start) :]
    if len(before) > SHOWN_CONTEXT_CHARACTERS:
        before = f"…{before[-SHOWN_CONTEXT_CHARACTERS:].partition(' ')[2]}"
    if len(after) > SHOWN_CONTEXT_CHARACTERS:
        after = f"{after[:SHOWN_CONTEXT_CHARACTERS].rpartition(' ')[0]} …"
    return f"{_lines(before)}<mark>{_lines(citation.quote)}</mark>{_lines(after)}"


def _frame(content: str) -> str:
    return f'<div class="tex2jax_ignore mathjax_ignore">{content}</div>'


def _paragraph(text: str) -> str:
    marked = _MARKER.sub(lambda marker: f"<sup>{marker[0]}</sup>", _lines(text.strip()))
    return f"<p>{marked}</p>"


def _source(citation: Citation) -> str:
    url = citation.article.url or ""
    link = f' <a href="{escape(url)}" rel="noopener noreferrer">original</a>' if is_web_address(url) else ""
    quote = f"<blockquote>{quote_in_context_html(citation)}{link}</blockquote>"
    return _unfolding(f"[{citation.number}] {escape(source_line(citation.article))}", quote)


def _unfolding(summary: str, content: str) -> str:
    return f"<details><summary>{summary}</summary>{content}</details>"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], total: int, what: str) -> str:
    """The rows, whose cells are HTML, and how many of `total` are left out."""
    head = "".join(f"<th>{name}</th>" for name in header)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    more = f"<p>{total - MAX_ROWS:,} more {what}</p>" if total > MAX_ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
