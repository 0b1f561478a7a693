"""Loads articles from sources: files, folders, web pages and feeds.

Other packages use only this module of the package. Bad input never stops a batch: each source gives an article, or a
LoadFailure whose one line says what is wrong and what to do.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from rag.errors import ReadError
from rag.readers.fetch import FetchPage, fetch
from rag.readers.formats.folders import is_hidden, is_saved_page_folder, may_name_files, reading_order
from rag.readers.formats.loading import FileLoader, count_in_file
from rag.readers.formats.table import READABLE_SUFFIXES
from rag.readers.pages.corrections import correction_in
from rag.readers.parsing.source_file import access_errors, printable_path
from rag.settings import Settings
from rag.types.ingest import LoadedArticle, LoadFailure

__all__ = [
    "READABLE_SUFFIXES", "count_articles", "find_path", "is_web_source", "load_articles", "may_name_files",
    "readable_files",
]  # fmt: skip


def _no_file(_path: Path) -> bool:
    return False


def load_articles(
    sources: Iterable[str | Path],
    settings: Settings,
    *,
    follow_links: bool = False,
    fetch_page: FetchPage = fetch,
    leave_out: Callable[[Path], bool] = _no_file,
) -> Iterator[LoadedArticle | LoadFailure]:
    """Loads the articles of all `sources`, one after the other.

    A source is a path to a file or folder, or the address of a page or feed. With `follow_links`, pages that a file
    lists without their text are fetched. Within the batch an id stands for one article: a second file with the same
    name has its folder in its id, and a second article with the same id of its own and other content is a LoadFailure.
    Never raises for bad input. Pages are
    fetched with `fetch_page`; the files for which `leave_out` is true are not read.
    """
    loader = FileLoader(settings, follow_links=follow_links, fetch_page=fetch_page)
    # The digest and the origin, not the article: a batch may be larger than the memory.
    first_with_id: dict[str, tuple[str, str]] = {}
    for source in sources:
        for result in _load_source(source, settings, loader, fetch_page, leave_out):
            if isinstance(result, LoadedArticle):
                yield _with_unique_id(_with_correction(result), first_with_id)
            else:
                yield result


def _with_unique_id(loaded: LoadedArticle, first_with_id: dict[str, tuple[str, str]]) -> LoadedArticle | LoadFailure:
    """The article under an id of its own.

    The id has the folder's name if another file of the batch has the same name, and its suffix if that is not enough.
    """
    for candidate in (loaded, loaded.with_folder_in_id(), loaded.with_folder_in_id(with_suffix=True)):
        if candidate is not None:
            article = candidate.article
            digest, _ = first_with_id.setdefault(article.id, (article.sha256, loaded.origin))
            if digest == article.sha256:
                return candidate
    article_id = loaded.article.id
    return LoadFailure(
        loaded.origin,
        f"the id {article_id!r} is also that of {first_with_id[article_id][1]}, with other content; "
        "give one of them another `id` or name",
    )


def _with_correction(item: LoadedArticle) -> LoadedArticle:
    """`item` with the notice of a correction that stands in its text."""
    correction = item.article.correction or correction_in(item.article.text)
    return replace(item, article=replace(item.article, correction=correction))


def count_articles(sources: Iterable[str | Path]) -> int | None:
    """The maximum number of results of load_articles(), without reading articles.

    None if a source is on the web, or is a file that holds several articles.
    """
    total = 0
    for source in sources:
        if is_web_source(source):
            return None
        path = find_path(source)
        files = [path] if isinstance(path, LoadFailure) else readable_files(path)
        for file in files:
            count = 1 if isinstance(file, LoadFailure) else count_in_file(file)
            if count is None:
                return None
            total += count
    return total


def _load_source(
    source: str | Path,
    settings: Settings,
    loader: FileLoader,
    fetch_page: FetchPage,
    leave_out: Callable[[Path], bool],
) -> Iterator[LoadedArticle | LoadFailure]:
    if is_web_source(source):
        from rag.readers.web import load_url

        yield from load_url(str(source), settings, fetch_page=fetch_page)
        return
    path = find_path(source)
    if isinstance(path, LoadFailure):
        yield path
        return
    is_empty = True
    for file in readable_files(path):
        is_empty = False
        if isinstance(file, LoadFailure):
            yield file
        elif not leave_out(file) and (file == path or not loader.is_claimed(file)):
            yield from loader.load(file)
    if is_empty:
        yield LoadFailure(
            printable_path(source), f"the folder holds no article; readable are {', '.join(READABLE_SUFFIXES)}"
        )


def readable_files(path: Path) -> Iterator[Path | LoadFailure]:
    """Yields `path` itself, or the readable files below it, in order.

    Below a folder, a file is readable if it has a readable suffix. Hidden files and folders, linked folders and what a
    browser saves beside a page are skipped.
    """
    if not path.is_dir():
        yield path
        return
    # A stack of its own: folders may be deeper than Python recurses.
    pending = [path]
    while pending:
        current = pending.pop()
        try:
            with access_errors(current):
                children = _visible_children(current) if current.is_dir() else None
                is_file = current.is_file()
        except ReadError as error:
            yield LoadFailure(error.what, error.why)
            continue
        if children is not None:
            pending += sorted(children, key=lambda child: reading_order(child.name), reverse=True)
        elif is_file and current.suffix.lower() in READABLE_SUFFIXES:
            yield current


def _visible_children(folder: Path) -> list[Path]:
    children = [child for child in folder.iterdir() if not is_hidden(child.name)]
    names = {child.name for child in children}
    # A linked folder may lead back to the folder it is in.
    return [
        child
        for child in children
        if not (child.is_symlink() and child.is_dir()) and not is_saved_page_folder(child.name, names)
    ]


def find_path(source: str | Path) -> Path | LoadFailure:
    """The path of a file or folder that exists, or why there is none."""
    name = printable_path(source)
    if not str(source).strip():  # an empty name, from an unset variable, must not mean the working folder
        return LoadFailure(name, "cannot be read (an empty name); check the path")
    path = Path(source)
    try:
        path = path.expanduser()
        is_there = path.exists()
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in it, a name too long, ~ of an unknown user
        return LoadFailure(name, f"cannot be read ({getattr(error, 'strerror', None) or error}); check the path")
    return path if is_there else LoadFailure(name, "no such file or folder; check the path")


def is_web_source(source: str | Path) -> bool:
    """Whether `source` is an address, not a path."""
    return isinstance(source, str) and "://" in source.split("?")[0]
