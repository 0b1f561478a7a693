"""A library, opened: the catalogue, its two indexes, the encoder, and the indexer that keeps them true.

All of it lies in one folder, unless the settings name a server for the catalogue or for the vectors; the full text is
always the folder's own. Where there is no library yet, one is made and filled from the bundled corpus, and a first
filling that was interrupted goes on at the next opening.
"""

import time
import uuid
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from rag.changes import ID
from rag.derived import DerivedIndex, VectorIndex
from rag.encoder import Encoder, open_encoder
from rag.errors import EncoderMismatch, LibraryBusy, LibraryDamaged, LibraryError, LibraryMissing
from rag.feedback import Feedback
from rag.filters import Scope
from rag.fulltext import FullText
from rag.indexer import AddReport, Indexer, Progress, silent
from rag.library import FILE, Library
from rag.postgres import Server
from rag.readers import count, read
from rag.schema import File, Place, plain_errors
from rag.settings import Settings, bundled
from rag.soundness import altered, spoilt
from rag.vector_server import ServerVectors
from rag.vectors import Vectors
from rag.workers import open_workers
from rag.writer_lock import library_lock, writer_lock

# Under this key the library notes whether the bundled corpus still has to be put in.
BUNDLED = "bundled corpus"
FIRST_FILLING_TIMEOUT = 600.0
# What is made after the library, and never before it: SQLite's log, the indexes.
LEFT_BY_A_LIBRARY = (f"{FILE}-wal", "vectors.json", "fulltext.json")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One way in which the stores do not agree: which store, what is wrong, and how many passages it touches."""

    store: str
    what: str
    passages: int


class Home:
    """Everything that one library folder holds, open."""

    def __init__(
        self, settings: Settings, *, empty: bool = False, any_encoder: bool = False, progress: Progress = silent
    ) -> None:
        """Opens the library of `settings`, making and filling it first where there is none.

        `empty` makes a new library without the bundled corpus. Raises LibraryError (see rag.errors) when the folder
        cannot be used, EncoderMismatch when its vectors are another encoder's, unless `any_encoder`: then vectors and
        indexes are left as they are, and only `reencode` is of use.
        """
        self.path = settings.home_path
        self.settings = settings
        self.encoder: Encoder = open_encoder(settings)
        self.place = self._place()
        self.library = self._library(empty)
        self._seen = float("-inf")
        with ExitStack() as undo:
            undo.callback(self.library.close)
            self.indexes = self._indexes()
            self.fulltext = FullText(self.indexes)
            self._use_vectors(self.library.encoder)
            undo.pop_all()
        with ExitStack() as undo:
            undo.callback(self.close)
            if self.library.encoder != self.encoder.fingerprint:
                if any_encoder:
                    undo.pop_all()
                    return
                raise EncoderMismatch(
                    f"the library {self.place} was encoded by {self.library.encoder}, the settings name "
                    f"{self.encoder.fingerprint}; go back to that encoder, or encode anew: rag rebuild --re-encode"
                )
            self._fill(progress)
            if not any_encoder:
                self._mend()
            undo.pop_all()

    def close(self) -> None:
        """Gives back files and connections; what is on disk is complete at any time, closed or not."""
        self.vectors.close()
        self.fulltext.close()
        self.library.close()

    def __enter__(self) -> "Home":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, what: Iterable[str | Path], progress: Progress = silent) -> AddReport:
        """Reads every source of `what` and puts its articles in."""
        sources = list(what)
        return self.indexer.add(read(sources, self.settings), count(sources), progress)

    def keep_feedback(self, feedback: Feedback) -> None:
        """Writes what somebody said about an answer, as the one writer that there is at a time."""
        with self._lock():
            self.library.put_feedback(feedback)

    def follow(self, at_most_every: float = 0.0) -> None:
        """Takes over what others have written to a library on a server.

        Asked again within `at_most_every` seconds it does nothing, nor does it for a library in the folder itself.
        """
        if isinstance(self.place, File) or time.monotonic() - self._seen < at_most_every:
            return
        self._seen = time.monotonic()
        self.indexer.follow()

    @property
    def places(self) -> dict[str, str]:
        """Which parts are on a server, and where that is."""
        return {
            **({"library": str(self.place)} if self.settings.library_url else {}),
            **({"vectors": str(self.vectors)} if self.settings.chroma_url else {}),
        }

    @property
    def is_shared(self) -> bool:
        """Whether any of it is on a server, where others may be at work, and which may be away."""
        return bool(self.settings.library_url or self.settings.chroma_url)

    def reencode(self, progress: Progress = silent) -> None:
        """Every passage anew with the encoder of the settings, which becomes the library's."""
        self.vectors.close()
        self._use_vectors(self.encoder.fingerprint)
        try:
            self.indexer.reencode(progress)
        except BaseException:
            self._use_vectors(self.library.encoder)
            raise

    def repair(self, found: Iterable[Disagreement], progress: Progress = silent) -> None:
        """Mends what `disagreements` found: the indexes from the passages, and those from the articles where they
        need it and the articles are sound."""
        stores = {one.store for one in found}
        if "passages" in stores and "articles" not in stores:
            self.reencode(progress)
        else:
            self.indexer.rebuild()

    def disagreements(self) -> list[Disagreement]:
        """Where library, vectors and full text differ: by generation, by ids, by what a search finds."""
        found: list[Disagreement] = []
        with self._lock(), writer_lock(self.indexes, self.settings.lock_timeout):
            self.follow()
            mine, generation = self.library.passage_ids(), self.library.generation()
            for name, index in (("vectors", self.vectors), ("full text", self.fulltext)):
                try:
                    theirs = index.ids()
                except LibraryDamaged as error:
                    found.append(Disagreement(name, str(error), len(mine)))
                    continue
                if index.generation != generation:
                    found.append(Disagreement(name, f"at generation {index.generation}, library at {generation}", 0))
                for what, ids in (("missing", mine - theirs), ("left over", theirs - mine)):
                    if ids:
                        found.append(Disagreement(name, f"{len(ids)} passages {what}", len(ids)))
            wrong = altered(self.library)
            found += self._altered(wrong) + self._wrong_slices(wrong) + self._unfindable(sorted(mine))
        return found

    def _altered(self, wrong: list[str]) -> list[Disagreement]:
        """Articles that are not, to the character, what was put in; a file that SQLite's own check finds fault with."""
        found: list[Disagreement] = []
        for line in self.library.integrity():
            found.append(Disagreement("library", f"{line}; restore a backup: rag restore FILE --force", 0))
        if wrong:
            some = " ".join(wrong)
            what = f"{len(wrong)} are not as they were added; take them out and add them again: rag remove {some}"
            touched = sum(one.passages for one in self.library.holdings() if one.id in wrong)
            found.append(Disagreement("articles", what, touched))
        return found

    def _wrong_slices(self, known: list[str]) -> list[Disagreement]:
        """Passages that are not the slice of their article that they say they are, carry no usable vector, or are not
        what was written."""
        wrong, broken = 0, set(spoilt(self.library)) - set(known)
        for holding in self.library.holdings():
            article = self.library.article(holding.id)
            try:
                held = self.library.passages_of(holding.id)
            except LibraryDamaged:
                held = []
            if holding.id in broken or not held:
                wrong += max(1, holding.passages)
                continue
            for stored in held:
                passage = stored.passage
                is_slice = article is not None and article.text[passage.start : passage.end] == passage.text
                wrong += not (is_slice and stored.is_usable)
        what = f"{wrong} are not what they say they are; make them anew with: rag rebuild --re-encode"
        return [Disagreement("passages", what, wrong)] if wrong else []

    def _unfindable(self, ids: list[str], sample: int = 50) -> list[Disagreement]:
        """Passages that a search for their own vector does not find: a graph can lose what its count still holds."""
        some = ids[:: max(1, len(ids) // sample)]
        lost = 0
        try:
            for one, stored in self.library.passages(some).items():
                if not stored.is_usable:
                    continue  # reported already, and a search for nothing finds anything
                near = self.vectors.search(stored.vector, 10, Scope())
                # Equal texts have equal vectors: being as near as oneself is being found.
                lost += one not in dict(near) and not any(cosine > 0.9999 for _, cosine in near)
        except LibraryDamaged:
            return []  # reported already
        return [Disagreement("vectors", f"{lost} of {len(some)} passages sought are not found", lost)] if lost else []

    def _lock(self, timeout: float | None = None) -> AbstractContextManager[None]:
        """The lock of the library's one writer."""
        return library_lock(self.place, self.path, self.settings.lock_timeout if timeout is None else timeout)

    def _use_vectors(self, fingerprint: str) -> None:
        own: list[DerivedIndex] = [self.fulltext]
        served: list[DerivedIndex] = []
        self.vectors: VectorIndex
        if self.settings.chroma_url:
            self.vectors = ServerVectors(self.settings, self._name(), fingerprint)
            served.append(self.vectors)
        else:
            self.vectors = Vectors(self.indexes, fingerprint)
            own.insert(0, self.vectors)
        self.indexer = Indexer(
            self.indexes,
            self.library,
            own,
            self.encoder,
            self.settings.lock_timeout,
            served=served,
            workers=open_workers(self.settings, self.encoder),
        )

    # -- opening ------------------------------------------------------------------------------------------------------

    def _place(self) -> Place:
        url = self.settings.library_url
        return Server(url.get_secret_value()) if url else File(self.path / FILE)

    def _name(self) -> str:
        """The library's own name; one that was made before libraries had names gets one."""
        name = self.library.fact(ID)
        if name is None:
            with self._lock():
                name = self.library.fact(ID) or uuid.uuid4().hex
                self.library.note(ID, name)
        return name

    def _indexes(self) -> Path:
        """The folder of the indexes: beside the library, or, for one on a server, of its name, so that no other's
        are ever taken for its own."""
        if isinstance(self.place, File):
            return self.path
        folder = self.path / f"library-{self._name()}"
        with plain_errors(folder / FILE):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _library(self, empty: bool) -> Library:
        notes = {BUNDLED: "none" if empty else "pending"}
        if not isinstance(self.place, File):
            if not self.place.is_made():
                with self._lock(FIRST_FILLING_TIMEOUT):
                    if not self.place.is_made():
                        return Library.create_on(self.place, self.encoder.fingerprint, self.encoder.dimension, notes)
            return Library(self.place)
        path = self.place.path
        with plain_errors(path):
            if path.is_file():
                return Library(path)
            self.path.mkdir(parents=True, exist_ok=True)
        with self._lock(FIRST_FILLING_TIMEOUT):
            left = [name for name in LEFT_BY_A_LIBRARY if (self.path / name).exists()]
            if left and not path.is_file():
                raise LibraryMissing(
                    f"{FILE} is gone from {self.path}, where {left[0]} still is; put it back from a copy, or remove "
                    "the folder to begin anew"
                )
            return Library.create(path, self.encoder.fingerprint, self.encoder.dimension, notes)

    def _fill(self, progress: Progress) -> None:
        """Puts the bundled corpus in, where that is still to be done."""
        if self.library.fact(BUNDLED) != "pending":
            return
        with self._lock(FIRST_FILLING_TIMEOUT):
            if self.library.fact(BUNDLED) == "pending":
                report = self.add([bundled("corpus") / "articles"], progress)
                if report.failed:
                    raise LibraryError(f"{report.failed[0].what}: {report.failed[0].why}; install the package again")
                self.library.note(BUNDLED, "done")

    def _mend(self) -> None:
        """Levels the indexes; a writer at work does that itself, so it is not waited for unless nothing is usable."""
        is_usable = self.vectors.generation is not None and self.fulltext.generation is not None
        try:
            self.indexer.mend(waiting=not is_usable)
        except LibraryBusy:
            if not is_usable:
                raise
