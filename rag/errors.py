"""The errors that the package raises on purpose, as one tree.

The tree shows when each error is raised, and what the user can do.

    RagError
    ├── SettingsError             a setting has no usable value → correct the variable that the message names
    ├── ReadError                 a file, URL or feed is not readable as an article → correct or leave out the source
    │   └── NotModified           a web page is as it was at the last sync → nothing to do
    ├── EncoderError              the encoder's files or endpoint fail → check the endpoint, or install again
    ├── ServerBusy                the server's queue is full → ask again after `retry_after` seconds
    ├── QuestionCancelled         the caller cancelled the question → ask it again, if the answer is wanted after all
    ├── ModelError                the language model fails → check its server; answers are made of quotes meanwhile
    └── LibraryError              the library cannot be used as it is → see the message, such as a read-only folder
        ├── LibraryMissing        the folder holds no library → rag init, or name another folder with --home
        ├── LibraryBusy           another process holds the write lock → repeat when that process has finished
        ├── ServerUnavailable     the server of the library or its vectors is down → start it, then repeat
        ├── LibraryVersion        another version of the package made the library → use that version, or another folder
        ├── EncoderMismatch       another encoder made the vectors → use that encoder, or rag rebuild --re-encode
        └── LibraryDamaged        a file of the library is corrupt → restore it from a backup
            └── IndexDamaged      a derived index is corrupt, the library is not → rag rebuild

Each message is one line that says what to do next. The command line prints it as it is and exits with 2. A mistake of
the package's own never becomes one of these errors: it stays the exception that Python raised.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

# How much of a server's message is quoted in one of ours.
MAX_CAUSE_CHARACTERS = 200


class RagError(Exception):
    """Base of every error that the package raises on purpose."""


class SettingsError(RagError):
    """A setting is missing, contradicts another one, or has no usable value."""


class ReadError(RagError):
    """A source cannot be read as an article.

    `what` names the source, `why` says what is wrong and what to do.
    """

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why


class NotModified(ReadError):
    """A server says that a page is as it was when it was last read."""


class EncoderError(RagError):
    """The encoder cannot be used.

    Its files are missing or corrupt, or the embeddings endpoint does not answer correctly.
    """


class ModelError(RagError):
    """The language model does not answer correctly.

    The message says what happened and what to check.
    """


class ServerBusy(RagError):
    """The server's queue is full.

    `retry_after` is the number of seconds after which to ask again.
    """

    def __init__(self, retry_after: int) -> None:
        seconds = "a second" if retry_after == 1 else f"{retry_after} seconds"
        super().__init__(f"Many questions are being answered just now; ask again in {seconds}.")
        self.retry_after = retry_after


class QuestionCancelled(RagError):
    """The question was cancelled with its `Cancellation`."""


class LibraryError(RagError):
    """The library cannot be used as it is."""


class LibraryMissing(LibraryError):
    """The folder holds no library."""


class LibraryBusy(LibraryError):
    """Another process holds the write lock and did not release it in time."""


class ServerUnavailable(LibraryError):
    """The server that stores the library or its vectors does not answer.

    Work that is finished is stored there.
    """


class LibraryVersion(LibraryError):
    """Another version of the package wrote the library."""


class EncoderMismatch(LibraryError):
    """The library's vectors were made by another encoder than the settings name."""


class LibraryDamaged(LibraryError):
    """A file of the library is corrupt."""


class IndexDamaged(LibraryDamaged):
    """A derived index is corrupt; the library itself is intact as far as is known."""


def disk_error(folder: Path, cause: str) -> LibraryError | None:
    """The error for a disk that refuses to read or write, or None.

    `cause` is the message of SQLite, Chroma, Tantivy or the operating system, and is recognised by its words. None for
    any other message.
    """
    text = cause.replace(str(folder), "").lower()
    if any(words in text for words in ("readonly", "read-only", "permission denied", "not permitted")):
        return LibraryError(f"{folder} is read-only; make it writable or name another folder with --home")
    if any(words in text for words in ("disk is full", "no space left", "quota exceeded", "disk i/o")):
        return LibraryError(
            f"the disk that holds {folder} is full or failing ({single_line(cause)}); free some space, then repeat"
        )
    return None


def single_line(error: object, limit: int | None = None) -> str:
    """The text of an error on one line.

    It has at most `limit` characters. An error without text gives the name of its type.
    """
    return " ".join(str(error).split())[:limit] or type(error).__name__


def first_problem(error: "ValidationError", whole: str) -> str:
    """The first problem of a document that pydantic refuses, in one line.

    It is the field and what is wrong; `whole` stands for the field where the document itself is wrong.
    """
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or whole
    return f"{field}: {first['msg']}"
