"""Passages as LlamaIndex nodes, an answer as its Response."""

from collections.abc import Sequence
from dataclasses import replace

from llama_index.core import Response
from llama_index.core.schema import NodeRelationship, NodeWithScore, ObjectType, RelatedNodeInfo, TextNode

from rag.types.answer import Answer
from rag.types.passage import RankedPassage


def to_node_with_score(passage: RankedPassage) -> NodeWithScore:
    """The passage as a LlamaIndex node with its score.

    The node has the passage's text, its offsets in the article and the article's metadata. Its `ref_doc_id` is the id
    of the article.
    """
    article = passage.article
    metadata = {
        "article_id": article.id, "title": article.title, "author": article.author, "source": article.source,
        "published": article.published.isoformat() if article.published else None, "url": article.url,
    }  # fmt: skip
    document = RelatedNodeInfo(node_id=article.id, node_type=ObjectType.DOCUMENT, metadata=metadata)
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        metadata=metadata,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        relationships={NodeRelationship.SOURCE: document},
    )
    return NodeWithScore(node=node, score=passage.score)


def to_response(answer: Answer, further_nodes: Sequence[NodeWithScore] = ()) -> Response:
    """The answer as a LlamaIndex response.

    The cited passages and `further_nodes` are its nodes, the answer's JSON is its metadata.
    """
    nodes = [to_node_with_score(replace(citation.passage, score=citation.score)) for citation in answer.citations]
    return Response(str(answer), source_nodes=[*nodes, *further_nodes], metadata=answer.to_dict())
