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
# What Windows-1252 puts above ASCII in Western prose: letters, and the typographer's marks.
_WESTERN = re.compile(r"[\x00-\x7fÀ-ÖØ-öø-ÿŒœŠšŽžŸ‘’‚“”„–—…•«»‹›€£§©®°ªº¡¿½¼¾´·™†‡\xa0\xad]*")
_CAPITAL_IN_WORD = re.compile(r"[a-zß-öø-ÿ][À-ÖØ-ÞŒŠŽŸ]")


def articles_in(path: Path, settings: Settings) -> Iterator[Reading | Unreadable]:
    """The articles in one file. Raises ReadError for a file that is none."""
    suffix, what = path.suffix.lower(), shown(path)
    if suffix not in SUFFIXES:
        raise ReadError(what, f"is of a kind that is not read; readable are {', '.join(SUFFIXES)}")
    if not path.is_file():  # a pipe would be waited for, a device may never end
        raise ReadError(what, "is not a regular file; save what it gives to a file and add that")
    if suffix == ".jsonl":
        yield from _json_lines(path, settings)
        return
    data, origin, name = _bytes_of(path, settings), shown(path.resolve()), shown(path.stem)
    if suffix == ".pdf":
        from rag.readers.pdf import article_from_pdf

        yield Reading(article_from_pdf(data, what, name), origin, named=False)
    elif suffix in (".html", ".htm"):
        from rag.readers.html import article_from_html

        yield Reading(article_from_html(data, what, name), origin, named=False)
    elif suffix == ".txt":
        yield Reading(plain(text_of(data, what), what, name), origin, named=False)
    else:
        article, named = markdown(text_of(data, what), what, name)
        yield Reading(article, origin, named)


def shown(path: Path | str) -> str:
    """`path` as text that can be printed and stored, whatever bytes its name is made of."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def count_in(path: Path) -> int:
    """How many articles the file will give at most."""
    if path.suffix.lower() != ".jsonl" or not path.is_file():
        return 1
    try:
        with path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) or 1
    except OSError:  # reading it will say so
        return 1


def markdown(text: str, what: str, name: str) -> tuple[Article, bool]:
    """The article in a Markdown text, and whether it names its own id. Without front matter its first heading, or
    `name`, is the title."""
    refuse_unreadable(text, what)
    fields, body = split_front_matter(text, what)
    if fields is None:
        heading = re.search(r"^#{1,6}[ \t]+(\S.*)", body, re.MULTILINE)
        fields = {"title": (heading[1].rstrip(" \t\r#") if heading else "") or name}
    return article_of(fields, body, what, name)


def plain(text: str, what: str, name: str) -> Article:
    """The article in a plain text: its first line is the title, boilerplate around the rest is left out.

    Where the first line is a paragraph, or all there is, `name` is the title.
    """
    refuse_unreadable(text, what)
    first, _, rest = text.lstrip().partition("\n")
    title = " ".join(first.split())
    if len(title) > LONGEST_TITLE or not rest.strip():
        title, rest = name, text
    clean = cleaned(rest)
    if not clean.text.strip():
        raise ReadError(what, "holds nothing but a title and boilerplate; is the article's text missing?")
    return Article(slug(name), title, clean.text, author=clean.author, source=clean.source)


def text_of(data: bytes, what: str, declared: str | None = None) -> str:
    """`data` as text: by its byte order mark, as UTF-8, as declared, else as its bytes look.

    Raises ReadError for what is no text.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded(data, encoding, what)
    if b"\0" in data[:65536]:
        raise ReadError(what, "is not text (it holds NUL bytes); save it as plain text first")
    # Who declares Latin-1 means Windows-1252, as every browser takes it (WHATWG, Encoding Standard).
    if declared and declared.lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
        declared = "cp1252"
    for encoding in filter(None, ("utf-8", declared)):
        try:
            return data.decode(encoding)
        except (ValueError, LookupError):
            continue
    _refuse_broken_utf8(data, what)
    western = _western(data)
    if western is not None:
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise ReadError(what, "is in no encoding that can be told; save it as UTF-8")
    return str(best)


def _refuse_broken_utf8(data: bytes, what: str) -> None:
    """Raises ReadError for UTF-8 with a broken place: read in any other encoding, every accent in it would be wrong."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if len(text) - len(text.encode("ascii", "ignore")) > 2 * broken:
        at = text.count("\n", 0, text.index("\ufffd")) + 1
        raise ReadError(what, f"is UTF-8 with a broken character in line {at}; correct it and save the file as UTF-8")


def _western(data: bytes) -> str | None:
    """`data` as Windows-1252 where that makes Western prose of it: a guesser takes short texts for Chinese or Czech."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    is_sparse = len(data.translate(None, bytes(range(128)))) < 0.15 * len(text) + 2
    return text if is_sparse and _WESTERN.fullmatch(text) and not _CAPITAL_IN_WORD.search(text) else None


def _decoded(data: bytes, encoding: str, what: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise ReadError(what, f"begins as {encoding} and does not go on so; save it as UTF-8") from None


def _bytes_of(path: Path, settings: Settings) -> bytes:
    size, limit = path.stat().st_size, int(settings.max_file_mb * 1_000_000)
    if size <= limit:
        with path.open("rb") as file:
            data = file.read(limit + 1)
        size = max(size, len(data))  # it may have grown since
    if size > limit:
        raise ReadError(
            shown(path),
            f"is larger than {settings.max_file_mb:g} MB ({size / 1e6:.1f}); split it, or raise RAG_MAX_FILE_MB",
        )
    if not data.strip():
        raise ReadError(shown(path), "is empty; there is nothing to read in it")
    return data


def _json_lines(path: Path, settings: Settings) -> Iterator[Reading | Unreadable]:
    limit = int(settings.max_file_mb * 1_000_000)
    is_empty = True
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file, limit), 1):
            if not line.strip():
                continue
            if is_empty and line.strip() in (b"[", b"{"):
                raise ReadError(shown(path), "is one JSON document over many lines; write one object on each line")
            is_empty = False
            what = f"{shown(path)}:{number}"
            try:
                yield _json_line(line, what, limit, f"{shown(path.resolve())}:{number}")
            except ReadError as error:
                yield Unreadable(what, error.why)
    if is_empty:
        raise ReadError(shown(path), "is empty; there is nothing to read in it")


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
        fields = json.loads(line.decode("utf-8-sig").strip())
    except UnicodeDecodeError:  # JSON is UTF-8, and a guess would change the text
        raise ReadError(what, "is not UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        problem = str(error)
        if isinstance(error, json.JSONDecodeError):
            problem = f"{error.msg.removesuffix(' at')} at column {error.colno}"
        raise ReadError(what, f"is not JSON ({problem}); write one object on each line") from None
    if not isinstance(fields, dict):
        raise ReadError(what, 'is not a JSON object; write {"title": …, "text": …}')
    article, named = article_of(fields, fields.get("text"), what, str(fields.get("title")))
    return Reading(article, origin, named)
