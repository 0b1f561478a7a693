"""The passages' words in a Tantivy index (BM25): derived from the library, thrown away and rebuilt when in doubt.

A commit of Tantivy is whole or not there; the stamp beside the index says which generation of the library it holds,
and what its files are to the bit: Tantivy reads them without looking, and a spoilt one gives wrong answers or a panic.
"""

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from rag.derived import Entry
from rag.encoder import processors
from rag.errors import IndexDamaged, LibraryError
from rag.filters import Scope
from rag.schema import disk_error
from rag.stamp import Stamp, digest_of, read_stamp, write_stamp
from rag.terms import ANALYSER, analyser

# What the fields hold and how they are cut; an index made another way is rebuilt.
LAYOUT = "2"
FOLDER = "fulltext"
WRITER_BYTES = 64_000_000

TEXT_FIELDS = ("body", "context", "section")


class FullText:
    """The index of one library. Threads may share it; one process at a time may write."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / FOLDER
        self._stamp_path = home / "fulltext.json"
        self._lock = threading.RLock()
        self._stamp: Stamp | None = None
        self._index: tantivy.Index | None = None
        # Files that this process has written or looked through, with their digests: each is read for that once.
        self._known: dict[str, str] = {}

    @property
    def generation(self) -> int | None:
        """The library's generation that the index on disk holds; None when it has to be rebuilt."""
        stamp = read_stamp(self._stamp_path)
        return stamp.generation if stamp and stamp.layout == LAYOUT and self._folder.is_dir() else None

    def is_sound(self) -> bool:
        """Whether the index opens and answers."""
        try:
            self.search(["the"], "body", 1, Scope())
        except IndexDamaged:
            return False
        return True

    def close(self) -> None:
        with self._lock:
            self._index = self._stamp = None

    def search(self, terms: Sequence[str], field: str, k: int, scope: Scope) -> list[tuple[str, float]]:
        """The `k` passages with the highest BM25 score for any of `terms` in `field`, best first, none without."""
        if not terms or k < 1 or scope.is_empty:
            return []
        with _no_crash(self._home):
            index = self._open()
            schema = index.schema
            words = Query.boolean_query(
                [(Occur.Should, Query.term_query(schema, field, term, "freq")) for term in terms]
            )
            query = words if scope.is_open else Query.boolean_query([(Occur.Must, words), *_filters(schema, scope)])
            searcher = index.searcher()
            found = searcher.search(query, limit=k, count=False).hits
            return [(searcher.doc(address)["id"][0], float(score)) for score, address in found]

    def frequencies(self, terms: Sequence[str], field: str = "body") -> dict[str, int]:
        """In how many passages each of `terms` occurs, removed ones among them."""
        with _no_crash(self._home):
            searcher = self._open().searcher()
            return {term: int(searcher.doc_freq(field, term)) for term in terms}

    def present(self, terms: Sequence[str], field: str) -> set[str]:
        """Those of `terms` that some passage holds now; `frequencies` counts removed ones until segments are merged."""
        with _no_crash(self._home):
            index = self._open()
            searcher = index.searcher()
            return {
                term
                for term in terms
                if searcher.search(Query.term_query(index.schema, field, term, "freq"), limit=1, count=False).hits
            }

    def count(self, scope: Scope | None = None) -> int:
        """How many passages there are, or how many a scope admits."""
        if scope is not None and scope.is_empty:
            return 0
        with _no_crash(self._home):
            index = self._open()
            if scope is None or scope.is_open:
                return int(index.searcher().num_docs)
            found = index.searcher().search(_within(index.schema, scope), limit=1, count=True)
            return int(found.count)  # type: ignore[attr-defined]  # its stubs leave it out

    def within(self, scope: Scope, most: int) -> list[str]:
        """Ids of the passages that `scope` admits, `most` of them."""
        if scope.is_empty or most < 1:
            return []
        with _no_crash(self._home):
            index = self._open()
            query = Query.all_query() if scope.is_open else _within(index.schema, scope)
            return _ids(index.searcher(), query, most)

    def among(self, ids: Sequence[str], scope: Scope) -> set[str]:
        """Those of `ids` that `scope` admits."""
        if scope.is_empty or not ids:
            return set()
        with _no_crash(self._home):
            index = self._open()
            some = Query.const_score_query(Query.term_set_query(index.schema, "id", list(ids)), 0.0)
            query = Query.boolean_query([(Occur.Must, some), *_filters(index.schema, scope)])
            return set(_ids(index.searcher(), query, len(ids)))

    def ids(self) -> set[str]:
        """Ids of every passage the index holds."""
        with _no_crash(self._home):
            searcher = self._open().searcher()
            return set(_ids(searcher, Query.all_query(), searcher.num_docs))

    # -- writing: the indexer alone ------------------------------------------------------------------------------------

    def update(self, removed: Sequence[str], added: Iterable[Sequence[Entry]], generation: int) -> None:
        """Takes the passages `removed` out, puts `added` in, then says that the library's `generation` is held."""
        with self._lock, _no_crash(self._home):
            index = self._open()
            if self._stamp:
                # A kill from here on leaves an index that has the old files or the new: nothing to hold it against.
                write_stamp(self._stamp_path, self._stamp.model_copy(update={"files": {}}))
            self._write(index, removed, added)
            self._mark(generation)

    def rebuild(self, added: Iterable[Sequence[Entry]], generation: int) -> None:
        """The index anew from nothing."""
        with self._lock, _no_crash(self._home):
            self._stamp_path.unlink(missing_ok=True)
            self.close()
            self._known = {}
            if self._folder.is_file():
                self._folder.unlink()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            index = tantivy.Index(_schema(), path=str(self._folder))
            index.register_tokenizer(ANALYSER, analyser())
            self._write(index, [], added)
            self._mark(generation)

    def _write(self, index: tantivy.Index, removed: Sequence[str], added: Iterable[Sequence[Entry]]) -> None:
        writer = index.writer(heap_size=WRITER_BYTES, num_threads=1)
        for one in removed:
            writer.delete_documents_by_term("id", one)
        for batch in added:
            for entry in batch:
                # Made again after a kill, the same change must not leave the passage in twice.
                writer.delete_documents_by_term("id", entry.id)
                writer.add_document(_document(entry))
        writer.commit()
        writer.wait_merging_threads()

    def _open(self) -> tantivy.Index:
        with self._lock:
            stamp = read_stamp(self._stamp_path)
            if self._index is not None and stamp == self._stamp:
                return self._index
            if stamp is None or stamp.layout != LAYOUT:
                raise IndexDamaged(f"{self._stamp_path} does not name a usable index; run: rag rebuild")
            self._look_through(stamp)
            # Opened afresh rather than reloaded: after a rebuild the folder holds another index.
            index = tantivy.Index.open(str(self._folder))
            index.register_tokenizer(ANALYSER, analyser())
            index.config_reader(reload_policy="Manual")
            index.reload()
            self._index, self._stamp = index, stamp
            return index

    def _look_through(self, stamp: Stamp) -> None:
        """Raises IndexDamaged for files that are not what was written (about 1 GB/s, each file once a process)."""
        fresh = [name for name, digest in stamp.files.items() if self._known.get(name) != digest]
        with ThreadPoolExecutor(max_workers=processors()) as pool:
            paths = [self._folder / name for name in fresh]
            for path, digest in zip(
                paths, pool.map(lambda path: path.is_file() and digest_of(path), paths), strict=True
            ):
                if digest != stamp.files[path.name]:
                    raise IndexDamaged(f"{path} is not as it was written; run: rag rebuild")
        self._known = dict(stamp.files)

    def _mark(self, generation: int) -> None:
        """Says that the index on disk holds that generation, and what its files are."""
        files = {
            # The name of a segment's file is its own for ever; the two others are written anew each time.
            path.name: (not path.name.endswith(".json") and self._known.get(path.name)) or digest_of(path)
            for path in sorted(self._folder.iterdir())
            if path.suffix != ".lock"
        }
        write_stamp(self._stamp_path, Stamp(generation=generation, layout=LAYOUT, files=files))
        self._index = self._stamp = None
        self._known = files


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for field in TEXT_FIELDS:
        builder.add_text_field(field, tokenizer_name=ANALYSER, index_option="freq")
    for field in ("author", "source", "topic"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("published", indexed=True, fast=True)
    return builder.build()


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", entry.id)
    document.add_text("body", entry.text)
    document.add_text("context", entry.context)
    document.add_text("section", entry.section)
    if entry.author:
        document.add_text("author", entry.author)
    if entry.source:
        document.add_text("source", entry.source)
    for topic in entry.topics:
        document.add_text("topic", topic)
    if entry.published:
        document.add_unsigned("published", entry.published)
    return document


def _filters(schema: tantivy.Schema, scope: Scope) -> Iterator[tuple[Occur, Query]]:
    for field, values in (("author", scope.authors), ("source", scope.sources), ("topic", scope.topics)):
        if values is not None:
            yield Occur.Must, Query.const_score_query(Query.term_set_query(schema, field, list(values)), 0.0)
    if scope.since is not None or scope.until is not None:
        span = Query.range_query(
            schema, "published", tantivy.FieldType.Unsigned, scope.since or 0, scope.until or 99_999_999
        )
        yield Occur.Must, Query.const_score_query(span, 0.0)


def _within(schema: tantivy.Schema, scope: Scope) -> Query:
    return Query.boolean_query(list(_filters(schema, scope)))


def _ids(searcher: tantivy.Searcher, query: Query, most: int) -> list[str]:
    """Ids of the passages that `query` finds, `most` of them, in no order."""
    hits = searcher.search(query, limit=most, count=False).hits if most else []
    return [searcher.doc(address)["id"][0] for _, address in hits]


@contextmanager
def _no_crash(home: Path) -> Iterator[None]:
    """Tantivy's errors, and a panic in it (no Exception to Python), as LibraryError or IndexDamaged."""
    try:
        yield
    except (ValueError, OSError, SystemError) as error:
        raise _unusable(home, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _unusable(home, error) from error


def _unusable(home: Path, error: BaseException) -> LibraryError:
    return disk_error(home, str(error)) or IndexDamaged(f"the full text cannot be used ({error}); run: rag rebuild")
