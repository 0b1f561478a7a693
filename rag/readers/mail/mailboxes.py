"""Reads the messages of a mailbox (mbox), one after the other.

A mailbox may be larger than the memory.
"""

import mailbox
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import ReadError
from rag.readers.mail.messages import article_from_message
from rag.readers.parsing.source_file import Results, SourceFile, access_errors, max_file_bytes
from rag.settings import Settings
from rag.types.ingest import LoadedArticle, LoadFailure


def load_mailbox(file: SourceFile, settings: Settings) -> Results:
    """Reads the messages of the mailbox, each as an article.

    A message that cannot be read, or is larger than Settings.max_file_mb, is a LoadFailure. Raises ReadError for a file
    without messages.
    """
    max_bytes = max_file_bytes(settings)
    number = 0
    with _path_of(file, settings) as path, closing(_opened(path, file.source_name)) as box:
        for number, key in enumerate(_keys(box, file.source_name), 1):
            source_name = f"{file.source_name}:{number}"
            try:
                data = _content(box, key, max_bytes, source_name)
                if len(data) > max_bytes:
                    raise ReadError(source_name, f"is larger than {settings.max_file_mb:g} MB; raise RAG_MAX_FILE_MB")
                article = article_from_message(data, source_name, f"{file.stem} {number}")
            except ReadError as error:
                yield LoadFailure(source_name, error.why)
            else:
                yield LoadedArticle(article, f"{file.origin}:{article.id}", has_own_id=False)
    if not number:
        raise ReadError(file.source_name, "holds no message; is it a mailbox (mbox)?")


def _opened(path: Path, source_name: str) -> mailbox.mbox:
    with access_errors(source_name):
        return mailbox.mbox(path, create=False)


def _keys(box: mailbox.mbox, source_name: str) -> list[str]:
    with access_errors(source_name):
        return box.keys()


def _content(box: mailbox.mbox, key: str, max_bytes: int, source_name: str) -> bytes:
    with access_errors(source_name), box.get_file(key) as content:
        data: bytes = content.read(max_bytes + 1)
        return data


@contextmanager
def _path_of(file: SourceFile, settings: Settings) -> Iterator[Path]:
    """The file's path, since mailbox reads only files on the disk.

    A member of an archive is written to a temporary file.
    """
    if file.path is not None:
        yield file.path
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mailbox"
        path.write_bytes(file.read(settings))
        yield path
