"""`rag mcp`: MCP over the standard input and output of a process of its own."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from tests.support.command_line import result_of, start_command
from tests.support.mcp_clients import MODES, error_line, stdio_parameters, with_client

QUESTION = "When did observer 2 note the sale of lot 201?"
INITIALIZE = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"},
    },
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_the_official_client_starts_it_and_asks(small_library: Path, mode: str) -> None:
    async def ask(client: Client) -> tuple[Any, Any]:
        return (
            await client.call_tool("ask", {"question": QUESTION}),
            await client.call_tool("ask", {"question": "x" * 5000}),
        )

    # A key is for those who come over HTTP; whoever starts the process may read the library.
    answered, refused = with_client(stdio_parameters(small_library, RAG_API_KEY="k"), ask, mode)
    assert answered.structured_content["citations"][0]["article_id"] == "article-2"
    assert "at most 4,000" in error_line(refused)


def test_standard_output_has_the_protocol_alone_and_the_end_of_input_ends_it(home: Path) -> None:
    process = start_command("--home", home, "mcp", stdin=subprocess.PIPE)
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    lines = [json.dumps(INITIALIZE), "no message at all", json.dumps(initialized), json.dumps(listing)]
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("".join(f"{line}\n" for line in lines))
    process.stdin.flush()
    replies = [json.loads(process.stdout.readline()) for _ in range(2)]
    process.stdin.close()
    process.stdin = None
    result = result_of(process)
    assert [reply["id"] for reply in replies if "id" in reply] == [1, 2]
    assert result.code == 0
    assert result.out == ""
    assert "Traceback" not in result.err


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_it_waits_for_input(home: Path, sent: signal.Signals) -> None:
    process = start_command("--home", home, "mcp", stdin=subprocess.PIPE)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(sent)
        assert process.wait(60) == 130
    finally:
        process.kill()
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


def test_a_library_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    result = result_of(start_command("--home", tmp_path / "file", "mcp", stdin=subprocess.DEVNULL))
    assert result.error_line.startswith("rag: ")
    assert result.out == ""
