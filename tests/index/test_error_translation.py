"""A mistake of our own is raised as it is by every index: never as damage, and nothing is rebuilt, moved or advised.

That corrupt files are still damage, and are rebuilt, is tested beside each index and in tests/faults.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import PrivateAttr

from rag import QueryEngine, open_engine
from rag.embedding.bundled import BundledEncoder
from rag.engine import workspace_of
from rag.errors import IndexDamaged, RagError
from rag.index.base import IndexEntry, Scope, VectorIndex
from rag.index.chroma_local import LocalChromaIndex
from rag.index.chroma_remote import RemoteChromaIndex
from rag.index.damage import translate_errors
from rag.index.fulltext import FullTextIndex
from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval
from rag.retrieval.retriever import Retriever
from rag.settings import load_settings
from rag.workspace import Workspace
from tests.support.library.articles import article, write_jsonl
from tests.support.library.index_entries import DIMENSION, index_entry
from tests.support.planted_errors import (
    PLANTED_ERRORS,
    PlantedName,
    PlantedValues,
    PlantedVector,
    files_of,
    raising,
    raising_iterator,
)
from tests.support.servers.backends import Chroma, chroma

EVERY_ERROR = pytest.mark.parametrize("error", PLANTED_ERRORS, ids=lambda error: type(error).__name__)
QUESTION = "What did Observer 2 note about lot 201?"


@pytest.fixture(scope="module")
def server() -> Iterator[Chroma]:
    with chroma() as started:
        yield started


@pytest.fixture(params=["local", "remote"])
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    index: VectorIndex
    if request.param == "local":
        index = LocalChromaIndex(tmp_path, "encoder", DIMENSION)
    else:
        url = request.getfixturevalue("server").url
        index = RemoteChromaIndex(load_settings(home=tmp_path, chroma_url=url), tmp_path.name, "encoder", DIMENSION)
    index.rebuild([[index_entry(number) for number in range(5)]], 1)
    yield index
    index.close()


@pytest.fixture
def fulltext(tmp_path: Path) -> FullTextIndex:
    index = FullTextIndex(tmp_path)
    index.rebuild([[index_entry(number) for number in range(5)]], 1)
    return index


@pytest.fixture(params=["local", "remote"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[QueryEngine]:
    """Over a library whose vectors are in its folder, or on a Chroma server."""
    url = request.getfixturevalue("server").url if request.param == "remote" else None
    with open_engine(settings=load_settings(home=tmp_path / "home", chroma_url=url), empty=True) as opened:
        opened.add(write_jsonl(tmp_path / "some.jsonl", [article(number) for number in range(3)]))
        yield opened


# -- one index --------------------------------------------------------------------------------------------------------


@EVERY_ERROR
def test_an_error_in_the_entries_of_an_update_of_the_vectors_is_raised_as_it_is(
    vectors: VectorIndex, error: Exception
) -> None:
    with pytest.raises(type(error)) as raised:
        vectors.update(["p00001"], raising_iterator(error, [index_entry(9)]), 2)
    assert raised.value is error
    assert vectors.generation == 1
    vectors.update(["p00001"], [[index_entry(9)]], 2)  # the same change can be applied again
    assert (vectors.count(), vectors.generation) == (5, 2)


@EVERY_ERROR
def test_an_error_in_the_entries_of_a_rebuild_of_the_vectors_is_raised_as_it_is(
    vectors: VectorIndex, error: Exception
) -> None:
    with pytest.raises(type(error)) as raised:
        vectors.rebuild(raising_iterator(error, [index_entry(9)]), 2)
    assert raised.value is error
    assert (vectors.count(), vectors.generation) == (5, 1)


@EVERY_ERROR
def test_an_error_in_the_conversion_of_a_vector_is_raised_as_it_is(vectors: VectorIndex, error: Exception) -> None:
    planted: Any = PlantedVector(error)
    with pytest.raises(type(error)) as raised:
        vectors.search(planted, 3, Scope())
    assert raised.value is error


@EVERY_ERROR
def test_an_error_in_the_values_of_a_filter_is_raised_as_it_is(vectors: VectorIndex, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        vectors.search(index_entry(1).vector, 3, Scope(authors=PlantedValues(error)))
    assert raised.value is error


def _search_with_another_dimension(vectors: VectorIndex) -> object:
    return vectors.search(index_entry(1).vector[:8], 3, Scope())


def _add_with_another_dimension(vectors: VectorIndex) -> object:
    entry = index_entry(9)
    shorter = IndexEntry(entry.id, "", "", "", entry.vector[:8], None, None, (), None)
    return vectors.update([], [[shorter]], 2)


def _add_one_passage_twice(vectors: VectorIndex) -> object:
    return vectors.update([], [[index_entry(9), index_entry(9)]], 2)


def _filter_by_what_is_no_text(vectors: VectorIndex) -> object:
    return vectors.search(index_entry(1).vector, 3, Scope(authors=(3.5j,)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "mistake",
    [
        _search_with_another_dimension,
        _add_with_another_dimension,
        _add_one_passage_twice,
        _filter_by_what_is_no_text,
    ],
)
def test_an_argument_that_chroma_does_not_take_is_no_damage(vectors: VectorIndex, mistake: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        mistake(vectors)
    assert not isinstance(raised.value, RagError)
    assert (vectors.count(), vectors.generation) == (5, 1)


@EVERY_ERROR
def test_an_error_in_the_entries_of_an_update_of_the_full_text_is_raised_as_it_is(
    fulltext: FullTextIndex, error: Exception
) -> None:
    with pytest.raises(type(error)) as raised:
        fulltext.update(["p00001"], raising_iterator(error, [index_entry(9)]), 2)
    assert raised.value is error
    assert (fulltext.count(), fulltext.generation) == (5, 1)
    fulltext.update(["p00001"], [[index_entry(9)]], 2)  # the same change can be applied again
    assert (fulltext.count(), fulltext.generation) == (5, 2)


@EVERY_ERROR
def test_an_error_in_the_entries_of_a_rebuild_of_the_full_text_is_raised_as_it_is(
    fulltext: FullTextIndex, error: Exception
) -> None:
    with pytest.raises(type(error)) as raised:
        fulltext.rebuild(raising_iterator(error, [index_entry(9)]), 2)
    assert raised.value is error
    assert fulltext.generation is None  # it is built in the place of the old one


@EVERY_ERROR
def test_an_error_in_the_name_of_a_field_is_raised_as_it_is(fulltext: FullTextIndex, error: Exception) -> None:
    name = PlantedName(error)
    for search in (
        lambda: fulltext.search(["the"], name, 3, Scope()),
        lambda: fulltext.document_frequencies(["the"], name),
        lambda: fulltext.occurring_terms(["the"], name),
    ):
        with pytest.raises(type(error)) as raised:
            search()
        assert raised.value is error


@EVERY_ERROR
def test_an_error_in_the_values_of_a_scope_of_the_full_text_is_raised_as_it_is(
    fulltext: FullTextIndex, error: Exception
) -> None:
    scope = Scope(authors=PlantedValues(error))
    for search in (
        lambda: fulltext.search(["the"], "body", 3, scope),
        lambda: fulltext.count(scope),
        lambda: fulltext.ids_in_scope(scope, 3),
        lambda: fulltext.filter_by_scope(["p00001"], scope),
    ):
        with pytest.raises(type(error)) as raised:
            search()
        assert raised.value is error


def test_a_field_that_does_not_exist_is_a_value_error(fulltext: FullTextIndex) -> None:
    for search in (
        lambda: fulltext.search(["the"], "no_such_field", 3, Scope()),
        lambda: fulltext.document_frequencies(["the"], "no_such_field"),
        lambda: fulltext.occurring_terms(["the"], "no_such_field"),
    ):
        with pytest.raises(ValueError, match="no text field 'no_such_field'; there are body, context, section"):
            search()


def test_a_term_that_is_no_text_is_no_damage(fulltext: FullTextIndex) -> None:
    terms: Any = [3]
    for search in (
        lambda: fulltext.search(terms, "body", 3, Scope()),
        lambda: fulltext.document_frequencies(terms),
        lambda: fulltext.occurring_terms(terms, "body"),
        lambda: fulltext.update(terms, [], 2),
        lambda: fulltext.count(Scope(authors=terms)),
    ):
        with pytest.raises((TypeError, ValueError)):
            search()
    assert (fulltext.count(), fulltext.generation) == (5, 1)


@EVERY_ERROR
def test_only_the_named_errors_are_translated(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as raised, translate_errors(tmp_path, "the index", OSError):
        raise error
    assert raised.value is error
    damage = pytest.raises(IndexDamaged, match=r"the index cannot be used .*; run: rag rebuild")
    with damage, translate_errors(tmp_path, "the index", OSError):
        raise OSError("unreadable")


# -- through the engine -----------------------------------------------------------------------------------------------


class _PlantedEncoder(BundledEncoder):
    """The bundled encoder, but for questions, whose vectors raise `error` when they are converted."""

    _error: Exception = PrivateAttr()

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def encode(self, texts: Sequence[str]) -> Any:
        return [PlantedVector(self._error) for _ in texts]


class _PlantedRetriever(Retriever):
    """Searches the full text in a field whose name is planted."""

    def __init__(self, workspace: Workspace, error: Exception) -> None:
        super().__init__(workspace.library, workspace.vectors, workspace.fulltext, workspace.encoder)
        self._search = workspace.fulltext.search
        self._error = error

    def retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        self._search(["lot"], PlantedName(self._error), k, Scope())
        return super().retrieve(question, k, filters)


def _state(engine: QueryEngine) -> tuple[dict[str, bytes], object, object, object]:
    """The files of the library, and the generations of library, vectors and full text."""
    workspace = workspace_of(engine)
    generations = (workspace.library.generation(), workspace.vectors.generation, workspace.fulltext.generation)
    return files_of(engine.home), *generations


@EVERY_ERROR
def test_the_engine_raises_an_error_of_a_conversion_and_rebuilds_nothing(engine: QueryEngine, error: Exception) -> None:
    workspace = workspace_of(engine)
    assert engine.search(QUESTION)
    encoder = _PlantedEncoder(error)
    workspace.retriever = Retriever(workspace.library, workspace.vectors, workspace.fulltext, encoder)
    before = _state(engine)
    for ask in (engine.search, engine.ask):
        with pytest.raises(type(error)) as raised:
            ask(QUESTION)
        assert raised.value is error
        assert not isinstance(raised.value, RagError)
    assert _state(engine) == before


@EVERY_ERROR
def test_the_engine_raises_an_error_of_a_field_s_name_and_rebuilds_nothing(
    engine: QueryEngine, error: Exception
) -> None:
    workspace = workspace_of(engine)
    assert engine.search(QUESTION)
    workspace.retriever = _PlantedRetriever(workspace, error)
    before = _state(engine)
    for ask in (engine.search, engine.ask):
        with pytest.raises(type(error)) as raised:
            ask(QUESTION)
        assert raised.value is error
    assert _state(engine) == before


@EVERY_ERROR
@pytest.mark.parametrize("engine", ["remote"], indirect=True)  # local vectors: tests/storage/test_error_translation.py
def test_an_error_of_a_callback_keeps_the_vectors_on_the_server(
    engine: QueryEngine, tmp_path: Path, error: Exception
) -> None:
    """The article is stored by then, and the index on the server follows."""
    vectors = workspace_of(engine).vectors
    before = vectors.ids()
    added = article(9)
    with pytest.raises(type(error)) as raised:
        engine.add(write_jsonl(tmp_path / "one.jsonl", [added]), progress=raising(error))
    assert raised.value is error
    assert engine.article(added.id) == added
    assert vectors.ids() > before
    assert engine.check() == []
