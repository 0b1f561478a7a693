"""Every error the package raises on purpose, as one small tree.

    RagError
    ├── SettingsError         a setting is not usable
    ├── ReadError             a file, folder, URL or feed could not be read as an article
    ├── EncoderError          the encoder's files or its endpoint do not answer as they must
    ├── ServerBusy            more questions at once than are taken on; whoever asked is told when to ask again
    ├── ModelError            the language model did not answer; what was asked is answered with quotes instead
    └── LibraryError          the library cannot be used as it stands
        ├── LibraryMissing    there is no library here
        ├── LibraryBusy       another process is writing and did not finish in time
        ├── ServerUnavailable the server that the library or its vectors are on does not answer
        ├── LibraryVersion    the library was made by another version of the package
        ├── EncoderMismatch   the library's vectors were made by another encoder
        └── LibraryDamaged    a file of the library is not readable as what it must be
            └── IndexDamaged  one of the two derived indexes is; it can be built anew

Each message is one line that says what to do next; the command line prints it as it is and exits with 2.
"""


class RagError(Exception):
    """Base of every error raised on purpose."""


class SettingsError(RagError):
    """A setting is missing, contradicts another one, or has no usable value."""


class ReadError(RagError):
    """One source could not be read as an article: `what` names it, `why` says what to do about it."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why


class EncoderError(RagError):
    """The encoder's own files, or the embeddings endpoint, do not answer as they must."""


class ModelError(RagError):
    """The language model did not answer as it must; the message says what happened and what to check."""


class ServerBusy(RagError):
    """More questions at once than the server takes on; `retry_after` says in how many seconds to ask again."""

    def __init__(self, retry_after: int) -> None:
        seconds = "a second" if retry_after == 1 else f"{retry_after} seconds"
        super().__init__(f"Many questions are being answered just now; ask again in {seconds}.")
        self.retry_after = retry_after


class LibraryError(RagError):
    """The library cannot be used as it stands."""


class LibraryMissing(LibraryError):
    """There is no library in this folder."""


class LibraryBusy(LibraryError):
    """Another process holds the writer's lock."""


class ServerUnavailable(LibraryError):
    """The server that the library or its vectors are on does not answer; what was finished is kept there."""


class LibraryVersion(LibraryError):
    """The library was written by another version of the package."""


class EncoderMismatch(LibraryError):
    """The library's vectors were made by another encoder than the one the settings name."""


class LibraryDamaged(LibraryError):
    """A file of the library cannot be read as what it must be."""


class IndexDamaged(LibraryDamaged):
    """A derived index cannot be used; the library itself is sound as far as is known."""
