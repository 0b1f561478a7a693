"""MCP at /mcp of `rag serve`: the official client with and without a key, and what is refused before it."""

import asyncio
import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from mcp import Client

from rag import open_engine
from rag.admission import LLM_CONCURRENCY
from rag.server.middleware import MAX_REQUEST_BYTES
from rag.settings import load_settings
from tests.support.library.articles import article, write_jsonl
from tests.support.mcp_clients import MODES, error_line, http_transport, with_client
from tests.support.servers.backends import wait_until
from tests.support.servers.chat_server import SILENCE_SECONDS, ChatReply, ChatServer
from tests.support.servers.live_server import engine_server, running_server

KEY = "a key of this server"
QUESTION = "When did observer 2 note the sale of lot 201?"
INITIALIZE = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"},
    },
}  # fmt: skip
ACCEPT = {"accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(5)]))
    return folder / "home"


@pytest.fixture(scope="module")
def address(library: Path) -> Iterator[str]:
    with running_server(library) as address:
        yield address


@pytest.fixture(scope="module")
def keyed(library: Path) -> Iterator[str]:
    with running_server(library, RAG_API_KEY=KEY) as address:
        yield address


async def _ask(client: Client) -> dict[str, Any]:
    assert "ask" in [tool.name for tool in (await client.list_tools()).tools]
    result = await client.call_tool("ask", {"question": QUESTION})
    return result.structured_content  # type: ignore[no-any-return]


@pytest.mark.parametrize("mode", MODES)
def test_the_official_client_asks(address: str, mode: str) -> None:
    answer = with_client(http_transport(address), _ask, mode)
    assert answer["citations"][0]["article_id"] == "article-2"


@pytest.mark.parametrize("mode", MODES)
def test_it_asks_with_the_key_and_not_without_it(keyed: str, mode: str) -> None:
    answer = with_client(http_transport(keyed, KEY), _ask, mode)
    assert answer["citations"][0]["article_id"] == "article-2"
    for key in (None, KEY[:-1], KEY + "x", KEY.upper()):
        with pytest.raises(Exception):  # noqa: B017, PT011 - the client's exceptions differ by mode
            with_client(http_transport(keyed, key), _ask, mode)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS", "PUT", "HEAD"])
def test_nothing_answers_past_the_key(keyed: str, method: str) -> None:
    for headers in (
        {},
        {"authorization": "Bearer x"},
        {"cookie": f"key={KEY}"},
        {"mcp-protocol-version": "2026-07-28"},
    ):
        response = httpx.request(method, f"{keyed}/mcp", json=INITIALIZE, headers=ACCEPT | headers, timeout=60)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert "mcp-session-id" not in response.headers
        assert method == "HEAD" or response.json()["error"]["message"] == "send the key as: Authorization: Bearer KEY"


@pytest.mark.parametrize("path", ["/mcp/", "//mcp", "/MCP", "/mcp/x", "/mcp%2f", "/mcp;x", "/v1/../mcp/"])
def test_no_other_spelling_reaches_it(keyed: str, path: str) -> None:
    response = httpx.post(keyed + path, json=INITIALIZE, headers=ACCEPT, timeout=60)
    assert response.status_code in (401, 404)
    assert "mcp-session-id" not in response.headers


def test_pages_of_other_sites_and_other_hosts_are_refused(address: str) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"host": "evil.example"}):
        response = httpx.post(f"{address}/mcp", json=INITIALIZE, headers=ACCEPT | headers, timeout=60)
        assert response.status_code == 403, headers
    assert httpx.post(f"{address}/mcp", json=INITIALIZE, headers=ACCEPT, timeout=60).status_code == 200


def _chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 1000):
        yield b"x" * 1000


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
def test_a_request_that_is_too_large_is_refused(address: str, version: str) -> None:
    headers = ACCEPT | {"mcp-protocol-version": version, "content-type": "application/json"}
    for content in (b"x" * (MAX_REQUEST_BYTES + 1), _chunks(MAX_REQUEST_BYTES + 1000)):
        assert httpx.post(f"{address}/mcp", content=content, headers=headers, timeout=60).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"jsonrpc":"2.0"}', b"[" * 100_000, b"\xff\xfe"])
@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28", "1999-01-01"])
def test_what_is_no_message_is_an_error_of_the_client_s(address: str, version: str, body: bytes) -> None:
    headers = ACCEPT | {"mcp-protocol-version": version, "content-type": "application/json"}
    response = httpx.post(f"{address}/mcp", content=body, headers=headers, timeout=60)
    assert 400 <= response.status_code < 500
    assert "Traceback" not in response.text


def test_a_session_is_known_to_its_id_alone(address: str) -> None:
    session = httpx.post(f"{address}/mcp", json=INITIALIZE, headers=ACCEPT, timeout=60).headers["mcp-session-id"]
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    other = session[:-1] + ("1" if session.endswith("0") else "0")
    for given, statuses in ((session, (200,)), (other, (404,)), ("", (400, 404))):
        headers = ACCEPT | {"mcp-session-id": given, "mcp-protocol-version": "2025-06-18"}
        response = httpx.post(f"{address}/mcp", json=listing, headers=headers, timeout=60)
        assert response.status_code in statuses, given
    headers = ACCEPT | {"mcp-session-id": session}
    assert httpx.delete(f"{address}/mcp", headers=headers, timeout=60).status_code == 200
    assert httpx.post(f"{address}/mcp", json=listing, headers=headers, timeout=60).status_code == 404


@pytest.fixture(scope="module")
def slow(home: Path, shared_server: ChatServer) -> Iterator[str]:
    """The address of a server in front of a language model; nobody waits there: a call gets a slot or is refused."""
    given = load_settings(
        home=home, llm_model="scripted", llm_base_url=shared_server.url, repair=False, max_waiting=0, rate_limit=0
    )
    with open_engine(settings=given) as engine, engine_server(engine) as (address, _):
        yield address


PACT = {"question": "What does the pact loosen?"}
ANSWER = "The pact loosens Beijing's hold on a dangerous neighbour [1]."


@pytest.mark.parametrize("mode", MODES)
def test_a_call_reports_its_progress(slow: str, server: ChatServer, mode: str) -> None:
    server.always = ChatReply(ANSWER, size=4, pause=0.15)
    reports: list[tuple[float, str | None]] = []

    async def report(progress: float, total: float | None, message: str | None) -> None:
        reports.append((progress, message))

    async def ask(client: Client) -> Any:
        return await client.call_tool("ask", PACT, progress_callback=report)

    result = with_client(http_transport(slow), ask, mode)
    assert not result.is_error
    steps = [message for _, message in reports]
    assert steps[0] is not None
    assert steps[0].startswith("searching ")
    assert steps.count("writing") >= 2, "a long answer says now and then that it is being written"
    numbers = [progress for progress, _ in reports]
    assert numbers == sorted(set(numbers))


async def _take_every_slot(client: Client, server: ChatServer) -> "list[asyncio.Task[Any]]":
    """Calls that wait for a silent model, one for each slot; a call is repeated while its slot is not free yet."""
    server.always = ChatReply("Nothing [1].", first=SILENCE_SECONDS)
    expected = len(server.bodies) + LLM_CONCURRENCY

    async def call() -> None:
        while "ask again in" in error_line(await client.call_tool("ask", PACT)):
            await asyncio.sleep(0.2)

    calls = [asyncio.create_task(call()) for _ in range(LLM_CONCURRENCY)]
    async with asyncio.timeout(120):
        while len(server.bodies) < expected:
            await asyncio.sleep(0.05)
    return calls


async def _cancel(calls: "list[asyncio.Task[Any]]") -> None:
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.parametrize("mode", MODES)
def test_a_cancelled_call_stops_its_work_and_gives_its_slot_back(slow: str, server: ChatServer, mode: str) -> None:
    async def act(client: Client) -> None:
        calls = await _take_every_slot(client, server)
        assert "ask again in" in error_line(await client.call_tool("ask", PACT))
        await _cancel(calls)
        await _cancel(await _take_every_slot(client, server))

    with_client(http_transport(slow), act, mode)


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
def test_a_client_that_closes_its_connections_stops_its_work(slow: str, server: ChatServer, version: str) -> None:
    async def take_and_free(client: Client) -> None:
        await _cancel(await _take_every_slot(client, server))

    with_client(http_transport(slow), take_and_free)  # so that no call of another test is left
    server.always = ChatReply("Nothing [1].", first=SILENCE_SECONDS)
    headers = ACCEPT | {"mcp-protocol-version": version, "mcp-method": "tools/call", "mcp-name": "ask"}
    meta: dict[str, Any] = {}
    before = len(server.bodies)
    if version.startswith("2025"):
        reply = httpx.post(f"{slow}/mcp", json=INITIALIZE, headers=ACCEPT, timeout=60)
        headers["mcp-session-id"] = reply.headers["mcp-session-id"]
        initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        httpx.post(f"{slow}/mcp", json=initialized, headers=headers, timeout=60)
    else:
        meta = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "a test", "version": "1"},
        }
    connections = [HTTPConnection(urlsplit(slow).netloc, timeout=60) for _ in range(LLM_CONCURRENCY)]
    for number, connection in enumerate(connections):
        params = {"name": "ask", "arguments": PACT, "_meta": meta}
        call = {"jsonrpc": "2.0", "id": number + 2, "method": "tools/call", "params": params}
        connection.request("POST", "/mcp", json.dumps(call), headers | {"content-type": "application/json"})
    wait_until(lambda: len(server.bodies) == before + LLM_CONCURRENCY)
    for connection in connections:
        connection.close()
    with_client(http_transport(slow), take_and_free)
