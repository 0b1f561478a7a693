"""Translates errors of Chroma, Tantivy and the disk into errors of the index.

It decides which of these errors mean that an index cannot be used. The translation encloses only single calls with
arguments that are known to be right, and never a caller's code. A bug of this package must not be reported as damage,
because damage leads to a rebuild.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import IndexDamaged, LibraryError, disk_error, single_line


@contextmanager
def translate_errors(folder: Path, index: str, *errors: type[Exception]) -> Iterator[None]:
    """Translates `errors` and panics of native code into errors of an index.

    `index` is the name of the index in messages, `folder` the library's folder. Raises LibraryError for an error of the
    disk, IndexDamaged for any other error.
    """
    try:
        yield
    except errors as error:
        raise index_error(folder, index, error) from error
    except BaseException as error:
        if not is_panic(error):
            raise
        raise index_error(folder, index, error) from error


def index_error(folder: Path, index: str, error: BaseException) -> LibraryError:
    """The error for an index that cannot be used because of `error`."""
    return disk_error(folder, str(error)) or IndexDamaged(
        f"{index} cannot be used ({single_line(error)}); run: rag rebuild"
    )


def is_panic(error: BaseException) -> bool:
    """Whether the error is a panic of native code in Rust.

    The native code of Chroma and Tantivy panics on some corrupt files.
    """
    # PyO3's class for a panic derives from BaseException. Each native module has its own class, and exports it nowhere.
    return type(error).__name__ == "PanicException"
