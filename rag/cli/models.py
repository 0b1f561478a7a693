"""`rag models`: the model servers on this machine, and how to choose a model."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import HomeOption, JsonOption, command_settings
from rag.cli.output import print_json, print_message, print_text

if TYPE_CHECKING:
    from rag.generation.servers.local_servers import LocalServer
    from rag.settings import Settings

HOW_TO_CHOOSE = (
    'To choose a model, put its line before a command (LINE rag ask "…"), or its settings into .env, one a line.'
)


def models(
    context: typer.Context,
    ports: Annotated[
        list[int] | None,
        typer.Option(
            "--port", metavar="PORT", min=1, max=65535, help="Port to ask in place of the usual ones; may be repeated."
        ),
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Language model servers on this machine, and how to choose one.

    Asks 127.0.0.1 at the usual ports of Ollama, LM Studio, llama.cpp and vLLM for their models. Sends no key.
    """
    from rag.generation.servers.local_servers import USUAL_PORTS, find_local_servers

    settings = command_settings(context, home)
    servers = find_local_servers(ports or tuple(USUAL_PORTS.values()))
    if as_json:
        print_json({"servers": [_document(server, settings) for server in servers]})
        return
    for server in servers:
        print_text("\n".join(_lines(server, settings)) + "\n")
    if any(server.settings(model) for server in servers for model in server.models):
        print_text(HOW_TO_CHOOSE)
    elif not servers:
        usual = [f"{program} {port}" for program, port in USUAL_PORTS.items()]
        asked = ", ".join([str(port) for port in ports] if ports else usual)
        print_message(f"No model server answers on this machine (asked: {asked}). Start one, or name its port: --port")


def _document(server: "LocalServer", settings: "Settings") -> dict[str, object]:
    """A server as JSON."""
    return {
        "program": server.program,
        "base_url": server.base_url,
        "asks_for_key": server.asks_for_key,
        "models": [
            {
                "name": model.name,
                "context": model.context,
                "writes": model.writes,
                "is_set": server.is_set(model, settings),
                "settings": server.settings(model),
            }
            for model in server.models
        ],
    }


def _lines(server: "LocalServer", settings: "Settings") -> list[str]:
    """A server as text: its address, and a line for each model."""
    lines = [f"{server.program or 'A server'} at {server.base_url}"]
    if server.asks_for_key:
        lines.append("  asks for a key: set RAG_LLM_API_KEY, and RAG_LLM_MODEL to the name of its model")
    elif not server.models:
        lines.append("  has no model yet")
    for model in server.models:
        chosen = server.settings(model)
        assignments = " ".join(f"{name}={shlex.quote(value)}" for name, value in chosen.items())
        text = assignments or f"{model.name} ({model.why_not})"
        lines.append(f"  {text}{'  # set now' if server.is_set(model, settings) else ''}")
    return lines
