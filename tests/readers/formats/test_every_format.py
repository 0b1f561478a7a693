"""A folder with a file of each format is read whole."""

from pathlib import Path

from rag.readers.formats.table import READABLE_SUFFIXES
from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.support.library.files_of_formats import folder_of_formats

# Those that only link to pages, and those that have a second name.
ONLY_LINKS = {".opml"}
SECOND_NAMES = {".markdown", ".htm", ".mht"}


def test_a_folder_with_a_file_of_each_format_is_read(tmp_path: Path, settings: Settings) -> None:
    titles = folder_of_formats(tmp_path)
    written = {path.suffix for path in tmp_path.iterdir() if path.is_file()}
    assert written == set(READABLE_SUFFIXES) - ONLY_LINKS - SECOND_NAMES
    results = list(load_articles([tmp_path], settings))
    assert [result for result in results if isinstance(result, LoadFailure)] == []
    assert sorted(result.article.title for result in results if isinstance(result, LoadedArticle)) == titles
