"""`rag serve`: the page, the HTTP API and MCP.

`rag mcp`: MCP for a client that starts it.
"""

import gc
from typing import Annotated

import typer

from rag.cli.options import HomeOption, command_settings, open_library
from rag.cli.output import print_text


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 7860,
    insecure_public: Annotated[
        bool, typer.Option("--insecure-public", help="Serve a public address or name though no RAG_API_KEY is set.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Serves the page and the HTTP API; prints the address when ready."""
    if not insecure_public:
        from rag.server.middleware import refuse_unguarded

        refuse_unguarded(host, command_settings(context, home))
    with open_library(context, home) as engine:
        from rag.settings.process import collector_paused

        with collector_paused():
            from rag.server.app import run_server

            gc.freeze()  # as in open_library
        run_server(engine, host, port, _print_addresses, any_host=insecure_public)


def mcp(context: typer.Context, home: HomeOption = None) -> None:
    """Serves language models over standard input and output (MCP); a client starts it."""
    from rag.mcp_server.stdio import run_stdio_server

    run_stdio_server(lambda: open_library(context, home))


def _print_addresses(address: str) -> None:
    print_text(f"ready: {address}")
    print_text(f"mcp: {address}/mcp")
