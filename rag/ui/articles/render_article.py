"""An article as HTML to read, with the cited quotes marked.

All text is escaped here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from rag.types.article import Article, ArticleRef, ArticleVersion, day_in_words, reference_to, source_notes
from rag.ui.answers.source_cards import article_buttons_html, article_link, byline_html
from rag.ui.articles.articles_table import minutes_to_read


@dataclass(frozen=True, slots=True)
class QuoteSpan:
    """A quote to mark.

    `quote` is what stood at [start, end) of the article's text when it was cited.
    """

    start: int
    end: int
    quote: str


def article_html(article: Article, spans: Sequence[QuoteSpan] = ()) -> str:
    """The article, its text in paragraphs, with `spans` marked.

    The page scrolls to the first of them. A quote that has moved is searched for in the text; where the first one is
    gone, a notice says so.
    """
    ranges = [quoted for span in spans if (quoted := _range_of(article.text, span))]
    is_lost = bool(spans) and _range_of(article.text, spans[0]) is None
    notice = (
        '<p class="notice" role="note">The article has changed since: these words are no longer in it.</p>'
        if is_lost
        else ""
    )
    main_range = ranges[0] if ranges and not is_lost else None
    ref = reference_to(article)
    original = article_link(ref, "original ↗")
    topics = escape(", ".join(article.topics))
    who = f'<p class="meta who">{escape(article.author_description)}</p>' if article.author_description else ""
    notes = "".join(f'<p class="correction">{escape(note)}</p>' for note in source_notes(ref))
    return (
        f'<h2 tabindex="-1">{escape(article.title)}</h2>'
        f'<p class="meta">{byline_html(ref)} · {minutes_to_read(len(article.text))}'
        f"{' · ' + original if original else ''}</p>"
        f"{f'<p class=meta>{topics}</p>' if topics else ''}{who}{notes}{notice}"
        '<p class="reader-acts"><button type="button" class="quiet summarize">Summarize it</button></p>'
        f'<div class="article-text">{_marked_paragraphs(article.text, ranges, main_range)}</div>'
    )


@dataclass(frozen=True, slots=True)
class AroundArticle:
    """What surrounds an article in its collection.

    `answering` are later articles that name its author, `related` those on the same subject, `versions` its earlier
    texts, the oldest first.
    """

    answering: Sequence[ArticleRef]
    related: Sequence[ArticleRef]
    versions: Sequence[ArticleVersion]


def around_html(article: Article, around: AroundArticle) -> str:
    """Lists of the articles around an article, and of its earlier texts."""
    author = article.author or "its author"
    earlier = "".join(
        f"<li>Version {version.article.version}, until {day_in_words(version.replaced.date())}</li>"
        for version in around.versions
    )
    history = f'<h3 class="label">Earlier versions</h3><ul class="nearest">{earlier}</ul>' if earlier else ""
    answering = _references(f"Later articles that name {author}", around.answering)
    return f"{answering}{_references('Related articles', around.related)}{history}"


def _references(label: str, articles: Sequence[ArticleRef]) -> str:
    listed = article_buttons_html(articles)
    return f'<h3 class="label">{escape(label)}</h3>{listed}' if listed else ""


def missing_html() -> str:
    """The reading pane for an article that is no longer in the library."""
    return '<h2 tabindex="-1">Not in the library</h2><p class="notice" role="note">This article was removed.</p>'


def _range_of(text: str, span: QuoteSpan) -> tuple[int, int] | None:
    if 0 <= span.start < span.end <= len(text) and (not span.quote or text[span.start : span.end] == span.quote):
        return span.start, span.end
    start = text.find(span.quote) if span.quote else -1
    return (start, start + len(span.quote)) if start >= 0 else None


def _marked_paragraphs(text: str, ranges: Sequence[tuple[int, int]], main_range: tuple[int, int] | None) -> str:
    """The text as paragraphs with every range marked, in each paragraph that it spans."""
    edges = sorted({0, len(text), *(edge for marked in ranges for edge in marked)})
    pieces: list[str] = []
    is_open = False
    for start, end in pairwise(edges):
        kind = "main" if main_range and main_range[0] <= start < main_range[1] else ""
        spans = [place for place, (first, last) in enumerate(ranges) if first <= start < last]
        is_marked, number_of = bool(spans), spans[0] if spans else 0
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
            pieces.append(f'<mark class="{kind}" data-span="{number_of}">{words}</mark>' if is_marked else words)
    return "".join(pieces) + ("</p>" if is_open else "")
