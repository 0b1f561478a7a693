"""Extracts the article of a web page: main text, title, author and date.

The rest of the page is left out. trafilatura extracts the article, with its setting for precision; remaining
boilerplate is stripped. Nothing on the page is run or fetched. A page without an article is refused, never returned as
an empty article.
"""

import logging
import re
from datetime import date
from typing import Any

from rag.errors import ReadError
from rag.readers.boilerplate import strip_boilerplate
from rag.readers.encoding import check_readable, decode_text, to_one_line
from rag.readers.log_levels import log_level
from rag.readers.metadata import parse_published
from rag.readers.pages.corrections import correction_on_page
from rag.types.article import Article, slug

# A shorter text is only the labels of menus, or no article.
MIN_ARTICLE_CHARACTERS = 100
# trafilatura's time grows with the square of the tags on some pages: 9 s with this many, minutes with 100,000.
MAX_TAGS = 40_000

_NO_ARTICLE = "has no article text that can be separated from the rest of the page"
_DECLARED_CHARSET = re.compile(rb"<meta\b[^>]{0,200}?\bcharset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")


def article_from_html(
    data: bytes, source_name: str, name: str, url: str | None = None, declared_encoding: str | None = None
) -> Article:
    """Extracts the article of the page `data`.

    `source_name` names the page in error messages, `name` gives the article its id, and its title if the page has none.
    `url` is the address it was fetched from; without one the page's own canonical address is taken.
    `declared_encoding` is the encoding that the server declared; without one the page's own declaration is taken.
    Raises ReadError for a page in which no article is found.
    """
    import trafilatura

    page = _decode_page(data, source_name, declared_encoding)
    if page.count("<") > MAX_TAGS:
        raise ReadError(source_name, f"{_NO_ARTICLE}, with more markup than any article has; save its text as .txt")
    try:
        # A ReadError of one line reports the problem instead of these libraries' logs.
        with log_level(logging.CRITICAL, "trafilatura", "htmldate", "readability"):
            tree: Any = trafilatura.load_html(page)
            extracted: Any = trafilatura.bare_extraction(
                page,
                url=url,
                with_metadata=True,
                include_comments=False,
                include_tables=False,
                favor_precision=True,
                # If no date is declared, no date is better than the year in a copyright line.
                date_extraction_params={"original_date": True, "extensive_search": False},
            )
    except Exception as error:  # broken markup can raise any exception anywhere in the parser
        raise ReadError(
            source_name, f"is not HTML that can be read ({type(error).__name__}); save its text as .txt"
        ) from error
    title = to_one_line(extracted.title) if extracted else ""
    # trafilatura puts each paragraph on one line; an empty line between them marks them as paragraphs for the splitter.
    lines = [line for line in ((extracted.text or "") if extracted else "").split("\n") if line.strip()]
    if lines and to_one_line(lines[0]) == title:
        lines = lines[1:]
    text = "\n\n".join(lines)
    stripped = strip_boilerplate(text)
    if extracted is None or len(stripped.text.strip()) < MIN_ARTICLE_CHARACTERS:
        raise ReadError(source_name, f"{_NO_ARTICLE}; save its text as .txt")
    check_readable(stripped.text, source_name)
    return Article(
        slug(name),
        title or name,
        stripped.text,
        author=_author_names(extracted.author) or stripped.author,
        source=to_one_line(extracted.sitename) or stripped.source,
        published=_published(extracted.date, source_name),
        url=url or (extracted.url if (extracted.url or "").startswith(("http://", "https://")) else None),
        correction=correction_on_page(tree, text),
    )


def _decode_page(data: bytes, source_name: str, declared_encoding: str | None) -> str:
    charset = _DECLARED_CHARSET.search(data[:4096])
    page = decode_text(data, source_name, declared_encoding or (charset[1].decode() if charset else None))
    # The encoding in an XML declaration no longer holds once the page is decoded.
    declaration = _XML_DECLARATION.match(page)
    return page[declaration.end() :] if declaration else page


def _author_names(text: str | None) -> str | None:
    return to_one_line((text or "").replace(";", ",")) or None


def _published(text: str | None, source_name: str) -> date | None:
    try:
        return parse_published(text, source_name)
    except ReadError:  # a wrong date on a page is no reason to refuse the article
        return None
