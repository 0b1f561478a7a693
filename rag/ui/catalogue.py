"""The table of articles: searched, sorted and cut into pages here, so that a large library stays quick to look at."""

from html import escape

from rag.article import ArticleRef
from rag.engine import QueryEngine
from rag.library import Library
from rag.listing import Page
from rag.rows import Holding
from rag.ui.records import Listed
from rag.ui.render import day

ROWS = 50
_COLUMNS = (
    ("title", "Title"),
    ("author", "Author"),
    ("source", "Publication"),
    ("published", "Published"),
    ("characters", "Characters"),
)


def page_of(held: QueryEngine | Library, listed: Listed) -> Page:
    """The rows that hold every word of the search, in the order asked for; articles without a value come last."""
    words = listed.search.casefold().split()

    def admits(ref: ArticleRef, topics: tuple[str, ...]) -> bool:
        text = " ".join((ref.title, ref.author or "", ref.source or "", *topics, day(ref.published))).casefold()
        return all(word in text for word in words)

    return held.page(ROWS, listed.page, listed.sort, descending=listed.descending, admits=admits if words else None)


def page_html(page: Page, listed: Listed, *, removable: bool) -> str:
    """The table, with what is to be seen of it in its caption."""
    if not page.of:
        return '<p class="notice" role="note">No articles yet. Add some here, or with: rag add PATH</p>'
    heads = "".join(_head(name, label, listed) for name, label in _COLUMNS)
    last = '<th scope="col"><span class="unseen">Remove</span></th>' if removable else ""
    rows = "".join(_row(one, removable=removable) for one in page.rows)
    said = f"{page.found:,} of {page.of:,} articles" if listed.search.strip() else f"{page.of:,} articles"
    return (
        f'<table class="catalogue"><caption>{said}</caption><thead><tr>{heads}'
        f'<th scope="col">Topics</th>{last}</tr></thead><tbody>{rows}</tbody></table>{_pager(page)}'
    )


def _head(name: str, label: str, listed: Listed) -> str:
    is_sorted = listed.sort == name
    order = ("descending" if listed.descending else "ascending") if is_sorted else "none"
    arrow = ("↓" if listed.descending else "↑") if is_sorted else ""
    return (
        f'<th scope="col" aria-sort="{order}"><button type="button" data-sort="{name}">{label}'
        f'<span aria-hidden="true"> {arrow}</span></button></th>'
    )


def _row(one: Holding, *, removable: bool) -> str:
    cells = (
        ("Author", one.author or ""),
        ("Publication", one.source or ""),
        ("Published", day(one.published)),
        ("Characters", f"{one.characters:,}"),
        ("Topics", ", ".join(one.topics)),
    )
    title = f'<button type="button" class="open-article" data-article="{escape(one.id)}">{escape(one.title)}</button>'
    rest = "".join(f'<td data-label="{label}">{escape(value)}</td>' for label, value in cells)
    remove = (
        f'<td class="act"><button type="button" class="quiet remove" data-article="{escape(one.id)}" '
        f'data-title="{escape(one.title)}" aria-label="Remove {escape(one.title)}">Remove</button></td>'
        if removable
        else ""
    )
    return f'<tr><th scope="row">{title}</th>{rest}{remove}</tr>'


def _pager(page: Page) -> str:
    if page.pages == 1:
        return ""

    def button(to: int, label: str) -> str:
        is_there = 0 <= to < page.pages
        return f'<button type="button" data-page="{to}"{"" if is_there else " disabled"}>{label}</button>'

    where = f"<span>page {page.number + 1} of {page.pages}</span>"
    back, on = button(page.number - 1, "Previous page"), button(page.number + 1, "Next page")
    return f'<nav class="pager" aria-label="Pages of the table">{back}{where}{on}</nav>'
