"""The engine as a LlamaIndex query engine: retrieve, synthesize, and what a closed engine says."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from llama_index.core import Response
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag import LibraryError, QueryEngine, RagError, open_engine
from tests.llama_index.conftest import QUESTION

BUNDLE = QueryBundle(QUESTION)


def test_retrieve_gives_nodes_of_articles(engine: QueryEngine) -> None:
    nodes = engine.retrieve(BUNDLE)
    assert len(nodes) == 10
    for node in nodes:
        article = engine.article(node.node.ref_doc_id or "")
        assert article is not None
        assert article.text[node.node.start_char_idx : node.node.end_char_idx] == node.node.get_content()
    assert asyncio.run(engine.aretrieve(BUNDLE)) == nodes


def test_a_retriever_takes_llama_index_s_name_of_k(engine: QueryEngine) -> None:
    three = engine.as_retriever(similarity_top_k=3)
    assert len(three.retrieve(QUESTION)) == 3
    assert three.retrieve(QUESTION) == engine.as_retriever(k=3).retrieve(QUESTION)
    with pytest.raises(RagError, match="k is 0"):
        engine.as_retriever(similarity_top_k=0).retrieve(QUESTION)


def test_asearch_gives_what_search_gives(engine: QueryEngine) -> None:
    assert asyncio.run(engine.asearch(QUESTION, k=4, author="Hard Power")) == engine.search(
        QUESTION, k=4, author="Hard Power"
    )


@pytest.mark.parametrize("is_async", [False, True])
def test_an_answer_is_synthesized_from_the_given_nodes_alone(engine: QueryEngine, is_async: bool) -> None:
    cited = engine.query(QUESTION).source_nodes[0].node.node_id
    nodes = [node for node in engine.retrieve(BUNDLE) if node.node.node_id != cited]
    others = {node.node.node_id for node in nodes}

    def synthesize(given: list[NodeWithScore], further: Any = None) -> Any:
        if is_async:
            return asyncio.run(engine.asynthesize(BUNDLE, given, further))
        return engine.synthesize(BUNDLE, given, further)

    without = synthesize(nodes)
    assert isinstance(without, Response)
    assert {node.node.node_id for node in without.source_nodes} <= others
    with_it = synthesize(engine.retrieve(BUNDLE))
    assert with_it.source_nodes[0].node.node_id == cited
    further = NodeWithScore(node=TextNode(text="A note."), score=0.5)
    assert synthesize(engine.retrieve(BUNDLE), [further]).source_nodes == [*with_it.source_nodes, further]


def test_no_node_is_a_reason_to_abstain(engine: QueryEngine) -> None:
    response = engine.synthesize(BUNDLE, [])
    assert (response.metadata or {})["abstained"]
    assert (response.metadata or {})["reason"] == "no passage was given"


def test_a_node_of_elsewhere_is_refused(engine: QueryEngine) -> None:
    node = NodeWithScore(node=TextNode(id_="of-elsewhere", text="China dislikes the pact."))
    with pytest.raises(RagError, match="node 'of-elsewhere' is no passage of this library"):
        engine.synthesize(BUNDLE, [node])


def test_a_closed_engine_says_so(home: Path) -> None:
    with open_engine(home) as engine:
        retriever, chat, events = engine.as_retriever(), engine.chat(), engine.stream(QUESTION)
    engine.close()
    calls: list[Any] = [
        lambda: engine.ask(QUESTION),
        lambda: asyncio.run(engine.aask(QUESTION)),
        lambda: list(events),
        lambda: engine.query(QUESTION),
        lambda: engine.search(QUESTION),
        lambda: asyncio.run(engine.asearch(QUESTION)),
        lambda: engine.retrieve(BUNDLE),
        lambda: engine.synthesize(BUNDLE, []),
        lambda: retriever.retrieve(QUESTION),
        lambda: chat.ask(QUESTION),
        lambda: engine.check_draft("China dislikes the pact."),
        lambda: engine.answerability(QUESTION),
        lambda: engine.add("article.md"),
        lambda: engine.remove("article"),
        lambda: engine.articles(),
        lambda: engine.article("article"),
        lambda: engine.counts(),
        lambda: engine.check(),
        lambda: engine.rebuild(),
    ]
    for call in calls:
        with pytest.raises(LibraryError, match=r"^the engine is closed; open the library again with open_engine\(\)$"):
            call()
