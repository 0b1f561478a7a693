"""A web page's article: main text, title, author and date, without what stands around them."""

import logging
import re
from datetime import date
from typing import Any

from rag.article import Article, slug
from rag.errors import ReadError
from rag.readers.boilerplate import cleaned
from rag.readers.fields import day_of, one_line, refuse_unreadable
from rag.readers.files import text_of

# The labels of a page's menus come to less than this; what is shorter was not told from them, or is no article.
SHORTEST = 100
# trafilatura's time grows with the square of some pages: 9 s with this many tags, with 100,000 minutes.
MOST_TAGS = 40_000
NO_ARTICLE = "holds no article that could be told from the page around it"
_CHARSET = re.compile(rb"<meta\b[^>]{0,200}?\bcharset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml\b[^>]*\?>")


def article_from_html(
    data: bytes, what: str, name: str, url: str | None = None, declared: str | None = None
) -> Article:
    """`declared` is the encoding that a server named; else the page's own declaration is looked for.

    Raises ReadError for a page in which no article is found.
    """
    import trafilatura

    for library in ("trafilatura", "htmldate", "readability"):  # what they find wrong is said in one line below
        logging.getLogger(library).setLevel(logging.CRITICAL)
    meta = _CHARSET.search(data[:4096])
    # As text, an encoding named at its head is no longer true of it.
    page = text_of(data, what, declared or (meta[1].decode() if meta else None))
    page = page[head.end() :] if (head := _XML.match(page)) else page
    if page.count("<") > MOST_TAGS:
        raise ReadError(what, f"{NO_ARTICLE}, with more markup than any article has; save its text as .txt")
    try:
        found: Any = trafilatura.bare_extraction(
            page,
            url=url,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            favor_precision=True,
            # Where no date is declared, none is better than the year in a copyright line.
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except Exception as error:  # broken markup fails anywhere in the parser, with any of Python's errors
        raise ReadError(
            what, f"is not HTML that can be read ({type(error).__name__}); save its text as .txt"
        ) from error
    title = one_line(found.title) if found else ""
    # One line is one paragraph here; an empty line between makes that plain to whoever reads or splits it.
    lines = [line for line in ((found.text or "") if found else "").split("\n") if line.strip()]
    if lines and one_line(lines[0]) == title:
        lines = lines[1:]
    clean = cleaned("\n\n".join(lines))
    if found is None or len(clean.text.strip()) < SHORTEST:
        raise ReadError(what, f"{NO_ARTICLE}; save its text as .txt")
    refuse_unreadable(clean.text, what)
    return Article(
        slug(name),
        title or name,
        clean.text,
        author=_names(found.author) or clean.author,
        source=one_line(found.sitename) or clean.source,
        published=_day(found.date, what),
        url=url or (found.url if (found.url or "").startswith(("http://", "https://")) else None),
    )


def _names(text: str | None) -> str | None:
    return one_line((text or "").replace(";", ",")) or None


def _day(text: str | None, what: str) -> date | None:
    try:
        return day_of(text, what)
    except ReadError:  # what a page says there is no reason to refuse the article
        return None
