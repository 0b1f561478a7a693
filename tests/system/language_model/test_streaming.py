"""The text of a model arrives as it is written, for threads and event loops too."""

import asyncio
import threading
from dataclasses import replace
from typing import Any

from rag import Answer, QueryEngine
from rag.text.citation_markers import marker_numbers
from tests.support.scripted_answers import OTHER, QUESTION, TRUE
from tests.support.servers.chat_server import ChatReply, ChatServer


def test_text_in_another_script_is_not_held_back(llm_engine: QueryEngine, server: ChatServer) -> None:
    text = "中国不喜欢这个条约，因为它削弱了北京对邻国的影响力，也加强了美国的同盟，所以中国保持沉默，等待时机" * 2
    server.always = ChatReply(f"{text} [1]。", size=4)
    pieces = [piece for piece in llm_engine.stream(QUESTION) if isinstance(piece, str)]
    assert pieces[0][:4] in text


def test_the_streamed_text_is_the_answer_s_text(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"{TRUE} [1]. Chinese leaders want the Korean peninsula quiet [2]; {TRUE.lower()} [1]."
    *pieces, answer = llm_engine.stream(QUESTION)
    assert isinstance(answer, Answer)
    assert "".join(str(piece) for piece in pieces) == answer.text
    assert len(pieces) > 10
    assert all("[" not in str(piece) or marker_numbers(str(piece)) for piece in pieces), "markers come whole"


def test_text_arrives_while_the_model_still_writes(llm_engine: QueryEngine, server: ChatServer) -> None:
    writes_on = threading.Event()
    server.always = ChatReply(f"{TRUE} [1]. {TRUE.lower()}, they say [1].", size=10, resumes=writes_on)
    stream = llm_engine.stream(QUESTION)
    first = str(next(stream))
    writes_on.set()
    assert first
    assert first in TRUE
    *_, answer = stream
    assert isinstance(answer, Answer)
    assert answer.writer == "llm:scripted"


def test_the_async_methods_give_the_same(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"{TRUE} [1]."

    async def both() -> tuple[Answer, list[Any]]:
        return await llm_engine.aask(QUESTION), [piece async for piece in llm_engine.astream(QUESTION)]

    answer, streamed = asyncio.run(both())
    assert replace(answer, timings=streamed[-1].timings) == streamed[-1]
    assert "".join(streamed[:-1]) == answer.text


def test_a_stream_that_is_given_up_leaves_nothing_behind(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = ChatReply("word " * 2_000, size=5, pause=0.01)

    async def give_up() -> None:
        async for _ in llm_engine.astream(QUESTION):
            break

    asyncio.run(asyncio.wait_for(give_up(), 60))
    server.always = f"{TRUE} [1]."
    assert llm_engine.ask(QUESTION).writer == "llm:scripted"


def test_threads_get_their_own_answers(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = lambda body: f"{TRUE} [1]." if QUESTION in str(body) else f"{OTHER} [1]."
    answers: dict[str, Answer] = {}

    def ask(question: str) -> None:
        answers[question] = llm_engine.ask(question)

    questions = (QUESTION, "What did the Swiss summit achieve?")
    threads = [threading.Thread(target=ask, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers[questions[0]].text == f"{TRUE} [1]."
    assert answers[questions[1]].text == f"{OTHER} [1]."
