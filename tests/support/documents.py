"""The pages of the documentation: their blocks, their links, and a runner of their commands.

A page's blocks are run in their order, in one folder that is thrown away:

    ```console                       `$ COMMAND` is run; `> TEXT` below it is its standard input; the other lines
                                     are the output that it must print, in which `…` stands for anything
    ```python                        is executed, with the names of the blocks before it
    ```text after a block of Python  is the output that it must print
    ```ANY title="FILE"              is written to FILE

A comment `<!-- not run: REASON -->` before a block leaves it out. Of commands of `rag` in it, and in indented blocks,
it is still checked that the command and its options exist.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer

from evals.__main__ import app as evals_app
from evals.benchmarks import BENCHMARKS
from rag.cli.app import app as rag_app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?\s*$")
_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>.+?) -->")
_ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code of a page; `line` counts from 1. `why_not_run` is None for a block that is run."""

    language: str
    text: str
    line: int
    title: str | None = None
    why_not_run: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a console block: what is typed, its standard input, and the output that the page shows."""

    text: str
    standard_input: str
    output: str


def pages() -> list[Path]:
    """Every page of the documentation, and the README."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def fenced_blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page."""
    blocks, lines = [], path.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        if opening is None:
            number += 1
            continue
        end = next(later for later in range(number + 1, len(lines)) if lines[later].strip() == "```")
        before = next((line for line in reversed(lines[:number]) if line.strip()), "")
        reason = _NOT_RUN.search(before)
        text = "\n".join(line.removeprefix(opening["indent"]) for line in lines[number + 1 : end])
        blocks.append(
            Block(opening["language"], text, number + 1, opening["title"], reason["reason"] if reason else None)
        )
        number = end + 1
    return blocks


def commands_of(block: Block) -> list[Command]:
    """The commands of a console block."""
    commands = []
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        first, *rest = part.replace("\\\n", "").splitlines()
        typed = []
        while rest and rest[0].startswith("> "):
            typed.append(rest.pop(0).removeprefix("> ") + "\n")
        commands.append(Command(first.strip(), "".join(typed), "\n".join(rest).strip()))
    return commands


def output_matches(shown: str, printed: str) -> bool:
    """Whether the output is what the page shows: line breaks do not count, and `…` stands for anything."""
    pattern = ".*?".join(re.escape(" ".join(part.split())) for part in shown.split("…"))
    pattern = pattern.replace(r"\ .*?", r"\s?.*?").replace(r".*?\ ", r".*?\s?")
    return re.fullmatch(pattern.strip(), " ".join(printed.split()), re.DOTALL) is not None


def shown_commands(path: Path) -> Iterator[tuple[int, str]]:
    """Every command line of `rag` or of the evals in the blocks of a page, fenced or indented, with its line number."""
    is_fenced = False
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if _FENCE.match(line) or line.strip() == "```":
            is_fenced = not is_fenced
        elif is_fenced or line.startswith("    "):
            command = _command_line(line)
            if command:
                yield number, command


def mentioned_commands(path: Path) -> Iterator[str]:
    """Every command line of `rag` or of the evals that the text of a page names, as in `rag sync`."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`((?:rag|python -m rag|python -m evals|RAG_\w+=\S+ rag) [^`]+)`", text):
        yield " ".join(code.split())


def _command_line(line: str) -> str:
    """The command of a line of a block, without prompt, variables and comment; "" for another line."""
    words = line.strip().removeprefix("$ ").split("  #")[0].removesuffix("\\").split()
    while words and _ASSIGNMENT.fullmatch(words[0]):
        words.pop(0)
    text = " ".join(words)
    return text if re.match(r"(rag|python -m (rag|evals)) \S", text) else ""


def why_unknown(command: str) -> str | None:
    """What is wrong with a command line of `rag` or of the evals; None if the command and its options exist."""
    words = _words(command)
    node: Any = typer.main.get_command(rag_app)
    if words[:3] == ["python", "-m", "evals"]:
        node, words = typer.main.get_command(evals_app), words[3:]
    else:
        words = words[3:] if words[0] == "python" else words[1:]
    if "bench" in words and words.index("bench") + 1 < len(words):
        name = words[words.index("bench") + 1]
        is_known = name in BENCHMARKS or not name.isascii() or name.isupper()
        return None if is_known else f"there is no benchmark {name!r}"
    options = set(_options(node))
    for position, word in enumerate(words):
        if word in getattr(node, "commands", {}):
            node = node.commands[word]
            options |= set(_options(node))
            if word == "eval":
                node = typer.main.get_command(evals_app)
        elif word.startswith("-") and len(word) > 1:
            if word.partition("=")[0] not in options:
                return f"{node.name} has no option {word}"
        elif getattr(node, "commands", {}) and words[position - 1] != "--home" and word.islower():
            return f"{node.name} has no command {word!r}"
    return None


def _words(command: str) -> list[str]:
    """The words of a command line up to a pipe, a redirection, a second command or an ellipsis."""
    text = re.split(r"\s(?:\||>|&&|;|…)", command)[0].replace("[", " ").replace("]", " ").rstrip("…")
    try:
        return shlex.split(text)
    except ValueError:  # part of a line, with a quotation mark that is not closed
        return text.split()


@cache
def _options(node: Any) -> frozenset[str]:
    """The options of a command, "--help" among them."""
    names = {name for parameter in node.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return frozenset(name for name in names if name.startswith("-")) | {"--help"}
