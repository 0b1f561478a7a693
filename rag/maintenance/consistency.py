"""Checks whether the library and its two indexes agree, and repairs what differs.

`find_inconsistencies` compares generations and passage ids, verifies each article's checksum, and searches for a
sample of passages. It changes nothing but the local indexes of a replica that is behind. `repair` rebuilds the indexes
from the library, or the passages from the articles; it never changes an article.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.errors import IndexDamaged, LibraryDamaged
from rag.index.base import DerivedIndex, Scope
from rag.storage.library import Library
from rag.types.ingest import ProgressCallback, no_progress
from rag.workspace import Workspace

# Passages that are searched for by their own vector.
SEARCHED_PASSAGES = 50
# The passage must be among this many hits. Equal texts have equal vectors, so a hit that is as near as the passage
# itself counts as found.
SEARCH_HITS = 10
SAME_VECTOR_COSINE = 0.9999


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """One way in which the stores do not agree.

    `store` is "library", "articles", "passages", "vectors" or "full text". `problem` describes the problem in one line.
    `passages` is the number of affected passages, 0 if that does not apply.
    """

    store: str
    problem: str
    passages: int


def find_inconsistencies(workspace: Workspace) -> list[Inconsistency]:
    """Finds differences between the library and its indexes, and corrupt data.

    Takes the write lock and reads every article. Raises LibraryBusy, and LibraryDamaged if the library cannot be read.
    """
    library = workspace.library
    with workspace.write_lock(), workspace.folder_lock():
        workspace.refresh()
        passage_ids = library.passage_ids()
        problems = _index_problems("vectors", workspace.vectors, library, passage_ids)
        problems += _index_problems("full text", workspace.fulltext, library, passage_ids)
        altered_ids = altered_article_ids(library)
        problems += _article_problems(library, altered_ids)
        problems += _version_problems(library)
        problems += _passage_problems(library, altered_ids)
        problems += _search_problems(workspace, sorted(passage_ids))
    return problems


def repair(
    workspace: Workspace, inconsistencies: Iterable[Inconsistency], progress: ProgressCallback = no_progress
) -> None:
    """Repairs what `find_inconsistencies` returned.

    The indexes are rebuilt from the passages. Corrupt passages are first encoded again from their articles, unless an
    article is altered, too. Raises LibraryBusy, LibraryError, EncoderError.
    """
    stores = {inconsistency.store for inconsistency in inconsistencies}
    if "passages" in stores and "articles" not in stores:
        workspace.reencode(progress)
    else:
        workspace.rebuild()


def altered_article_ids(library: Library) -> list[str]:
    """Ids of the articles that differ from what was added, or cannot be read."""
    return [entry.id for entry in library.entries() if not _is_as_added(library, entry.id, entry.sha256)]


def corrupt_article_ids(library: Library) -> list[str]:
    """Ids of the articles whose rows or passages differ from what was written."""
    return [entry.id for entry in library.entries() if not _is_as_written(library, entry.id)]


def _index_problems(name: str, index: DerivedIndex, library: Library, passage_ids: set[str]) -> list[Inconsistency]:
    try:
        indexed_ids = index.ids()
    except IndexDamaged as error:
        return [Inconsistency(name, str(error), len(passage_ids))]
    problems: list[Inconsistency] = []
    generation = library.generation()
    if index.generation != generation:
        problems.append(Inconsistency(name, f"at generation {index.generation}, library at {generation}", 0))
    for kind, ids in (("missing", passage_ids - indexed_ids), ("left over", indexed_ids - passage_ids)):
        if ids:
            problems.append(Inconsistency(name, f"{len(ids)} passages {kind}", len(ids)))
    return problems


def _article_problems(library: Library, altered_ids: list[str]) -> list[Inconsistency]:
    """Errors of SQLite's own check, and articles that changed after they were added."""
    problems = [
        Inconsistency("library", f"{line}; restore a backup: rag restore FILE --force", 0)
        for line in library.integrity_errors()
    ]
    if altered_ids:
        problem = (
            f"{len(altered_ids)} differ from what was added; remove them and add them again: "
            f"rag remove {' '.join(altered_ids)}"
        )
        passages = sum(entry.passages for entry in library.entries() if entry.id in altered_ids)
        problems.append(Inconsistency("articles", problem, passages))
    return problems


def _version_problems(library: Library) -> list[Inconsistency]:
    """Earlier texts of articles that differ from what was stored."""
    damaged_ids = [entry.id for entry in library.entries() if not _has_readable_versions(library, entry.id)]
    if not damaged_ids:
        return []
    problem = f"earlier texts of {len(damaged_ids)} articles are damaged ({', '.join(damaged_ids)}); restore a backup"
    return [Inconsistency("library", f"{problem}: rag restore FILE --force", 0)]


def _passage_problems(library: Library, altered_ids: list[str]) -> list[Inconsistency]:
    """Passages that differ from their article, lack a unit vector, or are corrupt."""
    wrong = 0
    corrupt_ids = set(corrupt_article_ids(library)) - set(altered_ids)
    for entry in library.entries():
        article = library.article(entry.id)
        try:
            passages = library.article_passages(entry.id)
        except LibraryDamaged:
            passages = []
        if entry.id in corrupt_ids or not passages:
            wrong += max(1, entry.passages)
            continue
        for stored in passages:
            passage = stored.passage
            is_slice = article is not None and article.text[passage.start : passage.end] == passage.text
            wrong += not (is_slice and stored.has_unit_length)
    if not wrong:
        return []
    problem = f"{wrong} are corrupt; encode them again with: rag rebuild --re-encode"
    return [Inconsistency("passages", problem, wrong)]


def _search_problems(workspace: Workspace, passage_ids: Sequence[str]) -> list[Inconsistency]:
    """Passages of a sample that a search for their own vector does not find.

    The graph of an index can lose a passage that its count still includes.
    """
    sample = passage_ids[:: max(1, len(passage_ids) // SEARCHED_PASSAGES)]
    lost = 0
    try:
        for passage_id, stored in workspace.library.passages(sample).items():
            if not stored.has_unit_length:
                continue  # reported as a problem of the passages; a search for a zero vector finds anything
            hits = workspace.vectors.search(stored.vector, SEARCH_HITS, Scope())
            lost += not any(hit.id == passage_id or hit.score > SAME_VECTOR_COSINE for hit in hits)
    except LibraryDamaged:
        return []  # reported as a problem of the passages or of the vectors
    if not lost:
        return []
    return [Inconsistency("vectors", f"{lost} of {len(sample)} passages are not found by their own vector", lost)]


def _is_as_added(library: Library, article_id: str, sha256: str) -> bool:
    try:
        article = library.article(article_id)
    except LibraryDamaged:
        return False
    return article is not None and article.sha256 == sha256


def _has_readable_versions(library: Library, article_id: str) -> bool:
    try:
        library.versions(article_id)
    except LibraryDamaged:
        return False
    return True


def _is_as_written(library: Library, article_id: str) -> bool:
    try:
        return library.verify_checksum(article_id)
    except LibraryDamaged:
        return False
