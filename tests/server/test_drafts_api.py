"""`POST /v1/drafts` over real HTTP on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag import open_engine
from rag.settings import load_settings
from tests.support.servers.live_server import engine_server

ALTERED = "House Rules wrote: “Communiqués do stop tanks.”"
KEY = "a-key-of-this-server"


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with open_engine(settings=load_settings(home=home, api_key=KEY)) as engine, engine_server(engine) as (url, _):
        yield f"{url}/v1/drafts"


def post(address: str, key: str = KEY, **body: Any) -> httpx.Response:
    return httpx.post(address, json=body, headers={"Authorization": f"Bearer {key}"}, timeout=120)


def test_a_draft_is_checked(address: str) -> None:
    response = post(address, text=ALTERED)
    assert response.status_code == 200
    report = response.json()
    assert report["has_errors"]
    assert [finding["verdict"] for finding in report["findings"]] == ["altered"]


def test_findings_are_streamed_and_the_summary_is_last(address: str) -> None:
    lines = [line for line in post(address, text=ALTERED, stream=True).text.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    first, last = (json.loads(line.removeprefix("data: ")) for line in (lines[0], lines[-2]))
    assert first["finding"]["verdict"] == "altered"
    assert last == {"summary": "1 quotation: 1 altered", "has_errors": True}
    assert lines[-1] == "data: [DONE]"


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"text": "…"}, 400, "no words"), ({"text": "word " * 30_000}, 400, "at most 100,000"), ({}, 400, "text"),
        ({"text": "a", "words": 3}, 400, "words"), ({"text": "a b c", "since": "never"}, 400, "not a date"),
        ({"text": "word " * 300_000}, 413, "larger than 1 MB"),
    ],
)  # fmt: skip
def test_a_bad_request_is_refused_in_one_line(address: str, body: dict[str, Any], status: int, message: str) -> None:
    response = post(address, **body)
    assert response.status_code == status
    assert message in response.json()["error"]["message"]


def test_the_key_is_needed(address: str) -> None:
    assert post(address, key="another", text=ALTERED).status_code == 401
