"""`rag serve` as a process of its own: its address, its health, the page, the published functions."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import open_engine
from tests.support.library.articles import article, write_jsonl
from tests.support.servers.live_server import COMMAND_CODE, running_server, start_server


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(5)]))
    with running_server(folder / "home") as address:
        yield address


def test_its_health_is_good_when_questions_can_be_answered(address: str) -> None:
    with urllib.request.urlopen(f"{address}/health", timeout=60) as response:
        assert response.status == 200
        assert json.load(response)["articles"] == 5


def test_the_page_is_there_and_names_no_other_host(address: str) -> None:
    with urllib.request.urlopen(address, timeout=60) as response:
        page = response.read().decode()
    assert "Commentary" in page
    for host in ("googleapis", "gstatic", "cdnjs", "jsdelivr", "unpkg"):
        assert host not in page


def _called(address: str, name: str, **given: object) -> tuple[str, str]:
    """What Gradio's own HTTP interface gives for a function that it publishes: the event's kind and its data."""
    call = urllib.request.Request(
        f"{address}/gradio_api/call/v2/{name}", json.dumps(given).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(call, timeout=60) as response:
        event = json.load(response)["event_id"]
    with urllib.request.urlopen(f"{address}/gradio_api/call/{name}/{event}", timeout=60) as response:
        kind, data = response.read().decode().strip().split("\n")[-2:]
    return kind.removeprefix("event: "), data.removeprefix("data: ")


def test_two_functions_are_published_ask_and_search_and_no_other(address: str) -> None:
    with urllib.request.urlopen(f"{address}/gradio_api/info", timeout=60) as response:
        info = json.load(response)
    assert set(info["named_endpoints"]) == {"/ask", "/search"}
    assert info["unnamed_endpoints"] == {}
    parameters = [parameter["parameter_name"] for parameter in info["named_endpoints"]["/ask"]["parameters"]]
    assert parameters == ["question", "author", "source", "topic", "since", "until"]


def test_a_program_asks_and_searches(address: str) -> None:
    kind, data = _called(address, "ask", question="When did observer 2 note the sale of lot 201?")
    (answer,) = json.loads(data)
    assert kind == "complete"
    assert "lot 201" in answer["answer"]
    assert answer["citations"][0]["article_id"] == "article-2"
    kind, data = _called(address, "search", query="lot 201", k=2)
    (passages,) = json.loads(data)
    assert kind == "complete"
    assert 1 <= len(passages) <= 2


def test_a_program_that_asks_wrongly_is_told_why(address: str) -> None:
    kind, data = _called(address, "ask", question="Why?", since="no date at all")
    assert kind == "error"
    assert "is not a date" in data


@pytest.mark.parametrize("name", ["page.js", "page.css"])
def test_its_scripts_and_its_style_come_from_itself(address: str, name: str) -> None:
    with urllib.request.urlopen(f"{address}/page/{name}", timeout=60) as response:
        assert response.headers["content-type"].startswith("text/")
        assert b"https://" not in response.read()


def test_a_public_address_without_a_key_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COMMAND_CODE, "--home", str(tmp_path / "home"), "serve", "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert "RAG_API_KEY" in done.stderr
    assert "--insecure-public" in done.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("path", ["/gradio_api/file=/etc/passwd", "/file=/etc/passwd", "/docs", "/redoc"])
def test_no_file_of_the_machine_is_served(address: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(address + path, timeout=60)
    assert raised.value.code in (403, 404)


def test_an_empty_library_is_not_healthy_and_says_why(tmp_path: Path) -> None:
    with open_engine(tmp_path / "home", empty=True):
        pass
    process, address = start_server(tmp_path / "home")
    try:
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(f"{address}/health", timeout=60)
        assert raised.value.code == 503
        assert "rag add PATH" in json.load(raised.value)["reason"]
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode in (0, 130)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path, address: str) -> None:
    port = address.rsplit(":", 1)[1]
    with open_engine(tmp_path / "home", empty=True):
        pass
    command = [sys.executable, "-c", COMMAND_CODE, "--home", str(tmp_path / "home"), "serve", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr
