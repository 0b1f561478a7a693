"""Files, folders, URLs and feeds into articles.

Bad input never stops a batch: each source comes back as an article, or as one line that says what is wrong with it and
what to do.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rag.errors import ReadError
from rag.readers.files import SUFFIXES, articles_in, count_in, shown
from rag.readers.reading import Reading, Unreadable
from rag.settings import Settings

__all__ = ["Reading", "Unreadable", "count", "read"]


def read(what: Iterable[str | Path], settings: Settings) -> Iterator[Reading | Unreadable]:
    """Every article of every source, as they come; never raises for bad input."""
    seen: dict[str, tuple[str, str]] = {}
    for source in what:
        for one in _source(source, settings):
            if isinstance(one, Reading):
                digest, origin = seen.setdefault(one.article.id, (one.article.sha256, one.origin))
                if digest != one.article.sha256:
                    yield Unreadable(
                        one.origin,
                        f"the id {one.article.id!r} is also that of {origin}, with other content; "
                        "give one of them another `id` or name",
                    )
                    continue
            yield one


def count(what: Iterable[str | Path]) -> int | None:
    """How many articles `read` will try, as far as that can be told without reading them; None where it cannot."""
    total = 0
    for source in what:
        if _is_url(source):
            return None
        try:
            total += sum(1 if isinstance(one, Unreadable) else count_in(one) for one in _files_at(_path(source)))
        except (OSError, ValueError, RuntimeError):  # reading it will say so
            total += 1
    return total


def _source(source: str | Path, settings: Settings) -> Iterator[Reading | Unreadable]:
    if _is_url(source):
        from rag.readers.web import articles_at

        yield from articles_at(str(source), settings)
        return
    what = shown(source)
    try:
        path = _path(source)
        if not path.exists():
            yield Unreadable(what, "no such file or folder; check the path")
            return
        files = _files_at(path)
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in it, a name too long, ~ of nobody
        yield Unreadable(what, f"cannot be read ({getattr(error, 'strerror', None) or error}); check the path")
        return
    is_empty = True
    for file in files:
        is_empty = False
        if isinstance(file, Unreadable):
            yield file
        else:
            yield from _file(file, settings)
    if is_empty:
        yield Unreadable(what, f"the folder holds no article; readable are {', '.join(SUFFIXES)}")


def _path(source: str | Path) -> Path:
    if not str(source).strip():  # an unset variable must not mean the working folder
        raise ValueError("an empty name")
    return Path(source).expanduser()


def _file(path: Path, settings: Settings) -> Iterator[Reading | Unreadable]:
    try:
        yield from articles_in(path, settings)
    except ReadError as error:
        yield Unreadable(error.what, error.why)
    except OSError as error:
        yield Unreadable(shown(path), _refused(error))


def _files_at(path: Path) -> Iterator[Path | Unreadable]:
    """`path` itself, or the readable files below it in order; hidden ones and linked folders are left out."""
    if not path.is_dir():
        yield path
        return
    waiting = [path]
    while waiting:
        one = waiting.pop()
        try:
            if one.is_dir():
                # A linked folder may lead back to where it is linked from.
                inside = (each for each in one.iterdir() if not each.name.startswith("."))
                waiting += sorted((each for each in inside if not (each.is_symlink() and each.is_dir())), reverse=True)
            elif one.is_file() and one.suffix.lower() in SUFFIXES:
                yield one
        except OSError as error:
            yield Unreadable(shown(one), _refused(error))


def _refused(error: OSError) -> str:
    return f"cannot be read ({error.strerror or error}); check its permissions"


def _is_url(source: str | Path) -> bool:
    return isinstance(source, str) and "://" in source.split("?")[0]
