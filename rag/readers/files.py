"""Reads articles from text: Markdown, plain text or JSON Lines.

Markdown bodies and JSON texts are kept to the character; around plain text the boilerplate is stripped.
"""

import json
import re
from collections.abc import Iterator

from rag.errors import ReadError
from rag.readers.encoding import check_readable
from rag.readers.front_matter import split_front_matter
from rag.readers.metadata import FIELD_NAMES, MAX_TITLE_CHARACTERS, article_from_fields, field_notes, text_of_fields
from rag.readers.pages.boilerplate import strip_boilerplate
from rag.readers.pages.head_lines import read_head_lines
from rag.readers.parsing.source_file import Results, SourceFile, access_errors, max_file_bytes
from rag.settings import Settings
from rag.types.article import Article, slug
from rag.types.ingest import LoadedArticle, LoadFailure


def article_from_markdown(text: str, source_name: str, name: str) -> tuple[Article, bool]:
    """Builds the article of a Markdown text.

    Without front matter the first heading is the title, or `name` if there is none. Returns the article and whether its
    front matter has an id. Raises ReadError.
    """
    read = read_markdown(text, source_name, name, source_name)
    return read.article, read.has_own_id


def read_markdown(text: str, source_name: str, name: str, origin: str) -> LoadedArticle:
    """Reads the article of a Markdown text, as article_from_markdown() does.

    A note names the fields of its front matter that are not known. Raises ReadError.
    """
    check_readable(text, source_name)
    fields, body = split_front_matter(text, source_name)
    fields = fields or {}
    if not any(fields.get(key) for key in FIELD_NAMES["title"]):
        heading = re.search(r"^#{1,6}[ \t]+(\S.*)", body, re.MULTILINE)
        fields = {**fields, "title": (heading[1].rstrip(" \t\r#") if heading else "") or name}
    article, has_own_id = article_from_fields(fields, body, source_name, name)
    return LoadedArticle(article, origin, has_own_id, field_notes(fields))


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
    head = read_head_lines(rest)
    stripped = strip_boilerplate(head.rest)
    if not stripped.text.strip():
        raise ReadError(source_name, "holds nothing but a title and boilerplate; is the article's text missing?")
    return Article(
        slug(name),
        title,
        stripped.text,
        author=head.author or stripped.author,
        source=stripped.source,
        published=head.published,
        author_description=stripped.biography,
    )


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
    name = str(fields.get("title") or fields.get("headline"))
    article, has_own_id = article_from_fields(fields, text_of_fields(fields), source_name, name)
    return LoadedArticle(article, origin, has_own_id, field_notes(fields))


def load_json_lines(file: SourceFile, settings: Settings) -> Results:
    """Reads the articles of JSON Lines, one on each line.

    A line that is not an article is a LoadFailure. Raises ReadError for a file that cannot be read as a whole.
    """
    max_bytes = max_file_bytes(settings)
    is_empty = True
    for number, line in enumerate(_bounded_lines(file, max_bytes), 1):
        if not line.strip():
            continue
        if is_empty and line.strip() in (b"[", b"{"):
            raise ReadError(file.source_name, "is one JSON document over many lines; write one object on each line")
        is_empty = False
        source_name = f"{file.source_name}:{number}"
        try:
            yield article_from_json_line(line, source_name, max_bytes, f"{file.origin}:{number}")
        except ReadError as error:
            yield LoadFailure(source_name, error.why)
    if is_empty:
        raise ReadError(file.source_name, "is empty; there is nothing to read in it")


def _bounded_lines(file: SourceFile, max_bytes: int) -> Iterator[bytes]:
    """Yields the file's lines, each cut after `max_bytes` + 1 bytes.

    The rest of a longer line is skipped. Raises ReadError if the file cannot be opened or read.
    """
    with file.open() as lines, access_errors(file.source_name):
        while line := lines.readline(max_bytes + 1):
            yield line
            while len(line) > max_bytes and not line.endswith(b"\n"):
                line = lines.readline(max_bytes + 1)
