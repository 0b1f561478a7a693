"""More people at once than the server can answer: who is told "busy", how soon, and that all is well afterwards."""

import asyncio
import gc
import json
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.benchmarks.chunking import Question
from evals.benchmarks.load import growth, look, table
from evals.benchmarks.side_by_side import OURS, PEERS, measured, ratios
from evals.benchmarks.side_by_side import table as columns
from evals.benchmarks.visitors import ANSWERED, BUSY, ERROR, WAYS, Visit, visits
from rag.errors import ServerBusy, SettingsError
from rag.places import WITH_A_MODEL, Places
from rag.server import _listen
from tests.model_server import ModelServer, Says, model_server
from tests.served import started, stopped

QUESTION = "What does the pact loosen?"
# Seconds that the scripted model takes for an answer, in which everything below has to be seen.
SLOW = 5.0


# -- the places ------------------------------------------------------------------------------------------------------


def test_whoever_comes_after_those_who_wait_is_told_when_to_come_again() -> None:
    async def seen() -> None:
        places = Places(1, 1)
        first = await places.take()
        second = asyncio.create_task(places.take())
        await asyncio.sleep(0)
        with pytest.raises(ServerBusy, match="ask again in") as raised:
            await places.take()
        assert 1 <= raised.value.retry_after <= 60
        first.give_back()
        (await second).give_back()
        assert places.busy() is None
        (await places.take()).give_back()

    asyncio.run(asyncio.wait_for(seen(), 10))


def test_places_go_in_the_order_of_coming_and_one_who_gives_up_leaves_his() -> None:
    async def seen() -> list[str]:
        places, order = Places(1, 3), []

        async def asks(name: str) -> None:
            with await places.take():
                order.append(name)

        with await places.take():
            waiting = [asyncio.create_task(asks(name)) for name in "abc"]
            await asyncio.sleep(0)
            waiting[1].cancel()
            await asyncio.sleep(0)
        await asyncio.gather(waiting[0], waiting[2])
        assert places.busy() is None
        return order

    assert asyncio.run(asyncio.wait_for(seen(), 10)) == ["a", "c"]


def test_the_longer_answers_take_the_later_one_is_told_to_come_again() -> None:
    async def told(seconds: float) -> int:
        places = Places(1, 0)
        for _ in range(40):
            places.given_back(await places.take(), seconds)
        place = await places.take()
        busy = places.busy()
        place.give_back()
        assert busy is not None
        return busy.retry_after

    assert asyncio.run(told(0.1)) == 1
    assert asyncio.run(told(10)) >= 10


def test_one_who_was_announced_finds_his_place_and_one_who_never_comes_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def seen() -> None:
        places = Places(1, 1)
        first = await places.take()
        assert places.announce() is None
        with pytest.raises(ServerBusy):
            await places.take()
        announced = asyncio.create_task(places.take(announced=True))
        await asyncio.sleep(0)
        first.give_back()
        (await announced).give_back()
        monkeypatch.setattr("rag.places.ON_THE_WAY", 0.02)
        assert [places.announce() is None for _ in range(3)] == [True, True, False]
        await asyncio.sleep(0.05)
        assert places.busy() is None

    asyncio.run(asyncio.wait_for(seen(), 10))


# -- over HTTP -------------------------------------------------------------------------------------------------------


def _post(address: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    request = urllib.request.Request(address + path, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as said:
            return said.status, dict(said.headers), said.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read().decode()


def _asked(address: str, *, stream: bool = False) -> tuple[int, dict[str, str], str]:
    message = {"role": "user", "content": QUESTION}
    return _post(address, "/v1/chat/completions", {"messages": [message], "stream": stream})


def _turn(address: str) -> str:
    """What the page is sent for a question that it asks as a browser does."""
    with urllib.request.urlopen(f"{address}/config", timeout=30) as said:
        config = json.load(said)
    asking = next(one for one in config["dependencies"] if [event for _, event in one["targets"]] == ["submit"])
    sent = {"id": "0123456789abcdef" * 2, "question": QUESTION, "filters": {}, "before": []}
    body = {"data": [], "event_data": sent, "fn_index": asking["id"], "session_hash": "s1", "trigger_id": None}
    status, _, said = _post(address, "/gradio_api/queue/join", body)
    assert status == 200, said
    with urllib.request.urlopen(f"{address}/gradio_api/queue/data?session_hash=s1", timeout=60) as told:
        return str(told.read().decode())


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as fake:
        fake.always = Says("Nothing [1].", first=SLOW)
        yield fake


def test_a_full_server_says_so_at_once_in_each_way_and_answers_again_afterwards(home: Path, model: ModelServer) -> None:
    settings = {
        "RAG_MAX_WAITING": "1", "RAG_LLM_BASE_URL": model.url, "RAG_LLM_MODEL": "scripted", "RAG_REPAIR": "false",
        "RAG_RATE_LIMIT": "0",
    }  # fmt: skip
    process, address = started(home, **settings)
    try:
        codes: list[int] = []
        inside = [
            threading.Thread(target=lambda at=at: codes.append(_asked(address, stream=at % 2 == 0)[0]))  # type: ignore[misc]
            for at in range(WITH_A_MODEL + 1)
        ]
        for one in inside:
            one.start()
        patience = time.monotonic() + 30
        while len(model.bodies) < WITH_A_MODEL and time.monotonic() < patience:
            time.sleep(0.02)
        asked = time.monotonic()
        status, headers, said = _asked(address)
        assert (status, json.loads(said)["error"]["code"]) == (503, "busy"), said
        assert int(headers["retry-after"]) >= 1
        status, headers, said = _post(address, "/gradio_api/call/v2/ask", {"question": QUESTION})
        assert status == 503
        assert int(headers["retry-after"]) >= 1
        told = _turn(address)
        assert '"state":"failed"' in told
        assert "Many questions are being answered just now; ask again in" in told
        assert '"success":false' not in told  # a handler that raises leaves the page waiting
        with urllib.request.urlopen(f"{address}/health", timeout=30) as health:
            assert health.status == 200
        assert time.monotonic() - asked < SLOW, "busy was not said at once"
        model.always = "Nothing [1]."
        for one in inside:
            one.join()
        assert codes == [200] * (WITH_A_MODEL + 1)
        assert _asked(address)[0] == 200
        assert '"done"' in _turn(address)
    finally:
        stopped(process)


def test_eight_visitors_are_answered_and_nothing_goes_wrong(home: Path) -> None:
    process, address = started(home, RAG_RATE_LIMIT="0")
    try:
        start = time.monotonic()
        visit = Visit(address, [QUESTION, "Who is wrong about deterrence, and why?"], (0, 0.5), start + 8)
        asyncio.run(visits(8, visit))
        assert [one for one in (*visit.replies, *visit.health) if one.outcome == ERROR] == []
        assert {one.way for one in visit.replies if one.outcome == ANSWERED} == set(WAYS)
        assert visit.health
        seen = look(process.pid, start)
        assert "errors" in table(visit, 8)
        if seen:
            assert seen.files > 5
            assert "MB" in growth([seen])
    finally:
        stopped(process)


def test_visitors_who_are_too_many_are_told_busy_and_come_back_when_they_were_told_to(home: Path) -> None:
    process, address = started(home, RAG_RATE_LIMIT="0", RAG_MAX_WAITING="0")
    try:
        visit = Visit(address, [QUESTION], (0, 0), time.monotonic() + 3)
        asyncio.run(visits(12, visit))
        assert [one for one in visit.replies if one.outcome == ERROR] == []
        busy = [one for one in visit.replies if one.outcome == BUSY]
        assert busy
        assert all(one.again >= 1 for one in busy)
        assert len(visit.replies) < 12 * 60, "they did not wait"
    finally:
        stopped(process)


def test_an_address_that_cannot_be_listened_on_leaves_no_socket_open() -> None:
    def sockets() -> int:
        return sum(isinstance(one, socket.socket) and one.fileno() >= 0 for one in gc.get_objects())

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        before = sockets()
        with pytest.raises(SettingsError, match="cannot listen") as raised:
            _listen("127.0.0.1", taken.getsockname()[1])
        assert sockets() == before, raised


# -- side by side ----------------------------------------------------------------------------------------------------


def test_a_system_is_measured_in_processes_of_its_own() -> None:
    text = "Bees store honey in wax cells. The keeper opens the hive in May. Frost ends the season in November."
    question = Question("When does the keeper open the hive?", "bees", ((31, 63),))
    found = measured(OURS, sys.executable, 1, {"bees": text}, [question] * 3)
    assert found.recall == 1
    assert found.characters == len(text)
    assert found.cold > max(found.searches) / 1000
    assert found.indexing_peak > 50e6
    assert found.disk > 0
    rounds = {OURS: [found], PEERS[0]: [found]}
    assert "| recall@5, % | 100.0 | 100.0 |" in columns(rounds)
    assert f"search p50, ms: 1.00 times {PEERS[0].name}'s" in ratios(rounds)


def test_a_python_without_the_peers_is_one_line() -> None:
    with pytest.raises(SystemExit, match=r"txtai hybrid.*No module named.*peers' Python"):
        measured(PEERS[2], sys.executable, 1, {"a": "Some text."}, [Question("What?", "a", ((0, 4),))])
