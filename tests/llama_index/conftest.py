"""An engine over the bundled corpus, and a language model of LlamaIndex's whose replies are scripted over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine
from rag.generation.openai_chat import OpenAIChat
from tests.support.servers.chat_server import ChatServer

QUESTION = "Why does China dislike the pact?"


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as opened:
        yield opened


@pytest.fixture
def llm(server: ChatServer) -> OpenAIChat:
    """The model that LlamaIndex's own parts ask; `server` holds its script."""
    return OpenAIChat("scripted", server.url)
