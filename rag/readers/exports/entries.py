"""The entries of an export, and how an entry becomes an article.

An entry's text stands in the export, or in a file beside it, or on the page that it links to. A page is fetched only if
the user asked for it. An abstract, a note or a highlight is never taken for the article.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from rag.errors import ReadError
from rag.readers.encoding import CONTROL_CHARACTERS, to_one_line
from rag.readers.metadata import parse_published
from rag.readers.pages.authors import author_of_field
from rag.readers.parsing.source_file import LoadContext, Results, SourceFile
from rag.types.article import Article, is_web_address, unique_slug
from rag.types.ingest import LoadedArticle, LoadFailure

MAX_ENTRIES = 20_000
# A page takes a second to fetch, and up to Settings.fetch_timeout.
MAX_LINKS = 500
MAX_FIELD_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """An entry of an export.

    `published` is as written. `attachments` are the paths of its texts, relative to the export's folder; `companions`
    are files that belong to it and are no texts. Metadata that are `curated` by a person come before those of the text.
    """

    title: str = ""
    author: str = ""
    source: str = ""
    published: str | date | None = None
    url: str = ""
    topics: tuple[str, ...] = ()
    text: str = ""
    attachments: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    curated: bool = False


def load_entries(entries: Iterable[ExportEntry], file: SourceFile, context: LoadContext) -> Results:
    """Reads the articles of the `entries` of the export `file`.

    What gives no article is a LoadFailure: one for each file or page that cannot be read, and one for all entries that
    only link to a page when links are not followed. Raises ReadError for an export without entries.
    """
    links: list[ExportEntry] = []
    empty = number = 0
    for number, entry in enumerate(entries, 1):
        if number > MAX_ENTRIES:
            yield LoadFailure(file.source_name, f"has more than {MAX_ENTRIES:,} entries; split it")
            break
        results = list(_from_files(entry, file, context)) if not entry.text.strip() else []
        if entry.text.strip():
            yield _from_text(entry, file.origin)
        if entry.text.strip() or any(isinstance(result, LoadedArticle) for result in results):
            yield from results
        elif is_web_address(entry.url):
            links.append(entry)
        else:
            yield from results
            empty += not results
    if not number:
        raise ReadError(file.source_name, "has no entries; is it the right export?")
    if empty:
        yield LoadFailure(file.source_name, _empty_message(empty, number))
    yield from load_links(links, file, context)


def load_links(entries: list[ExportEntry], file: SourceFile, context: LoadContext) -> Results:
    """Fetches the pages of `entries`, or says how many there are.

    They are fetched only if links are followed.
    """
    if not entries:
        return
    if not context.follow_links:
        count = f"{len(entries):,} pages" if len(entries) > 1 else "a page"
        yield LoadFailure(file.source_name, f"links to {count} without the text; to fetch, add it with --links")
        return
    from rag.readers.web import load_url

    unique = {entry.url: entry for entry in entries}
    for entry in list(unique.values())[:MAX_LINKS]:
        for result in load_url(entry.url, context.settings, fetch_page=context.fetch_page):
            if isinstance(result, LoadedArticle):
                yield _with_metadata(_curated(result, entry) if entry.curated else result, entry)
            else:
                yield result
    if len(unique) > MAX_LINKS:
        yield LoadFailure(
            file.source_name,
            f"links to {len(unique) - MAX_LINKS:,} more than the {MAX_LINKS} pages that are read; split it",
        )


def _from_text(entry: ExportEntry, origin: str) -> LoadedArticle:
    text = entry.text
    title = to_one_line(entry.title) or to_one_line(text)[:80]
    article = Article(_id_of(entry, title), title, text)
    return _with_metadata(LoadedArticle(article, f"{origin}:{article.id}", has_own_id=False), entry)


def _id_of(entry: ExportEntry, title: str) -> str:
    """The id of the entry's article, which is the same in every export."""
    return unique_slug(f"{title} {entry.url or entry.author}", shown=title)


def _from_files(entry: ExportEntry, file: SourceFile, context: LoadContext) -> Results:
    """Reads the first of the entry's files that gives an article.

    All of the files are claimed.
    """
    failures: list[LoadFailure] = []
    article: LoadedArticle | None = None
    for name in (*entry.attachments, *entry.companions):
        attached = file.neighbour(name)
        if attached is not None:
            context.claimed.add(attached.origin)
        elif name in entry.attachments:
            shown = to_one_line(name)[:120]
            failures.append(
                LoadFailure(file.source_name, f"its text {shown} is not beside it; export with files again")
            )
        if attached is None or article is not None or name in entry.companions:
            continue
        for result in context.load(attached):
            if isinstance(result, LoadFailure):
                failures.append(result)
            elif article is None:
                article = _as_entry(result, entry)
    if article is not None:
        yield article
    else:
        yield from failures


def _as_entry(loaded: LoadedArticle, entry: ExportEntry) -> LoadedArticle:
    """The article of an attached file under the entry's own metadata and id."""
    loaded = _with_metadata(_curated(loaded, entry), entry)
    return replace(loaded, article=replace(loaded.article, id=_id_of(entry, loaded.article.title)))


def _curated(loaded: LoadedArticle, entry: ExportEntry) -> LoadedArticle:
    """The article with the entry's metadata wherever the entry has them."""
    article = loaded.article
    return replace(
        loaded,
        article=replace(
            article,
            title=_line(entry.title) or article.title,
            author=author_of_field(_line(entry.author)) or article.author,
            source=_line(entry.source) or article.source,
            published=_day(entry) or article.published,
        ),
    )


def _with_metadata(loaded: LoadedArticle, entry: ExportEntry) -> LoadedArticle:
    """Fills what is missing in the article's metadata from the entry."""
    article = loaded.article
    topics = dict.fromkeys(topic for topic in map(to_one_line, entry.topics) if topic)
    return replace(
        loaded,
        article=replace(
            article,
            title=article.title[:MAX_FIELD_CHARACTERS],
            author=article.author or author_of_field(_line(entry.author)),
            source=article.source or _line(entry.source) or None,
            published=article.published or _day(entry),
            url=article.url or (entry.url if is_web_address(entry.url) else None),
            topics=article.topics or tuple(topics),
        ),
    )


def _line(text: str) -> str:
    return to_one_line(text)[:MAX_FIELD_CHARACTERS]


def _day(entry: ExportEntry) -> date | None:
    """The entry's day of publication; None for a year or a month alone."""
    try:
        return parse_published(entry.published, entry.title)
    except ReadError:
        return None


def _empty_message(empty: int, total: int) -> str:
    entries = f"{empty:,} of its {total:,} entries have" if total > 1 else "its entry has"
    return f"{entries} neither a text nor a page; attach the texts and export again"


def checked_entries(entries: Iterator[ExportEntry]) -> Iterator[ExportEntry]:
    """The entries that name anything at all, their texts without control characters."""
    for entry in entries:
        text = CONTROL_CHARACTERS.sub("", entry.text).strip()
        text = text if to_one_line(text) else ""
        if to_one_line(entry.title) or entry.url or text or entry.attachments:
            yield replace(entry, text=text)
