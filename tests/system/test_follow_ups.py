"""One conversation is understood in the same way on the page, over HTTP and in Python."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from rag import Article, QueryEngine, open_engine
from rag.server.openai_protocol.chat_request import MODEL
from rag.ui.handlers import PageHandlers
from tests.support.library.articles import write_jsonl
from tests.support.servers.live_server import engine_server

ARTICLES = (
    ("oats", "Kitchen Table", "Oat milk is a fine drink for the kitchen, because it keeps and it cooks well."),
    ("dairy", "Half Time", "Oat milk is a fad. Butter and cream feed a team better than any drink of oats."),
    ("butter", "Kitchen Table", "Butter is overrated, because good oil costs less and does the same work."),
)
CONVERSATION = (
    ("What does Kitchen Table think of oat milk?", "What does Kitchen Table think of oat milk?"),
    ("And Half Time?", "What does Half Time think of oat milk?"),
    ("thanks", "thanks"),
    ("and butter?", "What does Half Time think of butter?"),
    ("Why is good oil cheaper than butter?", "Why is good oil cheaper than butter?"),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    folder = tmp_path_factory.mktemp("follow-ups")
    articles = [
        Article(name, f"On {name}", text, author, source="The Daily Loaf", topics=()) for name, author, text in ARTICLES
    ]
    with open_engine(folder / "home", empty=True) as opened:
        opened.add(write_jsonl(folder / "articles.jsonl", articles))
        yield opened


def in_python(engine: QueryEngine) -> list[str]:
    chat = engine.chat()
    return [chat.ask(question).standalone_question for question, _ in CONVERSATION]


def on_the_page(engine: QueryEngine) -> list[str]:
    handlers, before = PageHandlers(engine), []
    for question, _ in CONVERSATION:
        *_, last = handlers.ask({"id": "0" * 32, "question": question, "before": before})
        before = [*before, [last["record"]["standalone_question"], last["record"]["text"]]]
    return [standalone for standalone, _ in before]


def over_http(engine: QueryEngine) -> list[str]:
    messages: Any = []
    understood = []
    with engine_server(engine) as (address, _):
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="any")
        for question, _ in CONVERSATION:
            messages.append({"role": "user", "content": question})
            message = client.chat.completions.create(model=MODEL, messages=messages).choices[0].message
            messages.append({"role": "assistant", "content": message.content})
            understood.append((message.model_extra or {})["answer"]["standalone_question"])
    return understood


@pytest.mark.parametrize("face", [in_python, on_the_page, over_http])
def test_a_conversation_is_understood_in_the_same_way(engine: QueryEngine, face: Any) -> None:
    assert face(engine) == [expected for _, expected in CONVERSATION]


def test_filters_are_carried_over_to_a_follow_up_and_over_thanks(engine: QueryEngine) -> None:
    chat = engine.chat()
    chat.ask("Is oat milk a good drink?", author="Half Time")
    chat.ask("thanks")
    followed = chat.ask("and butter?")
    assert "within the same articles as the question before" in (followed.notice or "")
    assert {citation.article.author for citation in followed.citations} == {"Half Time"}
    complete = chat.ask("Why is good oil cheaper than butter?")
    assert "within the same articles" not in (complete.notice or "")
