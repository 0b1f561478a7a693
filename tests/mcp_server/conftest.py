"""A library of twelve small articles, and calls of the tools over it in this process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp_types import CallToolResult

from rag import QueryEngine, open_engine
from rag.admission import AdmissionControl
from rag.settings import load_settings
from tests.support.library.articles import article, write_jsonl
from tests.support.mcp_clients import mcp_server, with_client

Call = Callable[..., CallToolResult]


@pytest.fixture(scope="package")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tools")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(12)]))
    return folder / "home"


@pytest.fixture(scope="package")
def engine(library: Path) -> Iterator[QueryEngine]:
    with open_engine(settings=load_settings(home=library, max_question_characters=300)) as engine:
        yield engine


@pytest.fixture
def call(engine: QueryEngine) -> Call:
    """Calls a tool."""

    def call_tool(name: str, **arguments: Any) -> CallToolResult:
        server = mcp_server(engine, AdmissionControl(2, 8))
        return with_client(server, lambda client: client.call_tool(name, arguments))

    return call_tool
