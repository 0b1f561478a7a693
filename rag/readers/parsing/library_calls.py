"""What becomes of an exception of a library that parses a source."""

from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import ReadError


@contextmanager
def refusing_broken_source(source_name: str, problem: str, advice: str) -> Iterator[None]:
    """Raises ReadError for any exception in its block, since the source is broken.

    Only calls of the library stand in the block: a broken source can raise any exception anywhere in a parser, but one
    that this package raises is a bug of its own. The line says "`problem` (TheException); `advice`".
    """
    try:
        yield
    except ReadError:
        raise
    except Exception as error:
        raise ReadError(source_name, f"{problem} ({type(error).__name__}); {advice}") from error
