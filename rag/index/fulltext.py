"""The full-text index: the passages' texts in Tantivy, ranked by BM25.

The index is derived from the library. A commit of Tantivy is atomic. The manifest beside the index has the library's
generation and the digest of each file of the index. Tantivy reads the files without verification, and a corrupt file
gives wrong answers or a panic. A bug of this package is never reported as damage.
"""

import shutil
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import tantivy

from rag.errors import IndexDamaged
from rag.index.base import IndexEntry, Scope
from rag.index.damage import translate_errors
from rag.index.fulltext_schema import (
    LAYOUT,
    any_term_query,
    check_field,
    check_text,
    every_term_query,
    fulltext_schema,
    id_query,
    passage_document,
    scope_query,
    term_query,
)
from rag.index.manifest import FULLTEXT_MANIFEST, Manifest, file_digest, read_manifest, write_manifest
from rag.settings.process import cpu_count
from rag.text.analyzer import ANALYZER_NAME, english_analyzer
from rag.types.passage import Hit

FOLDER = "fulltext"
WRITER_BYTES = 64_000_000


class FullTextIndex:
    """The full-text index of one library; one process at a time may write.

    Threads may share it. Implements rag.index.base.DerivedIndex, which says what its methods take, return and raise.
    """

    def __init__(self, home: Path) -> None:
        """Sets up the index in the folder `home`; opens nothing yet."""
        self._home = home
        self._folder = home / FOLDER
        self._manifest_path = home / FULLTEXT_MANIFEST
        self._lock = threading.RLock()
        self._manifest: Manifest | None = None
        self._index: tantivy.Index | None = None
        # Files that this process has written or verified, with their digests, so that each file is verified once.
        self._verified: dict[str, str] = {}

    @property
    def generation(self) -> int | None:
        """The stored generation of the library; None if the index has to be rebuilt."""
        manifest = read_manifest(self._manifest_path)
        return manifest.generation if manifest and manifest.layout == LAYOUT and self._folder.is_dir() else None

    def is_intact(self) -> bool:
        """Whether the index opens and answers."""
        try:
            self.search(["the"], "body", 1, Scope())
        except IndexDamaged:
            return False
        return True

    def close(self) -> None:
        """Releases the files; the next call opens them again."""
        with self._lock:
            self._index = self._manifest = None

    def search(self, terms: Sequence[str], field: str, k: int, scope: Scope) -> list[Hit]:
        """Returns the `k` passages in `scope` with the highest BM25 scores, best first.

        They have any of `terms`, as rag.text.analyzer makes them, in `field`. Raises ValueError for a field that is not
        in rag.index.fulltext_schema.TEXT_FIELDS.
        """
        check_field(field)
        if not terms or k < 1 or scope.is_empty:
            return []
        index = self._open()
        query = any_term_query(index.schema, field, terms, scope)
        with self._tantivy_errors():
            searcher = index.searcher()
            hits = searcher.search(query, limit=k, count=False).hits
            return [Hit(searcher.doc(address)["id"][0], float(score)) for score, address in hits]

    def search_all_terms(self, terms: Sequence[str], field: str, k: int, scope: Scope) -> list[str]:
        """Ids of at most `k` passages in `scope` that have every one of `terms`.

        The passages with the highest BM25 scores come first. Arguments and errors are those of `search`.
        """
        check_field(field)
        if not terms or k < 1 or scope.is_empty:
            return []
        index = self._open()
        query = every_term_query(index.schema, field, terms, scope)
        with self._tantivy_errors():
            searcher = index.searcher()
            hits = searcher.search(query, limit=k, count=False).hits
            return [searcher.doc(address)["id"][0] for _, address in hits]

    def document_frequencies(self, terms: Sequence[str], field: str = "body") -> dict[str, int]:
        """Document frequencies in `field`; removed passages count until a segment merge."""
        check_field(field)
        check_text(terms)
        index = self._open()
        with self._tantivy_errors():
            searcher = index.searcher()
            return {term: int(searcher.doc_freq(field, term)) for term in terms}

    def occurring_terms(self, terms: Sequence[str], field: str) -> set[str]:
        """Returns those of `terms` that occur in `field` of a passage that is not removed."""
        check_field(field)
        index = self._open()
        queries = {term: term_query(index.schema, field, term) for term in terms}
        with self._tantivy_errors():
            searcher = index.searcher()
            return {term for term, query in queries.items() if searcher.search(query, limit=1, count=False).hits}

    def frequent_terms(self, prefix: str, field: str, limit: int) -> list[str]:
        """Returns the most frequent terms of `field` that begin with `prefix`.

        There are at most `limit` terms, the most frequent first. Terms of removed passages are included until a segment
        merge. The time grows with the number of terms with the prefix: of 500,000 terms, those with the same three
        letters take 2 ms, and those with the same first letter a second.
        """
        check_field(field)
        check_text([prefix])
        index = self._open()
        with self._tantivy_errors():
            return [term for term, _ in index.searcher().terms_with_prefix(field, prefix, limit=limit)]

    def count(self, scope: Scope | None = None) -> int:
        """How many passages are stored, or how many of them are in `scope`."""
        if scope is not None and scope.is_empty:
            return 0
        index = self._open()
        if scope is None or scope.is_unrestricted:
            with self._tantivy_errors():
                return int(index.searcher().num_docs)
        query = scope_query(index.schema, scope)
        with self._tantivy_errors():
            result = index.searcher().search(query, limit=1, count=True)
            return int(result.count)  # type: ignore[attr-defined]  # missing in Tantivy's stubs

    def ids_in_scope(self, scope: Scope, limit: int) -> list[str]:
        """Ids of the passages in `scope`, at most `limit` of them, in no order."""
        if scope.is_empty or limit < 1:
            return []
        index = self._open()
        query = scope_query(index.schema, scope)
        with self._tantivy_errors():
            return _find_ids(index.searcher(), query, limit)

    def filter_by_scope(self, ids: Sequence[str], scope: Scope) -> set[str]:
        """Returns those of `ids` whose passages are in `scope`."""
        if scope.is_empty or not ids:
            return set()
        index = self._open()
        query = id_query(index.schema, ids, scope)
        with self._tantivy_errors():
            return set(_find_ids(index.searcher(), query, len(ids)))

    def ids(self) -> set[str]:
        """Ids of every stored passage."""
        index = self._open()
        query = scope_query(index.schema, Scope())
        with self._tantivy_errors():
            searcher = index.searcher()
            return set(_find_ids(searcher, query, searcher.num_docs))

    # -- writing: the indexer alone ------------------------------------------------------------------------------------

    def update(self, removed: Sequence[str], added: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        """Deletes `removed`, adds `added`, then stores the library's `generation`."""
        check_text(removed)
        with self._lock:
            index = self._open()
            if self._manifest:
                # A kill from here on leaves either the old or the new files, so the manifest has no digests meanwhile.
                with self._tantivy_errors():
                    write_manifest(self._manifest_path, self._manifest.model_copy(update={"files": {}}))
            self._write(index, removed, added)
            self._store_manifest(generation)

    def rebuild(self, added: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        """Deletes the index, builds it from `added`, then stores `generation`."""
        with self._lock:
            self.close()
            self._verified = {}
            with self._tantivy_errors():
                self._manifest_path.unlink(missing_ok=True)
                if self._folder.is_file():
                    self._folder.unlink()
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder.mkdir(parents=True)
                index = tantivy.Index(fulltext_schema(), path=str(self._folder))
            index.register_tokenizer(ANALYZER_NAME, english_analyzer())
            self._write(index, [], added)
            self._store_manifest(generation)

    def _write(self, index: tantivy.Index, removed: Sequence[str], added: Iterable[Sequence[IndexEntry]]) -> None:
        with self._tantivy_errors():
            writer = index.writer(heap_size=WRITER_BYTES, num_threads=1)
            for passage_id in removed:
                writer.delete_documents_by_term("id", passage_id)
        try:
            for entries in added:
                documents = [(entry.id, passage_document(entry)) for entry in entries]
                with self._tantivy_errors():
                    for passage_id, document in documents:
                        # If the same change is applied again after a kill, the passage may not be stored twice.
                        writer.delete_documents_by_term("id", passage_id)
                        writer.add_document(document)
            with self._tantivy_errors():
                writer.commit()
                writer.wait_merging_threads()
        finally:
            # Tantivy holds its lock while the writer is referenced, also by the traceback of an exception.
            del writer

    # -- private -------------------------------------------------------------------------------------------------------

    def _tantivy_errors(self) -> AbstractContextManager[None]:
        """Translates the errors of Tantivy and of the disk.

        Tantivy raises ValueError for any problem with a file or the disk. The context encloses calls with arguments
        that are known to be right, and never a caller's code.
        """
        return translate_errors(self._home, "the full text", ValueError, OSError, SystemError)

    def _open(self) -> tantivy.Index:
        with self._lock:
            manifest = read_manifest(self._manifest_path)
            if self._index is not None and manifest == self._manifest:
                return self._index
            if manifest is None or manifest.layout != LAYOUT:
                raise IndexDamaged(f"{self._manifest_path} does not name a usable index; run: rag rebuild")
            self._verify_files(manifest)
            with self._tantivy_errors():
                # Opened again instead of reloaded, because after a rebuild the folder has another index.
                index = tantivy.Index.open(str(self._folder))
                index.config_reader(reload_policy="Manual")
            index.register_tokenizer(ANALYZER_NAME, english_analyzer())
            with self._tantivy_errors():
                index.reload()
            self._index, self._manifest = index, manifest
            return index

    def _verify_files(self, manifest: Manifest) -> None:
        """Compares the files with their digests, each file once in a process.

        It reads about 1 GB/s. Raises IndexDamaged for a file that differs from what was written.
        """
        names = [name for name, digest in manifest.files.items() if self._verified.get(name) != digest]
        paths = [self._folder / name for name in names]
        with ThreadPoolExecutor(max_workers=cpu_count()) as pool:
            for path, digest in zip(paths, pool.map(self._digest, paths), strict=True):
                if digest != manifest.files[path.name]:
                    raise IndexDamaged(f"{path} is not as it was written; run: rag rebuild")
        self._verified = dict(manifest.files)

    def _digest(self, path: Path) -> str | None:
        """Computes the digest of a file; None for a missing file."""
        with self._tantivy_errors():
            return file_digest(path) if path.is_file() else None

    def _store_manifest(self, generation: int) -> None:
        """Stores the manifest: the generation of the index on disk, and its files."""
        with self._tantivy_errors():
            files = {
                # A segment's file never changes under its name; the two other files (.json) are rewritten each time.
                path.name: (not path.name.endswith(".json") and self._verified.get(path.name)) or file_digest(path)
                for path in sorted(self._folder.iterdir())
                if path.suffix != ".lock"
            }
            write_manifest(self._manifest_path, Manifest(generation=generation, layout=LAYOUT, files=files))
        self._index = self._manifest = None
        self._verified = files


def _find_ids(searcher: tantivy.Searcher, query: tantivy.Query, limit: int) -> list[str]:
    """Ids of at most `limit` passages that `query` matches, in no order."""
    hits = searcher.search(query, limit=limit, count=False).hits if limit else []
    return [searcher.doc(address)["id"][0] for _, address in hits]
