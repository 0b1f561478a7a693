"""The table of articles as HTML.

The server searches, sorts and divides it into pages, so it is fast over a large library.
"""

from html import escape
from typing import Protocol

from rag.types.article import ArticleRef, day_in_words
from rag.types.catalogue import ArticlePredicate, CatalogueEntry, CataloguePage, CatalogueSort
from rag.ui.payloads import CatalogueRequest, ListedArticles

ROWS_PER_PAGE = 50
_COLUMNS = (
    ("title", "Title"),
    ("author", "Author"),
    ("source", "Publication"),
    ("published", "Published"),
    ("characters", "To read"),
)


# English prose has about six characters a word with its space, and readers take about 240 words a minute.
CHARACTERS_A_MINUTE = 1_440


def minutes_to_read(characters: int) -> str:
    """How long a text takes to read: "6 min"."""
    return f"{max(1, round(characters / CHARACTERS_A_MINUTE))} min"


class PagedCatalogue(Protocol):
    """A catalogue with sorted and filtered pages, such as the library."""

    def page(
        self, size: int, number: int, sort: CatalogueSort, *, descending: bool, admits: ArticlePredicate | None = None
    ) -> CataloguePage: ...


def catalogue_page(catalogue: PagedCatalogue, request: CatalogueRequest) -> CataloguePage:
    """The page of the listed articles.

    Articles without a value to sort by come last, whatever the order.
    """
    return catalogue.page(
        ROWS_PER_PAGE,
        request.page,
        request.sort,
        descending=request.descending,
        admits=admitted_by(request),
    )


def matching_articles(catalogue: PagedCatalogue, listed: ListedArticles, limit: int) -> tuple[CatalogueEntry, ...]:
    """The newest `limit` of the listed articles."""
    return tuple(catalogue.page(limit, 0, "published", descending=True, admits=admitted_by(listed)).entries)


def admitted_by(listed: ListedArticles) -> ArticlePredicate | None:
    """Whether an article is listed: it has every word of the search, and the rest.

    None where every article is.
    """
    words = listed.search.casefold().split()

    def is_listed(ref: ArticleRef, topics: tuple[str, ...]) -> bool:
        if (listed.author and ref.author != listed.author) or (listed.topic and listed.topic not in topics):
            return False
        if listed.period and not (ref.published and ref.published.isoformat().startswith(listed.period)):
            return False
        fields = (ref.title, ref.author or "", ref.source or "", *topics, day_in_words(ref.published))
        row_text = " ".join(fields).casefold()
        return all(word in row_text for word in words)

    return is_listed if words or listed.author or listed.topic or listed.period else None


def table_html(page: CataloguePage, request: CatalogueRequest, *, removable: bool) -> str:
    """The table; its caption says how many articles match.

    With `removable`, each row has a button that removes its article.
    """
    if not page.total:
        return '<p class="notice" role="note">No articles yet. Add some here, or with: rag add PATH</p>'
    if not page.matching:
        return f'<p class="nothing" data-total="{page.total}"></p>'
    heads = "".join(_head(name, label, request) for name, label in _COLUMNS)
    remove_head = '<th scope="col"><span class="unseen">Remove</span></th>' if removable else ""
    rows = "".join(_row(entry, removable=removable) for entry in page.entries)
    caption = f"{page.matching:,} of {page.total:,} articles" if admitted_by(request) else f"{page.total:,} articles"
    return (
        f'<table class="catalogue"><caption>{caption}</caption><thead><tr>{heads}'
        f'<th scope="col">Topics</th>{remove_head}</tr></thead><tbody>{rows}</tbody></table>{_pager(page)}'
    )


def _head(name: str, label: str, request: CatalogueRequest) -> str:
    is_sorted = request.sort == name
    order = ("descending" if request.descending else "ascending") if is_sorted else "none"
    arrow = ("↓" if request.descending else "↑") if is_sorted else ""
    return (
        f'<th scope="col" aria-sort="{order}"><button type="button" data-sort="{name}">{label}'
        f'<span aria-hidden="true"> {arrow}</span></button></th>'
    )


def _row(entry: CatalogueEntry, *, removable: bool) -> str:
    cells = (
        ("Author", entry.author or ""),
        ("Publication", entry.source or ""),
        ("Published", day_in_words(entry.published)),
        ("To read", minutes_to_read(entry.characters)),
        ("Topics", ", ".join(entry.topics)),
    )
    article_id, title = escape(entry.id), escape(entry.title)
    open_button = f'<button type="button" class="open-article" data-article="{article_id}">{title}</button>'
    columns = "".join(f'<td data-label="{label}">{escape(value)}</td>' for label, value in cells)
    remove_cell = (
        f'<td class="act"><button type="button" class="quiet remove" data-article="{article_id}" '
        f'data-title="{title}" title="Remove" aria-label="Remove {title}">×</button></td>'
        if removable
        else ""
    )
    return f'<tr><th scope="row">{open_button}</th>{columns}{remove_cell}</tr>'


def _pager(page: CataloguePage) -> str:
    if page.page_count == 1:
        return ""

    def button(number: int, label: str) -> str:
        disabled = "" if 0 <= number < page.page_count else " disabled"
        return f'<button type="button" data-page="{number}"{disabled}>{label}</button>'

    position = f"<span>page {page.index + 1} of {page.page_count}</span>"
    previous, following = button(page.index - 1, "Previous page"), button(page.index + 1, "Next page")
    return f'<nav class="pager" aria-label="Pages of the table">{previous}{position}{following}</nav>'
