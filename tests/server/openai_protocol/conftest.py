"""Servers under OpenAI's protocol: one that quotes, one with a scripted model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag import open_engine
from rag.settings import load_settings
from tests.support.servers.chat_server import KEY, ChatServer
from tests.support.servers.live_server import engine_server


@pytest.fixture(scope="module")
def quoting(home: Path) -> Iterator[str]:
    """The address of a server without a model."""
    with open_engine(home) as engine, engine_server(engine) as (address, _):
        yield address


@pytest.fixture(scope="module")
def writing(home: Path, shared_server: ChatServer) -> Iterator[str]:
    """The address of a server with a scripted model."""
    given = load_settings(home=home, llm_model="scripted", llm_base_url=shared_server.url, llm_api_key=KEY)
    with open_engine(settings=given) as engine, engine_server(engine) as (address, _):
        yield address


def post_json(url: str, body: Any) -> tuple[int, Any]:
    """The status and the document of a reply to `body`."""
    reply = httpx.post(url, json=body, timeout=60)
    return reply.status_code, reply.json()
