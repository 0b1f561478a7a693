"""The LlamaIndex adapter: nodes carry the passage's offsets, metadata and score."""

from dataclasses import replace
from datetime import date

from llama_index.core.retrievers import BaseRetriever

from rag.index.base import Scope
from rag.llama_index.nodes import to_node_with_score
from rag.llama_index.retriever import HybridRetriever
from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage

ARTICLE = ArticleRef("gas", "Gas", "Anne Kim", "The Test Review", date(2024, 3, 5), "https://example.org/gas")
PASSAGE = RankedPassage("gas-1", ARTICLE, 10, 27, "The gas ran short", 0.75, 0.5, 4.25)


def test_a_node_has_the_passages_text_offsets_and_score() -> None:
    node_with_score = to_node_with_score(PASSAGE)
    node = node_with_score.node
    assert node_with_score.score == 0.75
    assert (node.node_id, node.get_content()) == ("gas-1", "The gas ran short")
    assert (node.start_char_idx, node.end_char_idx) == (10, 27)


def test_a_nodes_metadata_names_its_article() -> None:
    assert to_node_with_score(PASSAGE).node.metadata == {
        "article_id": "gas", "title": "Gas", "author": "Anne Kim", "source": "The Test Review",
        "published": "2024-03-05", "url": "https://example.org/gas",
    }  # fmt: skip


def test_metadata_that_an_article_lacks_is_none() -> None:
    anonymous = replace(ARTICLE, author=None, source=None, published=None, url=None)
    metadata = to_node_with_score(replace(PASSAGE, article=anonymous)).node.metadata
    assert [metadata[name] for name in ("author", "source", "published", "url")] == [None] * 4


def test_the_retriever_searches_with_its_k_and_filters() -> None:
    searches = []

    def retrieve(question: str, k: int, filters: Filters) -> Retrieval:
        searches.append((question, k, filters))
        return Retrieval(question, filters, Scope(), {}, (), (PASSAGE, replace(PASSAGE, id="gas-2")), ((), ()))

    filters = Filters.parse(author="Kim")
    retriever = HybridRetriever(retrieve, 2, filters)
    assert isinstance(retriever, BaseRetriever)
    assert [node.node.node_id for node in retriever.retrieve("Why did the gas run short?")] == ["gas-1", "gas-2"]
    assert searches == [("Why did the gas run short?", 2, filters)]


def test_a_node_refers_to_its_article_as_its_document() -> None:
    node = to_node_with_score(PASSAGE).node
    assert node.ref_doc_id == "gas"
    assert node.source_node is not None
    assert node.source_node.metadata["title"] == "Gas"
