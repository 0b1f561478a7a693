"""A client that goes away stops the work on its question and gives its slot back, whichever way it asked."""

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from rag import open_engine
from rag.admission import LLM_CONCURRENCY
from rag.settings import load_settings
from tests.support.servers.backends import wait_until
from tests.support.servers.chat_server import SILENCE_SECONDS, ChatReply, ChatServer
from tests.support.servers.live_server import engine_server

QUESTION = "What does the pact loosen?"
ASKED = {"messages": [{"role": "user", "content": QUESTION}]}


class Client:
    """One client of the server, with a connection for each request."""

    def __init__(self, address: str, name: str) -> None:
        self._host = urlsplit(address).netloc
        self.name = name
        self._open: list[HTTPConnection] = []

    def send(self, method: str, path: str, body: Any = None) -> HTTPConnection:
        """Sends a request, and leaves its reply unread."""
        connection = HTTPConnection(self._host, timeout=60)
        self._open.append(connection)
        content = None if body is None else json.dumps(body).encode()
        connection.request(method, path, content, {"content-type": "application/json"})
        return connection

    def receive(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        with self.send(method, path, body).getresponse() as response:
            return response.status, json.loads(response.read())

    def leave(self) -> None:
        for connection in self._open:
            connection.close()


def _ask_whole(client: Client) -> None:
    client.send("POST", "/v1/chat/completions", ASKED)


def _ask_stream(client: Client) -> None:
    client.send("POST", "/v1/chat/completions", ASKED | {"stream": True})


def _ask_on_the_page(client: Client) -> None:
    _, config = client.receive("GET", "/config")
    submit = next(entry for entry in config["dependencies"] if [event for _, event in entry["targets"]] == ["submit"])
    payload = {"id": "0123456789abcdef" * 2, "question": QUESTION, "filters": {}, "before": []}
    body = {"data": [], "event_data": payload, "fn_index": submit["id"], "session_hash": client.name}
    status, reply = client.receive("POST", "/gradio_api/queue/join", body)
    assert status == 200, reply
    client.send("GET", f"/gradio_api/queue/data?session_hash={client.name}")


def _ask_by_the_published_function(client: Client) -> None:
    status, reply = client.receive("POST", "/gradio_api/call/v2/ask", {"question": QUESTION})
    assert status == 200, reply
    client.send("GET", f"/gradio_api/call/ask/{reply['event_id']}")


WAYS: dict[str, Callable[[Client], None]] = {
    "/v1, whole": _ask_whole,
    "/v1, streaming": _ask_stream,
    "the page": _ask_on_the_page,
    "the published function": _ask_by_the_published_function,
}


@pytest.fixture(scope="module")
def address(home: Path, shared_server: ChatServer) -> Iterator[str]:
    """A server in front of a model; nobody waits there: a question gets a slot or is refused."""
    given = load_settings(
        home=home, llm_model="scripted", llm_base_url=shared_server.url, repair=False, max_waiting=0, rate_limit=0
    )
    with open_engine(settings=given) as engine, engine_server(engine) as (address, _):
        yield address


@pytest.mark.parametrize("way", WAYS)
def test_clients_that_leave_give_their_slots_back(address: str, server: ChatServer, way: str) -> None:
    server.always = ChatReply("Nothing [1].", first=SILENCE_SECONDS)
    clients = [Client(address, f"{way} {number}".replace(" ", "-")) for number in range(LLM_CONCURRENCY)]
    for client in clients:
        WAYS[way](client)
    wait_until(lambda: len(server.bodies) == LLM_CONCURRENCY)
    other = Client(address, "other")
    assert other.receive("POST", "/v1/chat/completions", ASKED)[0] == 503
    server.always = "The pact loosens Beijing's hold on a dangerous neighbour [1]."

    for client in clients:
        client.leave()
    statuses: list[int] = []

    def is_answered() -> bool:
        statuses.append(other.receive("POST", "/v1/chat/completions", ASKED)[0])
        return statuses[-1] == 200

    wait_until(is_answered)
    assert set(statuses) <= {200, 503}
    # All the slots come back, and not just the one that answered. A question that comes before its slot is refused.
    server.always = ChatReply("Nothing [1].", first=SILENCE_SECONDS)
    again: list[Client] = []
    before = len(server.bodies)

    def are_all_taken() -> bool:
        if len(server.bodies) < before + LLM_CONCURRENCY:
            again.append(Client(address, f"again-{len(again)}"))
            _ask_whole(again[-1])
        return len(server.bodies) == before + LLM_CONCURRENCY

    wait_until(are_all_taken, pause=0.2)
    for client in again:
        client.leave()
    server.always = "Nothing [1]."
    wait_until(is_answered)
