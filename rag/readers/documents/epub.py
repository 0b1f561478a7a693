"""Reads the chapters of an EPUB book or magazine, each as an article.

The chapters are those of the book's table of contents; pieces of a chapter that stand in several files are joined. The
book is the publication of its chapters. Cover, contents and imprint are left out. A book that is locked (DRM) is
refused.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any
from urllib.parse import unquote

from rag.errors import ReadError
from rag.readers.encoding import decode_text, to_one_line
from rag.readers.metadata import parse_published
from rag.readers.pages.authors import given_name_first
from rag.readers.parsing.bounded_zip import BoundedZip, open_zip
from rag.readers.parsing.markup_text import parse_markup, text_of_markup
from rag.readers.parsing.safe_xml import MAX_XML_BYTES, parse_xml
from rag.types.article import Article, unique_slug

MAX_CHAPTERS = 2_000
MAX_BOOK_CHARACTERS = 50_000_000
# A shorter piece is a half title, a dedication or a picture's caption.
MIN_CHAPTER_CHARACTERS = 200
_CONTAINER = "META-INF/container.xml"
_LOCK = "META-INF/encryption.xml"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_MARKUP_TYPES = ("application/xhtml+xml", "text/html")
_FRONT_MATTER = re.compile(
    r"(?:table of )?contents|cover|title ?page|half title.*|copyright.*|imprint|colophon|dedication|also by .*|index|"
    r"praise for .*|about the (?:author|publisher).*|advertisement",
    re.IGNORECASE,
)
_NUMBER_ALONE = re.compile(r"(?:chapter|part|kapitel|teil|chapitre)?\W*(?:\d{1,3}|[ivxlc]{1,7})?\W*", re.IGNORECASE)
_FRONT_MATTER_TYPES = frozenset(("cover", "toc", "landmarks", "copyright-page", "titlepage", "halftitlepage", "index"))


@dataclass(slots=True)
class _Chapter:
    title: str
    texts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Book:
    """The package document: its metadata, and the paths of its pages in reading order."""

    title: str
    authors: str
    published: date | None
    pages: list[str]
    contents: dict[str, str]


def articles_from_epub(data: bytes, source_name: str, name: str) -> Iterator[Article]:
    """Yields the chapters of the EPUB `data`, in order.

    Raises ReadError for a file that is no EPUB, is damaged or locked, or is larger than the limits.
    """
    archive = open_zip(data, source_name)
    if _CONTAINER not in archive.names:
        raise ReadError(source_name, "is not an EPUB; save it as .epub again")
    book = _read_book(archive, source_name)
    _check_lock(archive, book, source_name)
    chapters = [chapter for chapter in _chapters(archive, book, source_name) if _is_text(chapter)]
    if not chapters:
        raise ReadError(source_name, "holds no text, only pictures of it; run it through text recognition first")
    for number, chapter in enumerate(chapters, 1):
        title = chapter.title or book.title or name
        yield Article(
            unique_slug(f"{name} {number} {title}", shown=f"{name} {title}"),
            title,
            "\n\n".join(chapter.texts),
            author=book.authors or None,
            source=book.title or None,
            published=book.published,
        )


def _read_book(archive: BoundedZip, source_name: str) -> _Book:
    container = parse_xml(archive.read(_CONTAINER, MAX_XML_BYTES), source_name)
    package_path = next((element.get("full-path") for element in container.iter("{*}rootfile")), None)
    if not package_path or package_path not in archive.names:
        raise ReadError(source_name, "names no package document; save it as .epub again")
    package = parse_xml(archive.read(package_path, MAX_XML_BYTES), source_name)
    folder = posixpath.dirname(package_path)
    items = {element.get("id"): element for element in package.iter("{*}item")}
    pages = [
        _path_in(folder, items[reference.get("idref")].get("href"))
        for reference in package.iter("{*}itemref")
        if reference.get("idref") in items
        and reference.get("linear") != "no"
        and items[reference.get("idref")].get("media-type") in _MARKUP_TYPES
        and "nav" not in (items[reference.get("idref")].get("properties") or "").split()
    ]
    if len(pages) > MAX_CHAPTERS:
        raise ReadError(source_name, f"has {len(pages):,} chapters, more than {MAX_CHAPTERS:,}; split it")
    return _Book(
        next(iter(_metadata(package, "title")), ""),
        ", ".join(_creators(package)),
        _day(_metadata(package, "date"), source_name),
        pages,
        _contents(archive, items, folder, source_name),
    )


def _creators(package: Any) -> list[str]:
    """The authors, without those who are declared as translators or illustrators."""
    elements = list(package.iter(f"{{{_DUBLIN_CORE}}}creator"))
    roles = [element.get("{http://www.idpf.org/2007/opf}role") or "aut" for element in elements]
    names = [
        given_name_first(to_one_line("".join(element.itertext())))
        for element, role in zip(elements, roles, strict=True)
        if role == "aut" or "aut" not in roles
    ]
    return [name for name in names if name]


def _metadata(package: Any, name: str) -> list[str]:
    elements = package.iter(f"{{{_DUBLIN_CORE}}}{name}")
    lines = (to_one_line("".join(element.itertext())) for element in elements)
    return [line for line in lines if line]


def _day(dates: list[str], source_name: str) -> date | None:
    for text in dates:
        try:
            return parse_published(text, source_name)
        except ReadError:  # a year alone, which is no day
            continue
    return None


def _contents(archive: BoundedZip, items: dict[str, Any], folder: str, source_name: str) -> dict[str, str]:
    """The titles of the table of contents, by the path of the page that each leads to.

    The table is the navigation document of EPUB 3, else the NCX of EPUB 2.
    """
    titles: dict[str, str] = {}
    for item in items.values():
        path = _path_in(folder, item.get("href"))
        is_navigation = "nav" in (item.get("properties") or "").split()
        is_ncx = item.get("media-type") == "application/x-dtbncx+xml"
        if path not in archive.names or not (is_navigation or is_ncx):
            continue
        try:
            root = parse_xml(archive.read(path, MAX_XML_BYTES), source_name)
        except ReadError:  # a book without a usable table still has its pages
            continue
        base = posixpath.dirname(path)
        entries = _navigation_entries(root) if is_navigation else _ncx_entries(root)
        for target, title in entries:
            titles.setdefault(_path_in(base, target), title)
    return titles


def _navigation_entries(root: Any) -> Iterator[tuple[str, str]]:
    for navigation in root.iter("{*}nav"):
        if "toc" in (navigation.get("{http://www.idpf.org/2007/ops}type") or "toc"):
            for link in navigation.iter("{*}a"):
                yield link.get("href") or "", to_one_line("".join(link.itertext()))


def _ncx_entries(root: Any) -> Iterator[tuple[str, str]]:
    for point in root.iter("{*}navPoint"):
        target = point.find("{*}content")
        label = point.find("{*}navLabel")
        if target is not None and label is not None:
            yield target.get("src") or "", to_one_line("".join(label.itertext()))


def _path_in(folder: str, href: str | None) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote((href or "").partition("#")[0])))


def _check_lock(archive: BoundedZip, book: _Book, source_name: str) -> None:
    """Raises ReadError if a page is encrypted. Fonts may be, in any book."""
    if _LOCK not in archive.names:
        return
    root = parse_xml(archive.read(_LOCK, MAX_XML_BYTES), source_name)
    locked = {_path_in("", element.get("URI")) for element in root.iter("{*}CipherReference")}
    if locked & set(book.pages):
        raise ReadError(source_name, "is locked by its shop (DRM); add a copy without the lock")


def _chapters(archive: BoundedZip, book: _Book, source_name: str) -> list[_Chapter]:
    chapters: list[_Chapter] = []
    characters = 0
    for path in book.pages:
        if path not in archive.names:
            continue
        page_name = f"{source_name}:{to_one_line(path)}"
        root = parse_markup(decode_text(archive.read(path, MAX_XML_BYTES), page_name), page_name)
        text, title = text_of_markup(root), book.contents.get(path, "")
        characters += len(text)
        if characters > MAX_BOOK_CHARACTERS:
            raise ReadError(source_name, "holds more text than any book; split it")
        if _is_front_matter(root, title):
            continue
        if chapters and book.contents and path not in book.contents:
            chapters[-1].texts.append(text)  # the chapter goes on in this file
            continue
        heading = _heading(root)
        if _NUMBER_ALONE.fullmatch(title) and heading and not _NUMBER_ALONE.fullmatch(heading):
            title = heading  # the table of contents has only the number, the page the title
        chapters.append(_Chapter(title or heading, [_without_title(text, title or heading)]))
    return chapters


def _is_front_matter(root: Any, title: str) -> bool:
    types = {word for element in root.iter("body", "section") for word in (element.get("epub:type") or "").split()}
    return bool(types & _FRONT_MATTER_TYPES) or _FRONT_MATTER.fullmatch(title or _heading(root)) is not None


def _heading(root: Any) -> str:
    """The first heading but the chapter's number; the number if there is no other."""
    headings = [to_one_line(heading.text_content())[:200] for heading in islice(root.iter("h1", "h2", "h3"), 2)]
    return next((heading for heading in headings if not _NUMBER_ALONE.fullmatch(heading)), "".join(headings[:1]))


def _without_title(text: str, title: str) -> str:
    """The text without the title and the chapter's number at its beginning."""
    first_line, _, rest = text.partition("\n")
    if title and _NUMBER_ALONE.fullmatch(to_one_line(first_line)) and _starts_with(rest.lstrip("\n"), title):
        text = rest.lstrip("\n")
    rest = text.partition("\n")[2].lstrip("\n")
    return rest if title and rest and _starts_with(text, title) else text


def _starts_with(text: str, title: str) -> bool:
    return to_one_line(text.partition("\n")[0]).casefold() == title.casefold()


def _is_text(chapter: _Chapter) -> bool:
    return sum(map(len, chapter.texts)) >= MIN_CHAPTER_CHARACTERS
