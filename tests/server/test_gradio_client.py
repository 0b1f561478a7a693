"""gradio_client against `rag serve`: the published functions, streaming, with and without the key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from rag import open_engine
from rag.settings import load_settings
from tests.support.library.articles import article, write_jsonl
from tests.support.servers.chat_server import ChatReply, ChatServer
from tests.support.servers.live_server import engine_server, running_server

KEY = "a key of this server"
QUESTION = "When did observer 2 note the sale of lot 201?"


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a key, as a process of its own."""
    folder: Path = tmp_path_factory.mktemp("gradio")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(5)]))
    with running_server(folder / "home", RAG_API_KEY=KEY) as address:
        yield address


@pytest.fixture(scope="module")
def writing(home: Path, shared_server: ChatServer) -> Iterator[str]:
    """A server without a key, in front of a language model."""
    given = load_settings(home=home, llm_model="scripted", llm_base_url=shared_server.url, repair=False)
    with open_engine(settings=given) as engine, engine_server(engine) as (address, _):
        yield address


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_the_key_is_accepted_as_a_bearer_token_and_as_a_password(keyed: str) -> None:
    ways: list[dict[str, Any]] = [{"headers": _bearer(KEY)}, {"auth": ("anyone", KEY)}]
    for given in ways:
        client = Client(keyed, verbose=False, **given)
        answer = client.predict(QUESTION, api_name="/ask")
        assert answer["citations"][0]["article_id"] == "article-2"
        assert len(client.predict("lot 201", k=2, api_name="/search")) == 2


@pytest.mark.parametrize("given", [{}, _bearer("x"), _bearer(KEY[:-1]), {"Authorization": f"Basic {KEY}"}])
def test_nothing_is_answered_past_the_key(keyed: str, given: dict[str, str]) -> None:
    for path in ("/config", "/gradio_api/info", "/gradio_api/queue/data?session_hash=x"):
        assert httpx.get(keyed + path, headers=given, timeout=60).status_code == 401, path
    asked = httpx.post(f"{keyed}/gradio_api/call/v2/ask", json={"question": QUESTION}, headers=given, timeout=60)
    assert asked.status_code == 401
    with pytest.raises(Exception):  # noqa: B017, PT011 - the client's exceptions differ by header
        Client(keyed, headers=given, verbose=False).predict(QUESTION, api_name="/ask")


def test_a_logout_with_the_key_ends_nobody_else_s_login_nor_the_key_s(keyed: str) -> None:
    def status() -> int:
        return httpx.get(f"{keyed}/config", headers=_bearer(KEY), timeout=60).status_code

    assert status() == 200
    left = httpx.get(f"{keyed}/logout", headers=_bearer(KEY), timeout=60)
    assert left.status_code < 500
    assert status() == 200


def test_an_answer_is_streamed_and_the_last_result_is_the_whole(writing: str, server: ChatServer) -> None:
    server.always = ChatReply("The pact loosens Beijing's hold on a dangerous neighbour [1].", size=4, pause=0.15)
    job = Client(writing, verbose=False).submit("What does the pact loosen?", api_name="/ask")
    *growing, answer = list(job)
    assert growing[0]["step"].startswith("searching ")
    texts = [result["answer"] for result in growing]
    assert texts == sorted(texts, key=len)
    assert len({text for text in texts if text}) >= 3
    assert answer["statements"]
    assert answer["writer"] == "llm:scripted"
    assert "step" not in answer


def test_an_error_is_one_line(writing: str) -> None:
    client = Client(writing, verbose=False)
    with pytest.raises(AppError, match=r"at most 4,000$"):
        client.predict("x" * 5000, api_name="/ask")
    with pytest.raises(AppError, match="is not a date"):
        client.predict(QUESTION, since="never", api_name="/ask")
