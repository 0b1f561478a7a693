"""A library whose retrievals are reported to LlamaIndex."""

from collections.abc import Callable
from typing import TypeVar

from rag.answering.selector import SearchableLibrary
from rag.embedding.base import Encoder
from rag.embedding.query_vectors import QueryVectors
from rag.index.fulltext import FullTextIndex
from rag.llama_index.instrumentation import Instrumentation
from rag.retrieval.catalogue_search import CatalogueSearch
from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval
from rag.storage.library import Library

T = TypeVar("T")


class InstrumentedLibrary:
    """A library for the answering of questions, with its retrievals reported.

    Thread-safe.
    """

    def __init__(self, library: SearchableLibrary, instrumentation: Instrumentation) -> None:
        self._opened = library
        self._instrumentation = instrumentation

    def retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        """As the library's.

        It is not reported if it ranks passages that have been retrieved before.
        """
        if filters.passages is not None:
            return self._opened.retrieve(question, k, filters)
        return self._instrumentation.retrieve(question, lambda: self._opened.retrieve(question, k, filters))

    @property
    def library(self) -> Library:
        return self._opened.library

    @property
    def catalogue(self) -> CatalogueSearch:
        return self._opened.catalogue

    @property
    def fulltext(self) -> FullTextIndex:
        return self._opened.fulltext

    @property
    def query_vectors(self) -> QueryVectors:
        return self._opened.query_vectors

    @property
    def encoder(self) -> Encoder:
        return self._opened.encoder

    def passage_count(self) -> int:
        """The number of passages that are searched."""
        return self._opened.passage_count()

    def search_safely(self, search: Callable[[], T]) -> T:
        """As the library's."""
        return self._opened.search_safely(search)
