"""Two `rag serve` over one PostgreSQL and one Chroma server: one tells the other nothing, and both know everything."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.engine import QueryEngine, open_engine
from rag.settings import load_settings
from tests.corpora import article, write_jsonl
from tests.served import started, stopped
from tests.servers import Chroma, Postgres, chroma, postgres, until

WITHIN = 2.0


@dataclass
class Farm:
    """Both servers, the addresses of the replicas, and an engine over the folder of the first, which writes."""

    folder: Path
    database: Postgres
    vectors: Chroma
    addresses: list[str]
    writer: QueryEngine


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    folder = tmp_path_factory.mktemp("farm")
    with postgres() as database, chroma() as vectors:
        where = {"RAG_LIBRARY_URL": database.url, "RAG_CHROMA_URL": vectors.url, "RAG_RATE_LIMIT": "0"}
        settings = load_settings(home=folder / "one", library_url=database.url, chroma_url=vectors.url)
        with open_engine(settings=settings, empty=True) as writer:
            writer.add(write_jsonl(folder / "first.jsonl", [article(number) for number in range(5)]))
            with ThreadPoolExecutor() as both:
                served = list(both.map(lambda name: started(folder / name, **where), ("one", "two")))
            try:
                yield Farm(folder, database, vectors, [address for _, address in served], writer)
            finally:
                for process, _ in served:
                    stopped(process)


def _asked(address: str, question: str) -> tuple[int, dict[str, Any]]:
    """The status and the document of an answer over HTTP."""
    body = json.dumps({"messages": [{"role": "user", "content": question}]}).encode()
    call = urllib.request.Request(f"{address}/v1/chat/completions", body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(call, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def _quotes(address: str, question: str) -> str:
    status, document = _asked(address, question)
    assert status == 200, document
    return " ".join(one["quote"] for one in document["choices"][0]["message"]["citations"])


def test_what_one_adds_the_other_answers_and_what_one_removes_it_quotes_no_more(farm: Farm, tmp_path: Path) -> None:
    for number in (21, 22, 23):
        question = f"What did Observer {number} note about lot {number * 100 + 1}?"
        for address in farm.addresses:
            assert f"Observer {number}" not in _quotes(address, question)
        farm.writer.add(write_jsonl(tmp_path / f"{number}.jsonl", [article(number)]))
        began = time.monotonic()
        for address in reversed(farm.addresses):
            until(lambda at=address, n=number, q=question: f"Observer {n}" in _quotes(at, q), WITHIN)
        assert time.monotonic() - began < WITHIN
        farm.writer.remove(f"article-{number}")
        began = time.monotonic()
        for address in reversed(farm.addresses):
            until(lambda at=address, n=number, q=question: f"Observer {n}" not in _quotes(at, q), WITHIN)
        assert time.monotonic() - began < WITHIN


def test_a_replica_that_nobody_asks_keeps_up_all_the_same(farm: Farm, tmp_path: Path) -> None:
    farm.writer.add(write_jsonl(tmp_path / "31.jsonl", [article(31)]))
    generation = farm.writer._home.library.generation()
    (stamp,) = farm.folder.glob("two/library-*/fulltext.json")
    until(lambda: json.loads(stamp.read_text())["generation"] == generation, WITHIN)


@pytest.mark.parametrize("which", ["database", "vectors"])
def test_a_server_that_goes_is_said_with_503_and_all_is_well_when_it_is_back(
    farm: Farm, which: str, tmp_path: Path
) -> None:
    server: Any = getattr(farm, which)
    question = "What did Observer 3 note about lot 301?"
    assert "Observer 3" in _quotes(farm.addresses[1], question)
    server.stop()
    try:
        for address in farm.addresses:
            status, document = _asked(address, question)
            assert status == 503
            assert "cannot be reached" in document["error"]["message"]
            assert "hidden-word" not in json.dumps(document)
            with pytest.raises(urllib.error.HTTPError, match="503"):
                urllib.request.urlopen(f"{address}/health", timeout=30)
    finally:
        server.start()
    for address in farm.addresses:
        until(lambda at=address: _asked(at, question)[0] == 200, 5)
        assert "Observer 3" in _quotes(address, question)
    number = 41 if which == "database" else 42
    farm.writer.add(write_jsonl(tmp_path / "more.jsonl", [article(number)]))
    asked = f"What did Observer {number} note about lot {number * 100 + 1}?"
    until(lambda: f"Observer {number}" in _quotes(farm.addresses[1], asked), WITHIN)


def test_what_was_added_while_the_vectors_were_away_is_put_there_by_itself(farm: Farm, tmp_path: Path) -> None:
    farm.vectors.stop()
    try:
        with pytest.raises(Exception, match="cannot be reached"):
            farm.writer.add(write_jsonl(tmp_path / "more.jsonl", [article(51)]))
    finally:
        farm.vectors.start()
    held = farm.writer._home.library.passage_ids()
    # The replicas look every five seconds; nobody asks or writes meanwhile.
    until(lambda: farm.writer._home.vectors.ids() == held, 15)
