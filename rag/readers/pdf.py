"""Extracts the text of a PDF as an article.

Hyphenated words are joined, and lines are joined into paragraphs. Page numbers and running titles are left out. A few
kilobytes of PDF can expand to years of reading, so pages, characters, time and the size of each stream have limits. A
scan, which has pictures and no text, is refused.
"""

import io
import logging
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from rag.errors import ReadError
from rag.readers.documents.type_sizes import TypeSizes
from rag.readers.encoding import CONTROL_CHARACTERS, to_one_line
from rag.readers.log_levels import log_level
from rag.readers.metadata import MAX_TITLE_CHARACTERS, parse_published
from rag.readers.pages.authors import author_names, given_name_first
from rag.readers.pages.boilerplate import strip_boilerplate
from rag.readers.pages.head_lines import read_head_lines
from rag.types.article import Article, slug

MAX_PAGES = 2_000
MAX_TEXT_CHARACTERS = 20_000_000
# A thousand pages that all draw one stream are a few kilobytes. An article's stream has tens of kilobytes and takes
# 0.05 s; the longest one that these limits allow takes 13 s, and the reader cannot be stopped within a stream.
MAX_SECONDS = 60.0
MAX_STREAM_BYTES = 10_000_000
MAX_STREAM_OPERATIONS = 500_000

_ENCRYPTED = "is encrypted; save a copy without a password and add that"
# Text that programs write into the title field in place of a title.
_PLACEHOLDER_TITLE = re.compile(
    r"untitled.*|microsoft \w+ - .*|\S+\.(?:docx?|indd|qxd|rtf|tex|odt|pdf|x?html?|txt|md)|\W*", re.IGNORECASE
)
# Programs that print a page or a document: the day is that of printing.
_PRINTER = re.compile(r"\b(?:Skia|wkhtmltopdf|Qt|Quartz|WeasyPrint|Prince|Print To PDF)\b", re.IGNORECASE)
_LIGATURES = re.compile("[\ufb00-\ufb06]")
# A search begins at the beginning of a word: within an endless word its time would grow with the square.
_BROKEN_WORD = re.compile(
    r"(?<![^\W\d_])(?P<word>[^\W\d_]++)(?P<hyphen>[-\u2010\u00ad])\n(?P<rest>[^\W\d_]+)(?P<after>\S*)[ \n]?"
)
_HYPHENATED_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]++)-(?=([^\W\d_]++))")
# A line shorter than this share of the widest one ends before the margin.
_SHORT_LINE_SHARE = 0.8
_MAX_TITLE_LINES = 3


def article_from_pdf(data: bytes, source_name: str, name: str, *, max_seconds: float = MAX_SECONDS) -> Article:
    """Extracts the article of the PDF `data`.

    `source_name` names the file in error messages, `name` gives the article its id, and its title if none is found.
    No page is begun after `max_seconds`.
    Raises ReadError for a PDF that is encrypted, damaged, too long, or has no text (a scan).
    """
    import pypdf

    stream = io.BytesIO(data)
    with log_level(logging.CRITICAL, "pypdf"), pypdf.apply_configuration(_pypdf_limits()):
        with _pdf_errors(source_name):
            reader = pypdf.PdfReader(stream)
            needs_password = reader.is_encrypted and not reader.decrypt("")
        if needs_password:
            raise ReadError(source_name, _ENCRYPTED)
        sizes = TypeSizes()
        page_texts = _extract_texts(reader, source_name, max_seconds, sizes)
        with _pdf_errors(source_name):
            metadata = reader.metadata
            title, author = (metadata.title, metadata.author) if metadata else (None, None)
            created = metadata.get("/CreationDate") if metadata else None
            producer = to_one_line(str(metadata.get("/Producer") or "")) if metadata else ""
    lines = _drop_running_lines(_readable_pages(page_texts, source_name))
    if not lines:
        raise ReadError(source_name, "holds no text, only pictures of it; run it through text recognition first")
    title = to_one_line(title) if isinstance(title, str) else ""
    if _PLACEHOLDER_TITLE.fullmatch(title) or _plain(title) == _plain(name):
        title = sizes.heading(MAX_TITLE_CHARACTERS) or _title_at_head(lines) or name
    head = read_head_lines("\n".join(_lines_after_title(lines, title)))
    stripped = strip_boilerplate(_join_lines(head.rest.split("\n")))
    if not stripped.text.strip():
        raise ReadError(source_name, "holds nothing but a title and boilerplate; is the article's text missing?")
    return Article(
        slug(name),
        title,
        stripped.text,
        # A byline names the author; the field of the program often names who typed it.
        author=head.author
        or author_names([given_name_first(to_one_line(author))] if isinstance(author, str) else [])
        or stripped.author,
        source=stripped.source,
        published=head.published or (None if _PRINTER.search(producer) else _published(created, source_name)),
    )


@contextmanager
def _pdf_errors(source_name: str) -> Iterator[None]:
    """Raises ReadError for a PDF that pypdf cannot read.

    Only calls of pypdf stand in its block: a damaged PDF can raise any exception anywhere in the parser.
    """
    from pypdf.errors import DependencyError

    try:
        yield
    except DependencyError:  # AES, without the library that implements it
        raise ReadError(source_name, _ENCRYPTED) from None
    except Exception as error:
        problem = to_one_line(f"{type(error).__name__}: {error}")
        raise ReadError(
            source_name, f"cannot be read as a PDF ({problem}); save it again, or its text as .txt"
        ) from error


def _pypdf_limits() -> Any:
    """Configures limits on what pypdf decodes and parses of one stream.

    The limits are below pypdf's own, at which one page takes minutes.
    """
    import pypdf

    return pypdf.Configuration(
        array_based_stream_maximum_output_length=MAX_STREAM_BYTES,
        run_length_maximum_output_length=MAX_STREAM_BYTES,
        lzw_maximum_output_length=MAX_STREAM_BYTES,
        zlib_maximum_output_length=MAX_STREAM_BYTES,
        stream_decoding_work_maximum_length=4 * MAX_STREAM_BYTES,
        stream_parsing_work_maximum_count=MAX_STREAM_OPERATIONS,
        xform_maximum_invocations_per_extraction=500,
    )


def _extract_texts(reader: Any, source_name: str, max_seconds: float, sizes: TypeSizes) -> list[str]:
    """Returns each page's text as pypdf extracts it.

    `sizes` takes the sizes of the first page's type. Raises ReadError for a PDF that is damaged or too long.
    """
    with _pdf_errors(source_name):
        number_of_pages = len(reader.pages)
    if number_of_pages > MAX_PAGES:
        raise ReadError(source_name, f"has {number_of_pages} pages, more than any article ({MAX_PAGES}); split it")
    page_texts: list[str] = []
    characters = 0
    deadline = time.monotonic() + max_seconds
    for number in range(number_of_pages):
        if time.monotonic() > deadline:
            raise ReadError(source_name, f"takes longer than {max_seconds:g} s to read; save its text as .txt")
        with _pdf_errors(source_name):
            page_texts.append(reader.pages[number].extract_text(visitor_text=sizes.visit if number == 0 else None))
        characters += len(page_texts[-1])
        _check_length(characters, source_name)
    return page_texts


def _readable_pages(page_texts: list[str], source_name: str) -> list[list[str]]:
    """Returns each page's lines, with ligatures spelt out and no control characters.

    Raises ReadError if many characters are control characters, or if the text with its ligatures spelt out is too long.
    """
    pages: list[list[str]] = []
    characters = control_characters = 0
    for page_text in page_texts:
        text = _LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), page_text)
        characters += len(text)
        _check_length(characters, source_name)
        readable, removed = CONTROL_CHARACTERS.subn("", text)
        control_characters += removed
        pages.append(list(map(str.strip, readable.splitlines())))
    if control_characters > 0.02 * characters:  # a font without a table of its characters gives their glyph numbers
        raise ReadError(
            source_name, "does not say which letters its glyphs stand for; run it through text recognition first"
        )
    return pages


def _check_length(characters: int, source_name: str) -> None:
    if characters > MAX_TEXT_CHARACTERS:
        raise ReadError(source_name, "holds more text than any article; split it")


def _drop_running_lines(pages: list[list[str]]) -> list[str]:
    """Returns all lines without page numbers and running titles.

    Both stand at the head or foot of most pages.
    """
    pages = [page for page in map(_trim_empty_lines, pages) if page]
    pages_by_edge_line = Counter(
        line for page in pages for line in {_without_numbers(page[0]), _without_numbers(page[-1])}
    )
    running_lines = {line for line, count in pages_by_edge_line.items() if count >= 2 and count > len(pages) / 2}
    lines: list[str] = []
    for page in pages:
        for edge in (0, -1):
            is_number = page and _without_numbers(page[edge]) == "#"
            # A running line at the head of the first page may be the article's title.
            if page and _without_numbers(page[edge]) in running_lines and (lines or is_number):
                page = _trim_empty_lines(page[1:] if edge == 0 else page[:-1])
        lines += page
    return lines


def _without_numbers(line: str) -> str:
    """Returns `line` with "#" in place of each number.

    The numbered lines of all pages are then equal.
    """
    return re.sub(r"\d+", "#", line)


def _trim_empty_lines(lines: list[str]) -> list[str]:
    full = [index for index, line in enumerate(lines) if line]
    return lines[full[0] : full[-1] + 1] if full else []


def _max_width(lines: list[str]) -> int:
    return max(map(len, lines), default=0)


def _title_at_head(lines: list[str]) -> str | None:
    """The title in the first lines; None if there is none.

    It may take up to three lines. A title ends before an empty line, a byline, a day, or a line as wide as the text.
    """
    width = _max_width(lines)
    title: list[str] = []
    for line in lines[:_MAX_TITLE_LINES]:
        if not line or not _is_title(line, width) or (title and _starts_the_article(line)):
            break
        title.append(line)
    joined = to_one_line(" ".join(title))
    return joined if joined and len(joined) <= MAX_TITLE_CHARACTERS else None


def _starts_the_article(line: str) -> bool:
    head = read_head_lines(line)
    return bool(head.author or head.published)


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title).strip().casefold()


def _is_title(line: str, max_width: int) -> bool:
    return len(line) < min(_SHORT_LINE_SHARE * max_width, MAX_TITLE_CHARACTERS) and line[-1] not in '.!,;”"'


def _lines_after_title(lines: list[str], title: str) -> list[str]:
    """Returns `lines` without the title at their start.

    The title may take several lines and follow one or two head lines.
    """
    for start in range(3):
        for end in range(start + 1, start + 7):
            if to_one_line(" ".join(lines[start:end])).casefold() == title.casefold():
                return lines[end:]
    return lines


def _join_lines(lines: list[str]) -> str:
    """Joins the lines into paragraphs.

    A short line that ends a sentence ends a paragraph.
    """
    max_width = _max_width(lines)
    paragraphs: list[list[str]] = [[]]
    for line in map(str.strip, _join_broken_words("\n".join(lines)).split("\n")):
        if line:
            paragraphs[-1].append(line)
        is_heading = line and paragraphs == [[line]] and _is_title(line, max_width)
        if not line or is_heading or (len(line) < _SHORT_LINE_SHARE * max_width and line[-1] in '.!?”"'):
            paragraphs.append([])
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph)


def _join_broken_words(text: str) -> str:
    """Joins words that are hyphenated at the end of a line.

    The joined word stands on the first of the two lines.
    """

    hyphenated = {match.groups() for match in _HYPHENATED_WORD.finditer(text)}

    def join(match: re.Match[str]) -> str:
        word, rest, after = match["word"], match["rest"], match["after"]
        if not rest[0].islower():
            return match[0]
        # A word that is written with its hyphen elsewhere keeps it.
        hyphen = "-" if match["hyphen"] != "\u00ad" and (word, rest) in hyphenated else ""
        return f"{word}{hyphen}{rest}{after}\n"

    return _BROKEN_WORD.sub(join, text)


def _published(created: Any, source_name: str) -> date | None:
    match = re.match(r"D:(\d{4})(\d\d)(\d\d)", created) if isinstance(created, str) else None
    try:
        return parse_published("-".join(match.groups()), source_name) if match else None
    except ReadError:  # a wrong date written by a program is no reason to refuse the article
        return None
