"""docs/reference/commands.md: the help of every command, as the command itself prints it."""

from collections.abc import Iterator
from typing import Any

import typer

from evals.__main__ import app as evals_app
from rag.cli.app import app as rag_app

HEADER = """# Commands

`rag` is the command line; `python -m rag` is the same command. Results go to standard output, progress and messages
to standard error. `--json` prints one JSON document and nothing else on standard output.

| exit code | means |
|---|---|
| 0 | done; an abstention is a result |
| 1 | a check found something |
| 2 | input or setup must change; one line on standard error says how |
| 130 | interrupted; what was finished is kept |
"""
# Columns of a help text. It is fixed, so that the page does not depend on the terminal that wrote it.
WIDTH = 88
# `rag eval` passes its arguments to the evals, whose commands follow it on the page.
PASSES_ON = {"rag eval": evals_app}


def commands_page() -> str:
    """The page."""
    parts = [HEADER]
    for path, text in _help_texts(typer.main.get_command(rag_app), "rag", None):
        parts.append(f"## {path}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def command_paths() -> list[str]:
    """Every command as it is typed, in the page's order: "rag ask"."""
    return [path for path, _ in _help_texts(typer.main.get_command(rag_app), "rag", None)]


def _help_texts(command: Any, path: str, parent: Any) -> Iterator[tuple[str, str]]:
    """Each command below `command`, itself included, with its help text."""
    name = path.rpartition(" ")[2]
    context = command.context_class(
        command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH
    )
    yield path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    for child in getattr(command, "commands", {}).values():
        child_path = f"{path} {child.name}"
        shown = typer.main.get_command(PASSES_ON[child_path]) if child_path in PASSES_ON else child
        yield from _help_texts(shown, child_path, context)
