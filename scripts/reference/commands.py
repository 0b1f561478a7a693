"""docs/reference/commands.md: the help of every command, as the command itself prints it."""

from collections.abc import Iterator
from typing import Any

import typer

from evals.__main__ import app as evals_app
from rag.cli.app import app as rag_app
from reference.markdown import link_pages

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
# `rag eval` passes its arguments to the evals, whose commands follow it on the page.
PASSES_ON = {"rag eval": evals_app}


def commands_page() -> str:
    """The page.

    It is made of the parameters, not of the printed help, whose layout changes with versions of typer.
    """
    return "\n".join([HEADER, *(_entry(path, command) for path, command in _commands("rag", rag_app))])


def _commands(path: str, app: typer.Typer) -> Iterator[tuple[str, Any]]:
    """Every command of `app` as it is typed, a group before what is in it."""
    pending = [(path, typer.main.get_command(app))]
    while pending:
        path, command = pending.pop(0)
        yield path, command
        children = [(f"{path} {name}", child) for name, child in getattr(command, "commands", {}).items()]
        pending = [
            (name, typer.main.get_command(PASSES_ON[name]) if name in PASSES_ON else child) for name, child in children
        ] + pending


def _entry(path: str, command: Any) -> str:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    children = getattr(command, "commands", {})
    usage = [path, *(_argument(argument) for argument in arguments)]
    usage += ["[OPTIONS]"] if options else []
    usage += ["COMMAND …"] if children else []
    lines = [f"## {path}\n", f"```text\n{' '.join(usage)}\n```\n", f"{_help(command.help)}\n"]
    described = [(f"`{_argument(argument)}`", _help(argument.help)) for argument in arguments if argument.help]
    described += [(_names(option), _meaning(option)) for option in options if not option.hidden]
    if described:
        lines.append("| option | meaning |\n|---|---|")
        lines += [f"| {name} | {meaning} |" for name, meaning in described]
        lines.append("")
    if children:
        lines.append("| command | does |\n|---|---|")
        for name, child in children.items():
            does = _help(child.help).partition(". ")[0].rstrip(".")
            lines.append(f"| [{path} {name}](#{path.replace(' ', '-')}-{name}) | {does} |")
        lines.append("")
    return "\n".join(lines)


def _argument(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    name = f"{name}…" if argument.nargs == -1 and not name.endswith("...") else name
    return name if argument.required else f"[{name}]"


def _names(option: Any) -> str:
    """The spellings of an option, the last with the name of its value."""
    value = "" if option.is_flag or option.count else f" {option.metavar or option.name.upper()}"
    names = ", ".join(f"`{name}`" for name in option.opts[:-1])
    last = f"`{option.opts[-1]}{value}`"
    off = "".join(f", `{name}`" for name in option.secondary_opts)
    return f"{names}, {last}{off}" if names else f"{last}{off}"


def _meaning(option: Any) -> str:
    text = _help(option.help)
    shown = option.show_default if isinstance(option.show_default, str) else option.default
    if shown is None or isinstance(shown, bool) or shown == () or callable(shown) or option.show_default is False:
        return text
    return f"{text} Default: `{shown}`."


def _help(text: str | None) -> str:
    """A help text in one line of Markdown, in which a bar ends no cell of a table, with links to the pages it names."""
    return link_pages(" ".join((text or "").split()))
