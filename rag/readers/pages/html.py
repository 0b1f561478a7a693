"""Extracts the article of a web page: main text, title, authors, date and address.

The rest of the page is left out. Nothing on the page is run or fetched. A page without an article is refused, never
returned as an empty article; what may be missing from the article is told in a note.
"""

import logging
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from rag.errors import ReadError
from rag.readers.encoding import check_readable, decode_text, to_one_line
from rag.readers.log_levels import log_level
from rag.readers.pages.addresses import canonical_address
from rag.readers.pages.authors import author_names
from rag.readers.pages.body import PageBody, extract_body
from rag.readers.pages.boilerplate import strip_boilerplate
from rag.readers.pages.corrections import correction_on_page
from rag.readers.pages.declared import DeclaredPage, read_declared
from rag.readers.pages.titles import article_title, site_name_parts
from rag.readers.parsing.library_calls import refusing_broken_source
from rag.text.dates import parse_day
from rag.types.article import Article, slug

# A shorter text is only the labels of menus, or no article.
MIN_ARTICLE_CHARACTERS = 100
# trafilatura's time grows with the square of the tags on some pages: 9 s with this many, minutes with 100,000.
MAX_TAGS = 40_000
# A text is told to be cut off when the page has this many times as much of it.
_CUT_OFF_RATIO = 1.35
_MAX_DESCRIPTION_CHARACTERS = 600

_NO_ARTICLE = "has no article text that can be separated from the rest of the page"
_DECLARED_CHARSET = re.compile(rb"<meta\b[^>]{0,200}?\bcharset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
# "The Gazette.com" names itself "The Gazette", too.
_DOMAIN_ENDING = re.compile(r"\.[a-z]{2,4}(?:\.[a-z]{2})?\Z", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The article of a page, and what there is to tell about how it was read."""

    article: Article
    notes: tuple[str, ...]


def article_from_html(
    data: bytes, source_name: str, name: str, url: str | None = None, declared_encoding: str | None = None
) -> Article:
    """Extracts the article of the page `data`, as read_page() does."""
    return read_page(data, source_name, name, url, declared_encoding).article


def read_page(
    data: bytes, source_name: str, name: str, url: str | None = None, declared_encoding: str | None = None
) -> ReadPage:
    """Extracts the article of the page `data`.

    `source_name` names the page in error messages, `name` gives the article its id, and its title if the page has none.
    `url` is the address it was fetched from; the page's own canonical address takes its place where it has one.
    `declared_encoding` is the encoding that the server declared; without one the page's own declaration is taken.
    Raises ReadError for a page in which no article is found.
    """
    page = _decode_page(data, source_name, declared_encoding)
    if page.count("<") > MAX_TAGS:
        raise ReadError(source_name, f"{_NO_ARTICLE}, with more markup than any article has; save its text as .txt")
    with _refusing_broken_page(source_name):
        tree = _parse(page)
    if tree is None:
        raise ReadError(source_name, f"{_NO_ARTICLE}; save its text as .txt")
    declared = read_declared(tree)
    with _refusing_broken_page(source_name):
        day = _declared_day(tree, url)
    body = extract_body(tree, url, lambda: _refusing_broken_page(source_name))
    address = canonical_address(declared.canonical, url)
    correction = correction_on_page(tree, "\n\n".join(body.lines))
    read = _assemble(declared, body, day, address, source_name, name)
    return replace(read, article=replace(read.article, correction=correction))


def _assemble(
    declared: DeclaredPage, body: PageBody, day: str | None, address: str | None, source_name: str, name: str
) -> ReadPage:
    source = to_one_line(declared.site_name or declared.publisher)
    bare = _DOMAIN_ENDING.sub("", source)
    publications = (source, bare, *site_name_parts(source), declared.publisher, *_host_names(address))
    authors = _authors(declared, publications)
    title = article_title(declared, publications, authors, address)
    lines = list(body.lines)
    if lines and _plain(lines[0]) in (_plain(title), _plain(declared.og_title)):
        lines = lines[1:]
    # An empty line between them marks the lines as paragraphs for the splitter.
    stripped = strip_boilerplate("\n\n".join(lines))
    characters = len(stripped.text.strip())
    if characters < MIN_ARTICLE_CHARACTERS:
        raise ReadError(source_name, f"{_NO_ARTICLE}; save its text as .txt")
    check_readable(stripped.text, source_name)
    article = Article(
        slug(name),
        title or name,
        stripped.text,
        author=authors or author_names([stripped.author or ""], publications),
        source=source or stripped.source,
        published=parse_day(day) if day else None,
        url=address,
        author_description=_author_description(declared, stripped.biography, authors),
    )
    return ReadPage(article, _notes(characters, max(declared.body_characters, body.page_characters), declared.is_free))


def _authors(declared: DeclaredPage, publications: tuple[str, ...]) -> str | None:
    """The authors whom the page declares, else those whom its bylines name."""
    who = declared.authors
    others = (*publications, *who.organizations) if who.persons or who.bylines else publications
    spellings = [*who.metas, *who.bylines]
    nested = tuple(byline for byline in who.bylines[2:] if byline in who.bylines[0])
    for bylines in (who.persons, who.metas, who.bylines[:1], who.bylines[1:2], *zip(nested), who.organizations):
        names = author_names(bylines, others if bylines is not who.organizations else publications)
        if names:
            # A name in capitals takes the spelling that the page has elsewhere.
            return _spelt_as_elsewhere(names, spellings, publications)
    return None


def _author_description(declared: DeclaredPage, biography: str | None, authors: str | None) -> str | None:
    """Who the author is.

    It is the biography beside the article, else what JSON-LD says of the persons.
    """
    described = biography or ". ".join(dict.fromkeys(declared.authors.descriptions if authors else ()))
    # A longer one is the page of the author, not a line about who that is.
    return described[:_MAX_DESCRIPTION_CHARACTERS].strip() or None


def _spelt_as_elsewhere(names: str, bylines: list[str], publications: tuple[str, ...]) -> str:
    elsewhere = {
        name.casefold(): name for byline in bylines for name in (author_names([byline], publications) or "").split(", ")
    }
    return ", ".join(
        elsewhere.get(name.casefold(), name) if name.isupper() or name == name.title() else name
        for name in names.split(", ")
    )


def _notes(characters: int, page_characters: int, is_free: bool) -> tuple[str, ...]:
    if page_characters > _CUT_OFF_RATIO * characters:
        return (f"read {characters:,} of about {_rounded(page_characters):,} characters; the rest may be missing",)
    if not is_free:
        return (f"read {characters:,} characters; the page is for subscribers, so the text may be cut off",)
    return ()


def _rounded(number: int) -> int:
    step = 100 if number < 10_000 else 1_000
    return round(number / step) * step


def _host_names(address: str | None) -> tuple[str, ...]:
    host = (urlsplit(address).hostname or "") if address else ""
    labels = host.removeprefix("www.").split(".")
    return (host.removeprefix("www."), *labels[:-1]) if host else ()


def _refusing_broken_page(source_name: str) -> AbstractContextManager[None]:
    return refusing_broken_source(source_name, "is not HTML that can be read", "save its text as .txt")


def _parse(page: str) -> Any:
    from trafilatura import load_html

    return load_html(page)


def _declared_day(tree: Any, url: str | None) -> str | None:
    """The day of publication that the page declares.

    If it declares none, no date is better than the year in a copyright line.
    """
    import copy
    import warnings

    from htmldate import find_date

    with log_level(logging.CRITICAL, "htmldate"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a time zone that no one knows
        day: str | None = find_date(copy.deepcopy(tree), url=url, original_date=True, extensive_search=False)
    return day


def _decode_page(data: bytes, source_name: str, declared_encoding: str | None) -> str:
    charset = _DECLARED_CHARSET.search(data[:4096])
    page = decode_text(data, source_name, declared_encoding or (charset[1].decode() if charset else None))
    # The encoding in an XML declaration no longer holds once the page is decoded.
    declaration = _XML_DECLARATION.match(page)
    return page[declaration.end() :] if declaration else page


def _plain(text: str) -> str:
    return to_one_line(text).casefold()
