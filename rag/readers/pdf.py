"""A PDF's text as an article: words broken at line ends put together, lines joined into paragraphs."""

import io
import logging
import re
from datetime import date
from pathlib import Path

from rag.article import Article, slug
from rag.errors import ReadError
from rag.readers.boilerplate import cleaned
from rag.readers.fields import day_of, refuse_unreadable

MOST_PAGES = 2_000
MOST_CHARACTERS = 20_000_000


def article_from_pdf(data: bytes, path: Path) -> Article:
    """Raises ReadError for a PDF that is encrypted, damaged, or has no text (a scan)."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    what = str(path)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError(what, "is encrypted; save a copy without a password and add that")
        pages: list[str] = []
        for page in reader.pages[:MOST_PAGES]:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > MOST_CHARACTERS:
                raise ReadError(what, "holds more text than any article; split it")
        about = reader.metadata
        title, author = (about.title, about.author) if about else (None, None)
        created = about.get("/CreationDate") if about else None
    except ReadError:
        raise
    except Exception as error:  # a damaged PDF fails anywhere in the parser, with any of Python's errors
        raise ReadError(what, f"is not a PDF that can be read ({type(error).__name__}: {error})") from error
    text = _paragraphs("\n".join(pages))
    if not text.strip():
        raise ReadError(what, "holds no text, only pictures of it; run it through text recognition first")
    refuse_unreadable(text, what)
    first = text.lstrip().partition("\n")[0]
    if not (isinstance(title, str) and title.strip()):
        title = first if len(first) <= 200 else path.stem
    clean = cleaned(text.lstrip().removeprefix(title).lstrip() or text)
    published = re.match(r"D:(\d{4})(\d\d)(\d\d)", created) if isinstance(created, str) else None
    return Article(
        slug(path.stem),
        " ".join(title.split()),
        clean.text,
        author=" ".join(author.split()) or None if isinstance(author, str) else clean.author,
        source=clean.source,
        published=_day("-".join(published.groups()), what) if published else None,
    )


def _day(iso: str, what: str) -> date | None:
    try:
        return day_of(iso, what)
    except ReadError:  # what a program wrote there is no reason to refuse the article
        return None


def _paragraphs(text: str) -> str:
    """Lines joined: a word broken at a line's end is one word; a short line that ends a sentence ends a paragraph."""
    text = re.sub(r"(?<=[a-z])[-\u00ad]\n(?=[a-z])", "", text.replace("\r\n", "\n").replace("\x0c", "\n\n"))
    lines = [line.strip() for line in text.split("\n")]
    widest = max(map(len, lines))
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        if not line or (len(line) < 0.8 * widest and line[-1] in '.!?”"'):
            paragraphs.append([])
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph)
