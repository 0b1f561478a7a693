"""`rag serve` as a process of its own, over a library of the test's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CODE = "import sys; from rag.cli import run; sys.exit(run(sys.argv[1:]))"


def started(home: Path, *arguments: str, port: int = 0, **settings: str) -> "tuple[subprocess.Popen[str], str]":
    """The process and its address, once it says that it is ready; `settings` are variables of the environment."""
    command = [sys.executable, "-c", CODE, "--home", str(home), "serve", "--port", str(port), *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **settings}
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready: http://127.0.0.1:"), line + (process.stderr.read() if process.stderr else "")
    return process, line.split()[-1]


def stopped(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.communicate(timeout=30)


@contextmanager
def served(home: Path, *arguments: str, port: int = 0, **settings: str) -> Iterator[str]:
    """The address of a server that runs while this is open."""
    process, address = started(home, *arguments, port=port, **settings)
    try:
        yield address
    finally:
        stopped(process)
