"""The engine and its retriever inside LlamaIndex's own query engines, agents and evaluators."""

import asyncio
import json

from llama_index.core.agent.workflow import ReActAgent
from llama_index.core.evaluation import RetrieverEvaluator
from llama_index.core.indices.query.query_transform.base import HyDEQueryTransform
from llama_index.core.query_engine import (
    RetrieverQueryEngine,
    RouterQueryEngine,
    SubQuestionQueryEngine,
    TransformQueryEngine,
)
from llama_index.core.question_gen import LLMQuestionGenerator
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool

from rag import QueryEngine
from rag.generation.openai_chat import OpenAIChat
from tests.llama_index.conftest import QUESTION
from tests.support.servers.chat_server import ChatServer


def tool_of(engine: QueryEngine, name: str = "commentary") -> QueryEngineTool:
    return QueryEngineTool.from_defaults(engine, name=name, description="Articles of commentary on foreign affairs.")


def test_a_router_sends_it_the_question(engine: QueryEngine, llm: OpenAIChat, server: ChatServer) -> None:
    server.script = [json.dumps([{"choice": 1, "reason": "It is about foreign affairs."}])]
    router = RouterQueryEngine(
        selector=LLMSingleSelector.from_defaults(llm=llm), query_engine_tools=[tool_of(engine)], llm=llm
    )
    response = router.query(QUESTION)
    assert str(response) == str(engine.query(QUESTION))
    assert response.source_nodes[0].node.ref_doc_id == engine.ask(QUESTION).citations[0].article.id
    assert "Articles of commentary" in server.prompts[0]


def test_sub_questions_are_asked_of_it(engine: QueryEngine, llm: OpenAIChat, server: ChatServer) -> None:
    questions = [QUESTION, "What did the Swiss peace summit achieve?"]
    items = [{"sub_question": question, "tool_name": "commentary"} for question in questions]
    server.script = [json.dumps({"items": items}), "Because it loosens its hold."]
    sub_questions = SubQuestionQueryEngine.from_defaults(
        query_engine_tools=[tool_of(engine)],
        llm=llm,
        question_gen=LLMQuestionGenerator.from_defaults(llm=llm),
        response_synthesizer=get_response_synthesizer(llm=llm),
        verbose=False,
    )
    response = sub_questions.query("What do the articles say of the pact and of the summit?")
    assert str(response) == "Because it loosens its hold."
    for question in questions:
        assert f"Sub question: {question}" in server.prompts[-1]
        cited = {citation.article.id for citation in engine.ask(question).citations}
        assert cited <= {node.node.ref_doc_id for node in response.source_nodes}


def test_an_agent_calls_it_as_a_tool(engine: QueryEngine, llm: OpenAIChat, server: ChatServer) -> None:
    server.script = [
        f"Thought: I need the tool.\nAction: commentary\nAction Input: {json.dumps({'input': QUESTION})}",
        "Thought: I can answer.\nAnswer: China dislikes it, says The Asia Desk.",
    ]

    async def run() -> str:
        agent = ReActAgent(tools=[tool_of(engine)], llm=llm, streaming=False)
        return str(await agent.run("What does China make of the pact?"))

    assert asyncio.run(run()) == "China dislikes it, says The Asia Desk."
    observed = server.bodies[-1]["messages"][-1]["content"]
    assert engine.ask(QUESTION).citations[0].quote in observed


def test_a_query_transform_retrieves_and_synthesizes_with_it(
    engine: QueryEngine, llm: OpenAIChat, server: ChatServer
) -> None:
    server.always = "A passage about the pact that Beijing dislikes."
    transformed = TransformQueryEngine(engine, HyDEQueryTransform(llm=llm, include_original=True))
    assert str(transformed.query(QUESTION)) == str(engine.query(QUESTION))


def test_its_retriever_serves_a_query_engine_of_llama_index(
    engine: QueryEngine, llm: OpenAIChat, server: ChatServer
) -> None:
    server.always = "Because it loosens its hold."
    query_engine = RetrieverQueryEngine.from_args(engine.as_retriever(similarity_top_k=2), llm=llm)
    response = query_engine.query(QUESTION)
    assert str(response) == "Because it loosens its hold."
    assert len(response.source_nodes) == 2
    assert all(node.node.get_content() in server.prompts[0] for node in response.source_nodes)


def test_its_retriever_is_evaluated(engine: QueryEngine) -> None:
    first, second = (passage.id for passage in engine.search(QUESTION, k=2))
    evaluator = RetrieverEvaluator.from_metric_names(
        ["hit_rate", "mrr", "precision", "recall"], retriever=engine.as_retriever(similarity_top_k=2)
    )
    assert evaluator.evaluate(QUESTION, expected_ids=[first, second]).metric_vals_dict == {
        "hit_rate": 1.0, "mrr": 1.0, "precision": 1.0, "recall": 1.0,
    }  # fmt: skip
    assert asyncio.run(evaluator.aevaluate(QUESTION, expected_ids=[second])).metric_vals_dict["mrr"] == 0.5
