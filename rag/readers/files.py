"""Reads the articles of one file: Markdown, plain text, HTML, PDF or JSON Lines.

Markdown bodies and JSON texts are kept to the character; around plain text, HTML and PDF the boilerplate is stripped.
A file larger than Settings.max_file_mb is refused before it is read, and nothing but regular files is opened.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import ReadError
from rag.readers.boilerplate import strip_boilerplate
from rag.readers.encoding import check_readable, decode_text
from rag.readers.metadata import MAX_TITLE_CHARACTERS, article_from_fields, split_front_matter
from rag.settings import Settings
from rag.types.article import Article, slug
from rag.types.ingest import LoadedArticle, LoadFailure

READABLE_SUFFIXES = (".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".jsonl")


def load_file(path: Path, settings: Settings) -> Iterator[LoadedArticle | LoadFailure]:
    """Reads the articles of the file `path`.

    A JSON Lines file has one article on each line; any other file is one article. A line that is not an article is a
    LoadFailure.
    Raises ReadError for a file that cannot be opened, or not read as a whole.
    """
    suffix, source_name = path.suffix.lower(), printable_path(path)
    if suffix not in READABLE_SUFFIXES:
        raise ReadError(source_name, f"is not a readable kind of file; readable are {', '.join(READABLE_SUFFIXES)}")
    with access_errors(path):
        is_file = path.is_file()
    if not is_file:  # opening a pipe waits for a writer, and a device may never end
        raise ReadError(source_name, "is not a regular file; save its content to a file and add that")
    if suffix == ".jsonl":
        yield from _load_json_lines(path, settings)
        return
    data, origin = _read_bytes(path, settings), _origin(path)
    article, has_own_id = _article_from_bytes(data, suffix, source_name, printable_path(path.stem))
    yield LoadedArticle(article, origin, has_own_id)


def printable_path(path: Path | str) -> str:
    """Returns `path` as text that can be printed and stored.

    Bytes of the file name that are not UTF-8 are replaced.
    """
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def access_errors(path: Path) -> Iterator[None]:
    """Raises ReadError if the system refuses access to `path`.

    Only accesses to files stand in its block.
    """
    try:
        yield
    except OSError as error:
        raise ReadError(
            printable_path(path), f"cannot be read ({error.strerror or error}); check its permissions"
        ) from None


def count_in_file(path: Path) -> int:
    """The maximum number of articles that load_file() yields for `path`.

    It is the number of lines for JSON Lines, else 1.
    """
    if path.suffix.lower() != ".jsonl" or not path.is_file():
        return 1
    try:
        with path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) or 1
    except OSError:  # load_file() reports it
        return 1


def article_from_markdown(text: str, source_name: str, name: str) -> tuple[Article, bool]:
    """Builds the article of a Markdown text.

    Without front matter the first heading is the title, or `name` if there is none. Returns the article and whether its
    front matter has an id. Raises ReadError.
    """
    check_readable(text, source_name)
    fields, body = split_front_matter(text, source_name)
    if fields is None:
        heading = re.search(r"^#{1,6}[ \t]+(\S.*)", body, re.MULTILINE)
        fields = {"title": (heading[1].rstrip(" \t\r#") if heading else "") or name}
    return article_from_fields(fields, body, source_name, name)


def article_from_plain_text(text: str, source_name: str, name: str) -> Article:
    """Builds the article of a plain text; its first line is the title.

    Boilerplate around the rest of the text is stripped. If the first line is a paragraph, or the only line, `name` is
    the title. Raises ReadError.
    """
    check_readable(text, source_name)
    first_line, _, rest = text.lstrip().partition("\n")
    title = " ".join(first_line.split())
    if len(title) > MAX_TITLE_CHARACTERS or not rest.strip():
        title, rest = name, text
    stripped = strip_boilerplate(rest)
    if not stripped.text.strip():
        raise ReadError(source_name, "holds nothing but a title and boilerplate; is the article's text missing?")
    return Article(slug(name), title, stripped.text, author=stripped.author, source=stripped.source)


def article_from_json_line(line: bytes, source_name: str, max_bytes: int, origin: str) -> LoadedArticle:
    """Builds the article of one line of JSON Lines.

    The line is an object with Article's attributes as keys. Raises ReadError.
    """
    if len(line) > max_bytes:
        raise ReadError(source_name, f"is longer than {max_bytes / 1e6:g} MB; split it, or raise RAG_MAX_FILE_MB")
    try:
        fields = json.loads(line.decode("utf-8-sig").strip())
    except UnicodeDecodeError:  # JSON is UTF-8, and a guess would change the text
        raise ReadError(source_name, "is not UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        problem = str(error)
        if isinstance(error, json.JSONDecodeError):
            problem = f"{error.msg.removesuffix(' at')} at column {error.colno}"
        raise ReadError(source_name, f"is not JSON ({problem}); write one object on each line") from None
    if not isinstance(fields, dict):
        raise ReadError(source_name, 'is not a JSON object; write {"title": …, "text": …}')
    article, has_own_id = article_from_fields(fields, fields.get("text"), source_name, str(fields.get("title")))
    return LoadedArticle(article, origin, has_own_id)


def _article_from_bytes(data: bytes, suffix: str, source_name: str, name: str) -> tuple[Article, bool]:
    if suffix == ".pdf":
        from rag.readers.pdf import article_from_pdf

        return article_from_pdf(data, source_name, name), False
    if suffix in (".html", ".htm"):
        from rag.readers.html import article_from_html

        return article_from_html(data, source_name, name), False
    text = decode_text(data, source_name)
    if suffix == ".txt":
        return article_from_plain_text(text, source_name, name), False
    return article_from_markdown(text, source_name, name)


def _read_bytes(path: Path, settings: Settings) -> bytes:
    max_bytes = _max_bytes(settings)
    with access_errors(path):
        size = path.stat().st_size
        data = b""
        if size <= max_bytes:
            with path.open("rb") as file:
                data = file.read(max_bytes + 1)
        size = max(size, len(data))  # the file may have grown since
    if size > max_bytes:
        raise ReadError(
            printable_path(path),
            f"is larger than {settings.max_file_mb:g} MB ({size / 1e6:.1f}); split it, or raise RAG_MAX_FILE_MB",
        )
    if not data.strip():
        raise ReadError(printable_path(path), "is empty; there is nothing to read in it")
    return data


def _origin(path: Path) -> str:
    with access_errors(path):
        return printable_path(path.resolve())


def _max_bytes(settings: Settings) -> int:
    return int(settings.max_file_mb * 1_000_000)


def _load_json_lines(path: Path, settings: Settings) -> Iterator[LoadedArticle | LoadFailure]:
    max_bytes, origin = _max_bytes(settings), _origin(path)
    is_empty = True
    for number, line in enumerate(_bounded_lines(path, max_bytes), 1):
        if not line.strip():
            continue
        if is_empty and line.strip() in (b"[", b"{"):
            raise ReadError(printable_path(path), "is one JSON document over many lines; write one object on each line")
        is_empty = False
        source_name = f"{printable_path(path)}:{number}"
        try:
            yield article_from_json_line(line, source_name, max_bytes, f"{origin}:{number}")
        except ReadError as error:
            yield LoadFailure(source_name, error.why)
    if is_empty:
        raise ReadError(printable_path(path), "is empty; there is nothing to read in it")


def _bounded_lines(path: Path, max_bytes: int) -> Iterator[bytes]:
    """Yields the file's lines, each cut after `max_bytes` + 1 bytes.

    The rest of a longer line is skipped. Raises ReadError if the file cannot be opened or read.
    """
    with access_errors(path), path.open("rb") as file:
        while line := file.readline(max_bytes + 1):
            yield line
            while len(line) > max_bytes and not line.endswith(b"\n"):
                line = file.readline(max_bytes + 1)
