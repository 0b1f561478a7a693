"""The inspector's command line, which is written in another language, against both ways to the server."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.live_server import COMMAND_CODE, running_server

ROOT = Path(__file__).parents[2]
KEY = "a-key-of-this-server"
QUESTION = "When did observer 2 note the sale of lot 201?"
# The folder in which `npm install @modelcontextprotocol/inspector` was run; its PATH may name the `node` that it needs.
FOLDER = os.environ.get("RAG_MCP_INSPECTOR", "")
PROGRAM = Path(FOLDER, "node_modules", ".bin", "mcp-inspector") if FOLDER else shutil.which("mcp-inspector")

pytestmark = pytest.mark.skipif(
    PROGRAM is None or not Path(PROGRAM).exists(),
    reason="needs the npm package @modelcontextprotocol/inspector; RAG_MCP_INSPECTOR names the folder that has it",
)


def _inspect(target: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), "--cli", *target, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


def _inspected(target: list[str], *arguments: str) -> Any:
    done = _inspect(target, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def address(library: Path) -> Iterator[str]:
    with running_server(library) as address:
        yield address


@pytest.fixture(params=["stdio", "http"])
def target(request: pytest.FixtureRequest, library: Path) -> list[str]:
    """What the inspector is told to connect to."""
    if request.param == "stdio":
        # A server that the inspector starts gets no variable but those named here.
        code = ["-e", f"PYTHONPATH={ROOT}", sys.executable, "-c", COMMAND_CODE]
        return [*code, "--home", str(library), "mcp"]
    return [f"{request.getfixturevalue('address')}/mcp", "--transport", "http"]


def test_it_lists_and_calls_the_tools_and_reads_an_article(target: list[str]) -> None:
    tools = _inspected(target, "--method", "tools/list")["tools"]
    assert {"ask", "check_draft"} <= {tool["name"] for tool in tools}
    asked = ("--method", "tools/call", "--tool-name", "ask", "--tool-arg", f"question={QUESTION}")
    answer = _inspected(target, *asked)["structuredContent"]
    assert answer["citations"][0]["article_id"] == "article-2"
    resources = _inspected(target, "--method", "resources/list")["resources"]
    read = _inspected(target, "--method", "resources/read", "--uri", resources[0]["uri"])
    assert read["contents"][0]["text"].startswith("Column ")


def test_it_needs_the_key(library: Path) -> None:
    listing = ("--transport", "http", "--method", "tools/list")
    with running_server(library, RAG_API_KEY=KEY) as address:
        target = [f"{address}/mcp"]
        assert _inspected(target, *listing, "--header", f"Authorization: Bearer {KEY}")["tools"]
        for given in ((), ("--header", "Authorization: Bearer x")):
            refused = _inspect(target, *listing, *given)
            assert refused.returncode != 0
            assert "tools" not in refused.stdout
