"""An article as a page to read, with the words that are quoted from it marked. All of it escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from rag.article import Article, ArticleRef
from rag.ui.render import byline, linked


@dataclass(frozen=True, slots=True)
class Span:
    """Words to mark: `quote` is what stood at [start, end) when it was cited."""

    start: int
    end: int
    quote: str


def article_html(article: Article, wanted: Sequence[Span] = ()) -> str:
    """The article, its text in paragraphs; the first of `wanted` is the one that is scrolled to.

    Words that are no longer where they were are looked for, and their loss is said.
    """
    places = [found for span in wanted if (found := _place(article.text, span))]
    lost = bool(wanted) and _place(article.text, wanted[0]) is None
    notice = (
        '<p class="notice" role="note">The article has changed since: these words are no longer in it.</p>'
        if lost
        else ""
    )
    first = places[0] if places and not lost else None
    ref = ArticleRef(article.id, article.title, article.author, article.source, article.published, article.url)
    original = linked(ref, "original ↗")
    topics = escape(", ".join(article.topics))
    return (
        f'<h2 tabindex="-1">{escape(article.title)}</h2>'
        f'<p class="meta">{byline(ref)}{" · " + original if original else ""}</p>'
        f"{f'<p class=meta>{topics}</p>' if topics else ''}{notice}"
        f'<div class="article-text">{_marked(article.text, places, first)}</div>'
    )


def missing_html() -> str:
    return '<h2 tabindex="-1">Not in the library</h2><p class="notice" role="note">This article was taken out.</p>'


def _place(text: str, span: Span) -> tuple[int, int] | None:
    if 0 <= span.start < span.end <= len(text) and (not span.quote or text[span.start : span.end] == span.quote):
        return span.start, span.end
    at = text.find(span.quote) if span.quote else -1
    return (at, at + len(span.quote)) if at >= 0 else None


def _marked(text: str, places: Sequence[tuple[int, int]], first: tuple[int, int] | None) -> str:
    """The text as paragraphs, with every place marked; a place that runs over paragraphs is marked in each."""
    edges = sorted({0, len(text), *(edge for place in places for edge in place)})
    pieces: list[str] = []
    is_open = False
    for start, end in pairwise(edges):
        kind = "main" if first and first[0] <= start < first[1] else ""
        is_marked = any(place[0] <= start < place[1] for place in places)
        for number, part in enumerate(text[start:end].split("\n\n")):
            if number and is_open:
                pieces.append("</p>")
                is_open = False
            if not part.strip():
                continue
            if not is_open:
                pieces.append("<p>")
                is_open = True
            words = escape(part.strip("\n")).replace("\n", "<br>")
            pieces.append(f'<mark class="{kind}">{words}</mark>' if is_marked else words)
    return "".join(pieces) + ("</p>" if is_open else "")
