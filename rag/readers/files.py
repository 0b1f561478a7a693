"""Files into articles: Markdown, plain text, HTML, PDF, JSON Lines.

Markdown bodies and JSON texts are kept to the character; around plain text, HTML and PDF the boilerplate is left out.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from rag.article import Article, slug
from rag.errors import ReadError
from rag.readers.boilerplate import cleaned
from rag.readers.fields import article_of, refuse_unreadable, split_front_matter
from rag.readers.reading import Reading, Unreadable
from rag.settings import Settings

SUFFIXES = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".jsonl")
# A first line longer than this is a paragraph, not a title.
LONGEST_TITLE = 200


def articles_in(path: Path, settings: Settings) -> Iterator[Reading | Unreadable]:
    """The articles in one file. Raises ReadError for a file that is none."""
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        yield from _json_lines(path, settings)
        return
    if suffix not in SUFFIXES:
        raise ReadError(str(path), f"is of a kind that is not read; readable are {', '.join(SUFFIXES)}")
    data = _bytes_of(path, settings)
    if suffix == ".pdf":
        from rag.readers.pdf import article_from_pdf

        yield Reading(article_from_pdf(data, path), str(path.resolve()), named=False)
    elif suffix in (".html", ".htm"):
        from rag.readers.html import article_from_html

        article = article_from_html(data, str(path), id_name=path.stem)
        yield Reading(article, str(path.resolve()), named=False)
    elif suffix == ".txt":
        yield Reading(_plain(text_of(data, str(path)), path), str(path.resolve()), named=False)
    else:
        article, named = markdown(text_of(data, str(path)), str(path), path.stem)
        yield Reading(article, str(path.resolve()), named)


def count_in(path: Path) -> int:
    """How many articles the file will give at most."""
    if path.suffix.lower() != ".jsonl" or not path.is_file():
        return 1
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) or 1


def markdown(text: str, what: str, name: str) -> tuple[Article, bool]:
    """The article in a Markdown text, and whether it names its own id. Without front matter its first heading, or
    `name`, is the title."""
    fields, body = split_front_matter(text, what)
    if fields is None:
        heading = re.search(r"^#{1,6}[ \t]+(\S[^\n]*?)[ \t#]*$", body, re.MULTILINE)
        fields = {"title": heading[1] if heading else name}
    return article_of(fields, body, what, name)


def text_of(data: bytes, what: str, declared: str | None = None) -> str:
    """`data` as text: by its byte order mark, as declared, as UTF-8, else as its bytes look.

    Raises ReadError for what is no text.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded(data, encoding, what)
    if b"\0" in data[:65536]:
        raise ReadError(what, "is not text (it holds NUL bytes); save it as plain text first")
    for encoding in filter(None, ("utf-8", declared)):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise ReadError(what, "is in no encoding that can be told; save it as UTF-8")
    return str(best)


def _decoded(data: bytes, encoding: str, what: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise ReadError(what, f"begins as {encoding} and does not go on so; save it as UTF-8") from None


def _bytes_of(path: Path, settings: Settings) -> bytes:
    size, limit = path.stat().st_size, int(settings.max_file_mb * 1_000_000)
    if size > limit:
        raise ReadError(
            str(path),
            f"is {size / 1e6:.0f} MB, the limit is {settings.max_file_mb:g}; split it, or raise RAG_MAX_FILE_MB",
        )
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if not data.strip():
        raise ReadError(str(path), "is empty; there is nothing to read in it")
    return data


def _plain(text: str, path: Path) -> Article:
    """An article from plain text: the first line is its title, boilerplate around the rest is left out."""
    what = str(path)
    refuse_unreadable(text, what)
    first, _, rest = text.lstrip().partition("\n")
    title = " ".join(first.split())
    if len(title) > LONGEST_TITLE or not rest.strip():
        title, rest = path.stem, text
    clean = cleaned(rest)
    if not clean.text.strip():
        raise ReadError(what, "holds nothing but a title and boilerplate; is the article's text missing?")
    return Article(slug(path.stem), title, clean.text, author=clean.author, source=clean.source)


def _json_lines(path: Path, settings: Settings) -> Iterator[Reading | Unreadable]:
    limit = int(settings.max_file_mb * 1_000_000)
    number = 0
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file, limit), 1):
            if not line.strip():
                continue
            what = f"{path}:{number}"
            try:
                yield _json_line(line, what, limit, f"{path.resolve()}:{number}")
            except ReadError as error:
                yield Unreadable(what, error.why)
    if not number:
        raise ReadError(str(path), "is empty; there is nothing to read in it")


def _lines(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """The file's lines, none held longer than just over `limit` bytes: the rest of a longer one is passed over."""
    while line := file.readline(limit + 1):
        yield line
        while len(line) > limit and not line.endswith(b"\n"):
            line = file.readline(limit + 1)


def _json_line(line: bytes, what: str, limit: int, origin: str) -> Reading:
    if len(line) > limit:
        raise ReadError(what, f"is longer than {limit / 1e6:g} MB; split it, or raise RAG_MAX_FILE_MB")
    try:
        fields = json.loads(text_of(line, what))
    except (ValueError, RecursionError) as error:
        raise ReadError(what, f"is not JSON ({error}); write one object on each line") from None
    if not isinstance(fields, dict):
        raise ReadError(what, 'is not a JSON object; write {"title": …, "text": …}')
    article, named = article_of(fields, fields.get("text"), what, str(fields.get("title")))
    return Reading(article, origin, named)
