"""Command lines of `rag`: run in this process or in one of their own, and what their JSON looks like."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.cli import run

ANSWERED = "Why did Beijing keep its distance from the treaty?"
DECLINED = "Who won the chess olympiad in Budapest?"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
OR_NONE = (str, type(None))
FRESHNESS: dict[str, Any] = {
    "newest": DATE, "warnings": [str], "sources": [{"source": str, "looked": OR_NONE, "failure": OR_NONE}],
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "question": str, "standalone_question": str, "answer": str, "abstained": bool, "reason": OR_NONE,
    "declined_by": re.compile("search|model"),
    "statements": [
        {"text": str, "citations": [int], "support": float, "verdict": re.compile("supported|partly|unsupported")}
    ],
    "citations": [
        {
            "number": int, "article_id": str, "title": str, "author": OR_NONE, "source": OR_NONE, "published": DATE,
            "url": OR_NONE, "correction": OR_NONE, "version": int, "updated": OR_NONE,
            "quote": str, "start": int, "end": int,
            "passage": {"id": str, "start": int, "end": int, "text": str}, "score": float,
        }
    ],
    "kind": re.compile("fact|talk|collection|article|author|views|timeline"),
    "sections": [{"title": OR_NONE, "author": OR_NONE, "published": OR_NONE, "statements": [int], "declined": OR_NONE}],
    "understood": {
        "question": str, "corrected": [[str]],
        "scope": {
            "authors": [str], "sources": [str], "topics": [str], "articles": [str], "since": OR_NONE, "until": OR_NONE,
        },
        "searched": str, "titles": [str],
    },
    "nearest": [
        {"article_id": str, "title": str, "author": OR_NONE, "source": OR_NONE, "published": OR_NONE, "url": OR_NONE}
    ],
    "usage": type(None),
    "writer": str, "notice": OR_NONE,
    "revisions": [
        {"text": str, "change": re.compile("corrected|quoted|left out|dropped"), "reason": str, "replacement": str}
    ],
    "freshness": FRESHNESS,
    "timings_ms": {"retrieve": float, "write": float, "verify": float, "total": float},
}  # fmt: skip
SEARCH: dict[str, Any] = {
    "query": str,
    "passages": [
        {
            "id": str, "article_id": str, "title": str, "author": OR_NONE, "source": OR_NONE, "published": DATE,
            "start": int, "end": int, "text": str, "score": float, "vector_score": float, "fulltext_score": float,
            "sentences": [{"start": int, "end": int, "score": float}],
        }
    ],
}  # fmt: skip
CATALOGUE: list[dict[str, Any]] = [
    {
        "id": str, "title": str, "author": OR_NONE, "source": OR_NONE, "published": DATE, "url": OR_NONE,
        "topics": [str], "characters": int, "passages": int, "sha256": re.compile("[0-9a-f]{64}"),
    }
]  # fmt: skip
ADDED: dict[str, Any] = {
    "added": [str], "updated": [str], "unchanged": [str], "failed": [{"what": str, "why": str}],
    "notes": [{"what": str, "note": str}],
}  # fmt: skip
STATUS: dict[str, Any] = {
    "home": str, "articles": int, "passages": int, "characters": int, "bytes": int, "encoder": str, "writer": str,
    "freshness": FRESHNESS,
}  # fmt: skip
COMMANDS = (
    "ask", "search", "add", "remove", "articles", "status", "check", "rebuild", "backup", "restore", "init", "serve",
    "models", "doctor", "show", "sync", "follow", "unfollow", "following",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CommandResult:
    """A command line that has run."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on standard output; fails where there is not exactly one."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def error_line(self) -> str:
        """The error message; fails where it is not exactly one line with exit code 2."""
        assert self.code == 2, (self.code, self.out, self.err)
        assert self.err.count("\n") == 1, self.err
        return self.err


Rag = Callable[..., CommandResult]


def command_in_process(capsys: pytest.CaptureFixture[str]) -> Rag:
    """Runs command lines in this process."""

    def command(*arguments: str | Path) -> CommandResult:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return CommandResult(code, out, err)

    return command


def start_command(*arguments: str | bytes | Path, **more: Any) -> "subprocess.Popen[str]":
    """A command line in a process of its own."""
    command = [sys.executable, "-c", "from rag.cli import main; main()", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.Popen(command, text=True, encoding="utf-8", **streams)


def result_of(process: "subprocess.Popen[str]", timeout: float = 120) -> CommandResult:
    out, err = process.communicate(timeout=timeout)
    return CommandResult(process.returncode, out or "", err or "")


def python_output(code: str) -> str:
    """What a fresh interpreter prints, running `code`."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def interrupt_once_articles_are_stored(process: "subprocess.Popen[str]", home: Path, more_than: int) -> int:
    """Sends Ctrl-C as soon as the library has more than `more_than` articles; returns how many it had then."""
    count, deadline = 0, time.monotonic() + 300
    while count <= more_than:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
        try:
            with sqlite3.connect(f"file:{home}/library.sqlite?mode=ro", uri=True) as connection:
                (count,) = connection.execute("SELECT count(*) FROM articles").fetchone()
        except sqlite3.Error:
            continue  # not there yet
        finally:
            if "connection" in locals():
                connection.close()
    process.send_signal(signal.SIGINT)
    return count


def assert_shape(value: Any, shape: Any, where: str = "$") -> None:
    """`value` has exactly the keys of `shape`, and its types, all the way down."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert value.keys() == shape.keys(), where
        for key in shape:
            assert_shape(value[key], shape[key], f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for number, item in enumerate(value):
            assert_shape(item, shape[0], f"{where}[{number}]")
    elif isinstance(shape, re.Pattern):
        assert value is None or shape.fullmatch(value), f"{where}: {value!r}"
    else:
        assert type(value) in (shape if isinstance(shape, tuple) else (shape,)), f"{where}: {value!r}"


def article_ids(rag: Rag, home: Path) -> list[str]:
    return [entry["id"] for entry in rag("--home", home, "articles", "--json").document]
