"""Two `rag serve` over the same servers find each other's changes.

The servers are one PostgreSQL and one Chroma. One process tells the other nothing: each reads the library.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.engine import QueryEngine, open_engine, workspace_of
from rag.errors import ServerUnavailable
from rag.settings import load_settings
from tests.support.library.articles import article, write_jsonl
from tests.support.servers.backends import Chroma, Postgres, chroma, postgres, wait_until
from tests.support.servers.live_server import start_server, stop_server

pytestmark = pytest.mark.postgres
# By then a change is visible in the other process; on an idle machine it is within two seconds.


@dataclass
class Replicas:
    """Both servers, the addresses of two replicas, and an engine that writes.

    The engine shares the folder of the first replica.
    """

    folder: Path
    database: Postgres
    vectors: Chroma
    addresses: list[str]
    writer: QueryEngine


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    folder = tmp_path_factory.mktemp("replicas")
    with postgres() as database, chroma() as vectors:
        environment = {"RAG_LIBRARY_URL": database.url, "RAG_CHROMA_URL": vectors.url, "RAG_RATE_LIMIT": "0"}
        settings = load_settings(home=folder / "one", library_url=database.url, chroma_url=vectors.url)
        with open_engine(settings=settings, empty=True) as writer:
            writer.add(write_jsonl(folder / "first.jsonl", [article(number) for number in range(5)]))
            with ThreadPoolExecutor() as pool:
                running = list(pool.map(lambda name: start_server(folder / name, **environment), ("one", "two")))
            try:
                yield Replicas(folder, database, vectors, [address for _, address in running], writer)
            finally:
                for process, _ in running:
                    stop_server(process)


def _ask(address: str, question: str) -> tuple[int, dict[str, Any]]:
    """The status and the document of an answer over HTTP."""
    body = json.dumps({"messages": [{"role": "user", "content": question}]}).encode()
    request = urllib.request.Request(f"{address}/v1/chat/completions", body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def _question_about(number: int) -> str:
    return f"What did Observer {number} note about lot {number * 100 + 1}?"


def _is_quoted(address: str, number: int) -> bool:
    """Whether the answer quotes the article of that number."""
    status, document = _ask(address, _question_about(number))
    assert status == 200, document
    citations = document["choices"][0]["message"]["citations"]
    return any(f"Observer {number}" in citation["quote"] for citation in citations)


def test_an_added_article_is_soon_quoted_everywhere_and_a_removed_one_no_longer(
    replicas: Replicas, tmp_path: Path
) -> None:
    for number in (21, 22, 23):
        assert not any(_is_quoted(address, number) for address in replicas.addresses)
        replicas.writer.add(write_jsonl(tmp_path / f"{number}.jsonl", [article(number)]))
        for address in reversed(replicas.addresses):
            wait_until(lambda at=address, n=number: _is_quoted(at, n))
        replicas.writer.remove(f"article-{number}")
        for address in reversed(replicas.addresses):
            wait_until(lambda at=address, n=number: not _is_quoted(at, n))


def test_a_replica_refreshes_without_being_asked_a_question(replicas: Replicas, tmp_path: Path) -> None:
    replicas.writer.add(write_jsonl(tmp_path / "31.jsonl", [article(31)]))
    generation = workspace_of(replicas.writer).library.generation()
    (manifest,) = replicas.folder.glob("two/library-*/fulltext.json")
    wait_until(lambda: json.loads(manifest.read_text())["generation"] == generation)


@pytest.mark.parametrize("name", ["database", "vectors"])
def test_a_server_that_stops_is_reported_with_503_until_it_is_back(
    replicas: Replicas, name: str, tmp_path: Path
) -> None:
    server: Any = getattr(replicas, name)
    assert _is_quoted(replicas.addresses[1], 3)
    server.stop()
    try:
        for address in replicas.addresses:
            status, document = _ask(address, _question_about(3))
            assert status == 503
            assert "cannot be reached" in document["error"]["message"]
            assert "hidden-word" not in json.dumps(document)
            with pytest.raises(urllib.error.HTTPError, match="503"):
                urllib.request.urlopen(f"{address}/health", timeout=60)
    finally:
        server.start()
    for address in replicas.addresses:
        wait_until(lambda at=address: _ask(at, _question_about(3))[0] == 200)
        assert _is_quoted(address, 3)
    number = 41 if name == "database" else 42
    replicas.writer.add(write_jsonl(tmp_path / "more.jsonl", [article(number)]))
    wait_until(lambda: _is_quoted(replicas.addresses[1], number))


def test_articles_added_while_the_vectors_server_was_away_are_indexed_later(replicas: Replicas, tmp_path: Path) -> None:
    replicas.vectors.stop()
    try:
        with pytest.raises(ServerUnavailable, match="cannot be reached"):
            replicas.writer.add(write_jsonl(tmp_path / "more.jsonl", [article(51)]))
    finally:
        replicas.vectors.start()
    passage_ids = workspace_of(replicas.writer).library.passage_ids()
    # The replicas check the server every five seconds; no question and no write comes meanwhile.
    wait_until(lambda: workspace_of(replicas.writer).vectors.ids() == passage_ids)
