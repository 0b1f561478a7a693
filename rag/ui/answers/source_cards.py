"""The sources of an answer: a card for each cited article.

All text is escaped here. A card shows the words around a quote. Where the answer itself is made of quotes, the card
shortens them, because a reader has just read them.
"""

from collections.abc import Sequence
from html import escape

from rag.types.answer import Citation
from rag.types.article import ArticleRef, dotted_byline, is_web_address, source_notes

# Characters before and after the quote on its card; the reading pane shows the rest.
SHOWN_CONTEXT_CHARACTERS = 180
# A quote that the answer shows whole is shortened on its card to its first and its last words.
SHORTENED_QUOTE_CHARACTERS = 110
_FIRST_CHARACTERS, _LAST_CHARACTERS = 56, 40
# The lowest score of each level of relevance.
_LEVELS = ((0.7, 3, "high"), (0.4, 2, "medium"), (0.0, 1, "low"))


def sources_html(citations: Sequence[Citation], *, quoted_in_answer: bool = False) -> str:
    """A card for each cited article, in the order in which the answer cites them."""
    by_article: dict[str, list[Citation]] = {}
    for citation in citations:
        by_article.setdefault(citation.article.id, []).append(citation)
    return "".join(_card(group, quoted_in_answer=quoted_in_answer) for group in by_article.values())


def article_link(article: ArticleRef, label: str) -> str:
    """A link to the article's own page; empty where it has no web address."""
    if article.url and is_web_address(article.url):
        return f'<a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer">{escape(label)}</a>'
    return ""


def byline_html(article: ArticleRef) -> str:
    """Author, publication and day, as far as they are known, as HTML."""
    return escape(dotted_byline(article))


def article_buttons_html(articles: Sequence[ArticleRef]) -> str:
    """A list of articles, each a button that opens it; empty for no articles."""
    items = "".join(
        f'<li><button type="button" class="open-article" data-article="{escape(article.id)}">'
        f'{escape(article.title)}</button><span class="meta">{byline_html(article)}</span></li>'
        for article in articles
    )
    return f'<ul class="nearest">{items}</ul>' if items else ""


def _card(citations: Sequence[Citation], *, quoted_in_answer: bool) -> str:
    article = citations[0].article
    original = article_link(article, "original ↗")
    who = f'<p class="meta who">{escape(article.author_description)}</p>' if article.author_description else ""
    notes = "".join(f'<p class="correction">{escape(note)}</p>' for note in source_notes(article))
    quotes = "".join(
        _quoted(citation, is_hidden=number > 0, shortened=quoted_in_answer) for number, citation in enumerate(citations)
    )
    title = escape(article.title)
    return (
        f'<article class="card" data-article="{escape(article.id)}">'
        f'<h4><button type="button" class="open-quote" aria-label="Read in the article: {title}">{title}</button></h4>'
        f'<p class="meta">{byline_html(article)}{" · " + original if original else ""}</p>{who}{quotes}'
        f"{_steps(len(citations))}{notes}"
        '<p class="card-acts">'
        '<button type="button" class="quiet cite-source" data-cite-as="citation">Copy citation</button>'
        '<button type="button" class="quiet cite-source" data-cite-as="card">Copy debate card</button>'
        '<button type="button" class="quiet pin-quote">Pin</button></p></article>'
    )


def _steps(count: int) -> str:
    """The buttons that go through the quotes of one article; empty for a single quote."""
    if count < 2:
        return ""
    return (
        '<p class="steps-of-quotes"><button type="button" class="quiet step-quote" data-step="-1" '
        f'aria-label="Previous quote">‹</button><span class="which" role="status">1 of {count}</span>'
        '<button type="button" class="quiet step-quote" data-step="1" aria-label="Next quote">›</button></p>'
    )


def _quoted(citation: Citation, *, is_hidden: bool, shortened: bool) -> str:
    before, after = _paragraph_around(citation)
    quote = _shortened(citation.quote) if shortened else citation.quote
    _, level, word = next(entry for entry in _LEVELS if citation.score >= entry[0] or entry[0] == 0.0)
    return (
        f'<div class="quoted" data-cite="{citation.number}" data-start="{citation.start}" data-end="{citation.end}" '
        f'data-quote="{escape(citation.quote)}"{" hidden" if is_hidden else ""}>'
        f'<p class="excerpt"><span class="number">{citation.number}</span> {escape(before)}<mark>{escape(quote)}</mark>'
        f'{escape(after)}</p><p class="meta"><span class="relevance" data-level="{level}">Relevance: {word}</span></p>'
        "</div>"
    )


def _paragraph_around(citation: Citation) -> tuple[str, str]:
    """The words of the quote's paragraph before and after it, if long cut."""
    passage = citation.passage
    before = passage.text[: max(0, citation.start - passage.start)].rpartition("\n\n")[2].lstrip()
    after = passage.text[max(0, citation.end - passage.start) :].partition("\n\n")[0].rstrip()
    if len(before) > SHOWN_CONTEXT_CHARACTERS:
        before = f"…{before[-SHOWN_CONTEXT_CHARACTERS:].partition(' ')[2]}"
    if len(after) > SHOWN_CONTEXT_CHARACTERS:
        after = f"{after[:SHOWN_CONTEXT_CHARACTERS].rpartition(' ')[0]} …"
    return before, after


def _shortened(quote: str) -> str:
    """The first and the last words of a long quote."""
    if len(quote) <= SHORTENED_QUOTE_CHARACTERS:
        return quote
    first = quote[:_FIRST_CHARACTERS].rpartition(" ")[0] or quote[:_FIRST_CHARACTERS]
    last = quote[-_LAST_CHARACTERS:].partition(" ")[2] or quote[-_LAST_CHARACTERS:]
    return f"{first} […] {last}"
