"""`rag serve`, as a process of its own: it says where it is, answers for its health, and serves the page."""

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
from tests.corpora import article, write_jsonl

CODE = "import sys; from rag.cli import run; sys.exit(run(sys.argv[1:]))"


def _served(home: Path) -> "tuple[subprocess.Popen[str], str]":
    command = [sys.executable, "-c", CODE, "--home", str(home), "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready: http://127.0.0.1:"), line + (process.stderr.read() if process.stderr else "")
    return process, line.split()[-1]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(5)]))
    process, found = _served(folder / "home")
    yield found
    process.terminate()
    process.communicate(timeout=30)


def test_its_health_is_good_when_questions_can_be_answered(address: str) -> None:
    with urllib.request.urlopen(f"{address}/health", timeout=30) as response:
        assert response.status == 200
        assert json.load(response)["articles"] == 5


def test_the_page_is_there_and_names_no_other_host(address: str) -> None:
    with urllib.request.urlopen(address, timeout=30) as response:
        page = response.read().decode()
    assert "Commentary" in page
    for host in ("googleapis", "gstatic", "cdnjs", "jsdelivr", "unpkg"):
        assert host not in page


def test_the_page_s_ask_answers_and_never_raises(address: str) -> None:
    """Over Gradio's own HTTP interface, as the page uses it."""
    for question, since, expected in (
        ("When did observer 2 note the sale of lot 201?", "", "lot 201"),
        ("Why?", "no date at all", "is not a date"),
    ):
        body = json.dumps({"data": [question, "", "", since, ""]}).encode()
        call = urllib.request.Request(
            f"{address}/gradio_api/call/ask", data=body, headers={"content-type": "application/json"}
        )
        with urllib.request.urlopen(call, timeout=30) as response:
            event = json.load(response)["event_id"]
        with urllib.request.urlopen(f"{address}/gradio_api/call/ask/{event}", timeout=30) as response:
            told = response.read().decode()
        assert "event: complete" in told
        assert expected in told


@pytest.mark.parametrize("path", ["/gradio_api/file=/etc/passwd", "/file=/etc/passwd", "/docs", "/redoc"])
def test_no_file_of_the_machine_is_served(address: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(address + path, timeout=30)
    assert raised.value.code in (403, 404)


def test_an_empty_library_is_not_healthy_and_says_why(tmp_path: Path) -> None:
    with open_engine(tmp_path / "home", empty=True):
        pass
    process, address = _served(tmp_path / "home")
    try:
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(f"{address}/health", timeout=30)
        assert raised.value.code == 503
        assert "rag add PATH" in json.load(raised.value)["reason"]
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode in (0, 130)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path, address: str) -> None:
    port = address.rsplit(":", 1)[1]
    with open_engine(tmp_path / "home", empty=True):
        pass
    command = [sys.executable, "-c", CODE, "--home", str(tmp_path / "home"), "serve", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr
