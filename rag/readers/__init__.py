"""Files, folders, URLs and feeds into articles.

Bad input never stops a batch: each source comes back as an article, or as one line that says what is wrong with it and
what to do.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rag.errors import ReadError
from rag.readers.files import SUFFIXES, articles_in, count_in
from rag.readers.reading import Reading, Unreadable
from rag.settings import Settings

__all__ = ["Reading", "Unreadable", "count", "read"]


def read(what: Iterable[str | Path], settings: Settings) -> Iterator[Reading | Unreadable]:
    """Every article of every source, as they come; never raises for bad input."""
    seen: dict[str, Reading] = {}
    for source in what:
        for one in _source(source, settings):
            if isinstance(one, Reading):
                first = seen.setdefault(one.article.id, one)
                if first.article.sha256 != one.article.sha256:
                    yield Unreadable(
                        one.origin,
                        f"the id {one.article.id!r} is also that of {first.origin}, with another text; "
                        "give one of them an `id` of its own",
                    )
                    continue
            yield one


def count(what: Iterable[str | Path]) -> int | None:
    """How many articles `read` will try, as far as that can be told without reading them; None where it cannot."""
    total = 0
    for source in what:
        if _is_url(source):
            return None
        path = Path(source).expanduser()
        files = _files_in(path) if path.is_dir() else [path]
        total += sum(count_in(file) for file in files)
    return total


def _source(source: str | Path, settings: Settings) -> Iterator[Reading | Unreadable]:
    if _is_url(source):
        from rag.readers.web import articles_at

        yield from articles_at(str(source), settings)
        return
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            files = _files_in(path)
            if not files:
                yield Unreadable(str(source), f"the folder holds no article; readable are {', '.join(SUFFIXES)}")
            for file in files:
                yield from _file(file, settings)
        elif path.exists():
            yield from _file(path, settings)
        else:
            yield Unreadable(str(source), "no such file or folder; check the path")
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        yield Unreadable(str(source), f"cannot be read ({getattr(error, 'strerror', None) or error}); check the path")


def _file(path: Path, settings: Settings) -> Iterator[Reading | Unreadable]:
    try:
        yield from articles_in(path, settings)
    except ReadError as error:
        yield Unreadable(error.what, error.why)
    except OSError as error:
        yield Unreadable(str(path), f"cannot be read ({error.strerror}); check its permissions")


def _files_in(folder: Path) -> list[Path]:
    """The readable files below `folder`, in order; hidden ones and what links point to are left out."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            found += _files_in(path)
        elif path.is_file() and path.suffix.lower() in SUFFIXES:
            found.append(path)
    return found


def _is_url(source: str | Path) -> bool:
    return isinstance(source, str) and "://" in source.split("?")[0]
