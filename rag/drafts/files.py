"""Reads a draft from a file.

Markdown and plain text are kept to the character, so that offsets count those of the file. Of a Word document the text
is checked with the marks of its footnotes, of other formats the text that the readers extract.
"""

from pathlib import Path

from rag.errors import ReadError
from rag.readers.documents.docx import document_from_docx
from rag.readers.encoding import check_readable, decode_text
from rag.readers.parsing.markup_text import parse_markup, text_of_markup
from rag.readers.parsing.source_file import access_errors, printable_path
from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.ingest import LoadedArticle, LoadFailure

_KEPT_SUFFIXES = (".md", ".markdown", ".txt")
_WEB_SUFFIXES = (".html", ".htm")


def read_draft(path: Path, settings: Settings) -> str:
    """The text of the draft in the file `path`.

    Raises ReadError for a file that is missing, too large, empty, or of a format that cannot be read.
    """
    name = printable_path(path)
    with access_errors(path):
        is_file = path.is_file()
        size = path.stat().st_size if is_file else 0
    if not is_file:
        raise ReadError(name, "no such file; check the path")
    if size > settings.max_file_mb * 1_000_000:
        raise ReadError(name, f"is larger than {settings.max_file_mb:g} MB; split it, or raise RAG_MAX_FILE_MB")
    if path.suffix.lower() in _KEPT_SUFFIXES:
        with access_errors(path):
            data = path.read_bytes()
        if not data.strip():
            raise ReadError(name, "is empty; there is nothing to check in it")
        text = decode_text(data, name)
        check_readable(text, name)
        return text
    if path.suffix.lower() == ".jsonl":
        raise ReadError(name, "holds many texts; give each draft a file of its own")
    if path.suffix.lower() == ".docx":
        with access_errors(path):
            data = path.read_bytes()
        return _checked(document_from_docx(data, name, with_note_marks=True).text, name)
    results = list(load_articles([path], settings))
    loaded = [result for result in results if isinstance(result, LoadedArticle)]
    if len(loaded) == 1:
        return loaded[0].article.text
    if path.suffix.lower() in _WEB_SUFFIXES:
        # A page that has no article for a reader of web pages may be a draft of a few lines.
        with access_errors(path):
            markup = decode_text(path.read_bytes(), name)
        return _checked(text_of_markup(parse_markup(markup, name)), name)
    failure = next((result for result in results if isinstance(result, LoadFailure)), None)
    if failure is not None:
        raise ReadError(failure.what, failure.why)
    raise ReadError(name, "holds no text that can be checked; save it as .txt")


def _checked(text: str, name: str) -> str:
    if not text.strip():
        raise ReadError(name, "holds no text; are its pages pictures?")
    return text
