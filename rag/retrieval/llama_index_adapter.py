"""LlamaIndex adapter for the retriever.

The retriever becomes a `BaseRetriever`, passages become `NodeWithScore`, an answer becomes a `Response`.
"""

from collections.abc import Callable
from dataclasses import replace

from llama_index.core import Response
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval
from rag.types.answer import Answer, RankedPassage


class HybridRetriever(BaseRetriever):
    """The hybrid retriever as a LlamaIndex retriever.

    Returns the `k` best passages within `filters` as nodes with character offsets, article metadata and scores.
    `retrieve(question, k, filters)` does the search and raises what the library's retrieval raises.
    """

    def __init__(self, retrieve: Callable[[str, int, Filters], Retrieval], k: int, filters: Filters) -> None:
        super().__init__()
        self._search = retrieve
        self._k = k
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        retrieval = self._search(query_bundle.query_str, self._k, self._filters)
        return [to_node_with_score(passage) for passage in retrieval.passages]


def to_node_with_score(passage: RankedPassage) -> NodeWithScore:
    """The passage as a LlamaIndex node with its score.

    The node has the passage's text, its offsets in the article and the article's metadata.
    """
    article = passage.article
    metadata = {
        "article_id": article.id, "title": article.title, "author": article.author, "source": article.source,
        "published": article.published.isoformat() if article.published else None, "url": article.url,
    }  # fmt: skip
    node = TextNode(
        id_=passage.id, text=passage.text, metadata=metadata, start_char_idx=passage.start, end_char_idx=passage.end
    )
    return NodeWithScore(node=node, score=passage.score)


def to_response(answer: Answer) -> Response:
    """The answer as a LlamaIndex response.

    The cited passages are its nodes, the answer's JSON is its metadata.
    """
    nodes = [to_node_with_score(replace(citation.passage, score=citation.score)) for citation in answer.citations]
    return Response(str(answer), source_nodes=nodes, metadata=answer.to_dict())
