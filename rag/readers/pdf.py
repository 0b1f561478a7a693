"""A PDF's text as an article: words broken at line ends put together, lines joined into paragraphs."""

import io
import logging
import re
import time
import unicodedata
from collections import Counter
from datetime import date
from typing import Any

from rag.article import Article, slug
from rag.errors import ReadError
from rag.readers.boilerplate import cleaned
from rag.readers.fields import STRANGE, day_of, one_line
from rag.readers.files import LONGEST_TITLE

MOST_PAGES = 2_000
MOST_CHARACTERS = 20_000_000
# A few kilobytes stand for years: a thousand pages that all draw one stream. An article's stream has tens of kilobytes
# and takes 0.05 s; the longest that the reader cannot be stopped in, at these limits, takes 13 s.
MOST_SECONDS = 60.0
LARGEST_STREAM = 10_000_000
MOST_OPERATIONS = 500_000
ENCRYPTED = "is encrypted; save a copy without a password and add that"
# What programs write where a title belongs.
_NO_TITLE = re.compile(r"untitled.*|microsoft \w+ - .*|\S+\.(?:docx?|indd|qxd|rtf|tex|odt|pdf)|\W*", re.IGNORECASE)


def article_from_pdf(data: bytes, what: str, name: str) -> Article:
    """Raises ReadError for a PDF that is encrypted, damaged, too long, or has no text (a scan)."""
    import pypdf
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        with pypdf.apply_configuration(_limits()):
            reader = pypdf.PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise ReadError(what, ENCRYPTED)
            pages = _pages(reader, what)
            about = reader.metadata
            title, author = (about.title, about.author) if about else (None, None)
            created = about.get("/CreationDate") if about else None
    except ReadError:
        raise
    except DependencyError:  # AES, without the library that knows it
        raise ReadError(what, ENCRYPTED) from None
    except Exception as error:  # a damaged PDF fails anywhere in the parser, with any of Python's errors
        problem = one_line(f"{type(error).__name__}: {error}")
        raise ReadError(what, f"cannot be read as a PDF ({problem}); save it anew, or its text as .txt") from error
    lines = _without_running_lines(pages)
    if not lines:
        raise ReadError(what, "holds no text, only pictures of it; run it through text recognition first")
    title = one_line(title) if isinstance(title, str) else ""
    if _NO_TITLE.fullmatch(title):
        title = lines[0] if _is_title(lines[0], _widest(lines)) else name
    clean = cleaned(_paragraphs(_after_title(lines, title)))
    if not clean.text.strip():
        raise ReadError(what, "holds nothing but a title and boilerplate; is the article's text missing?")
    return Article(
        slug(name),
        title,
        clean.text,
        author=(one_line(author) if isinstance(author, str) else "") or clean.author,
        source=clean.source,
        published=_day(created, what),
    )


def _limits() -> Any:
    """How much pypdf unpacks and reads of one stream: less than its own limits, at which a page takes minutes."""
    import pypdf

    return pypdf.Configuration(
        array_based_stream_maximum_output_length=LARGEST_STREAM,
        run_length_maximum_output_length=LARGEST_STREAM,
        lzw_maximum_output_length=LARGEST_STREAM,
        zlib_maximum_output_length=LARGEST_STREAM,
        stream_decoding_work_maximum_length=4 * LARGEST_STREAM,
        stream_parsing_work_maximum_count=MOST_OPERATIONS,
        xform_maximum_invocations_per_extraction=500,
    )


def _pages(reader: Any, what: str) -> list[list[str]]:
    """The lines of each page, in characters that prose is made of."""
    if len(reader.pages) > MOST_PAGES:
        raise ReadError(what, f"has {len(reader.pages)} pages, more than any article ({MOST_PAGES}); split it")
    pages: list[str] = []
    size = strange = 0
    until = time.monotonic() + MOST_SECONDS
    for page in reader.pages:
        if time.monotonic() > until:
            raise ReadError(what, f"takes longer than {MOST_SECONDS:g} s to read; save its text as .txt")
        text = re.sub("[\ufb00-\ufb06]", lambda found: unicodedata.normalize("NFKC", found[0]), page.extract_text())
        size += len(text)
        if size > MOST_CHARACTERS:
            raise ReadError(what, "holds more text than any article; split it")
        plain, removed = STRANGE.subn("", text)
        strange += removed
        pages.append(plain)
    if strange > 0.02 * size:
        raise ReadError(what, "does not say which letters its signs are; run it through text recognition first")
    return [list(map(str.strip, page.splitlines())) for page in pages]


def _without_running_lines(pages: list[list[str]]) -> list[str]:
    """All lines, without the page numbers and titles that stand at the head or foot of most pages."""
    pages = [page for page in map(_trimmed, pages) if page]
    edges = Counter(sign for page in pages for sign in {_sign(page[0]), _sign(page[-1])})
    running = {sign for sign, pages_with in edges.items() if pages_with >= 2 and pages_with > len(pages) / 2}
    lines: list[str] = []
    for page in pages:
        for edge in (0, -1):
            is_number = page and _sign(page[edge]) == "#"
            if page and _sign(page[edge]) in running and (lines or is_number):  # the first page's may be the title
                page = _trimmed(page[1:] if edge == 0 else page[:-1])
        lines += page
    return lines


def _sign(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _trimmed(lines: list[str]) -> list[str]:
    """`lines` without the empty ones before the first and after the last."""
    full = [at for at, line in enumerate(lines) if line]
    return lines[full[0] : full[-1] + 1] if full else []


def _widest(lines: list[str]) -> int:
    return max(map(len, lines), default=0)


def _is_title(line: str, widest: int) -> bool:
    return len(line) < min(0.8 * widest, LONGEST_TITLE) and line[-1] not in '.!,;”"'


def _after_title(lines: list[str], title: str) -> list[str]:
    """`lines` after the title, where the first few are that, or a head line and that."""
    for start in range(3):
        for end in range(start + 1, start + 5):
            if one_line(" ".join(lines[start:end])).casefold() == title.casefold():
                return lines[end:]
    return lines


def _paragraphs(lines: list[str]) -> str:
    """Lines joined: a word broken at a line's end is one word; a short line that ends a sentence ends a paragraph."""
    text = "\n".join(lines)

    def whole(found: re.Match[str]) -> str:
        word, rest, after = found["word"], found["rest"], found["after"]
        # A word that is written with its hyphen elsewhere keeps it.
        hyphen = "-" if found["hyphen"] != "\u00ad" and f"{word}-{rest}" in text else ""
        return f"{word}{hyphen}{rest}{after}\n"

    broken = r"(?P<word>[^\W\d_]+)(?P<hyphen>[-\u2010\u00ad])\n(?P<rest>[^\W\d_]+)(?P<after>\S*)[ \n]?"
    joined = re.sub(broken, lambda found: whole(found) if found["rest"][0].islower() else found[0], text).split("\n")
    widest = _widest(lines)
    paragraphs: list[list[str]] = [[]]
    for line in map(str.strip, joined):
        if line:
            paragraphs[-1].append(line)
        is_heading = line and paragraphs == [[line]] and _is_title(line, widest)
        if not line or is_heading or (len(line) < 0.8 * widest and line[-1] in '.!?”"'):
            paragraphs.append([])
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph)


def _day(created: Any, what: str) -> date | None:
    found = re.match(r"D:(\d{4})(\d\d)(\d\d)", created) if isinstance(created, str) else None
    try:
        return day_of("-".join(found.groups()), what) if found else None
    except ReadError:  # what a program wrote there is no reason to refuse the article
        return None
