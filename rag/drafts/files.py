"""Reads a draft from a file.

Markdown and plain text are kept to the character, so that offsets count those of the file. Of other formats the text is
checked that the readers extract.
"""

from pathlib import Path

from rag.errors import ReadError
from rag.readers.encoding import check_readable, decode_text
from rag.readers.parsing.source_file import access_errors, printable_path
from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.ingest import LoadedArticle, LoadFailure

_KEPT_SUFFIXES = (".md", ".markdown", ".txt")


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
    results = list(load_articles([path], settings))
    failure = next((result for result in results if isinstance(result, LoadFailure)), None)
    if failure is not None:
        raise ReadError(failure.what, failure.why)
    loaded = [result for result in results if isinstance(result, LoadedArticle)]
    if len(loaded) != 1:
        raise ReadError(name, "holds no text that can be checked; save it as .txt")
    return loaded[0].article.text
