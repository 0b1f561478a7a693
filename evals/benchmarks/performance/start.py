"""How long commands take to start, relative to importing LlamaIndex.

    python -m evals bench start [--runs 5]

Each command runs in a process of its own over a library of the bundled corpus, several times in turn with the import of
`llama_index.core`, which every command that opens a library needs. The lowest of the runs counts: other work on the
machine only adds. The ratio hardly depends on the machine; the seconds do. Processor time is the sum over all threads.
The package's modules are compiled to byte code first, as pip does when it installs them.
"""

import argparse
import compileall
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

import rag
from evals.errors import EvalError

IMPORT = "import llama_index.core"
PACKAGE = Path(rag.__file__).parent
PORT_LINE = "ready: "
SERVER_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Start:
    """The seconds of one start: `clock` elapsed, `processor` of all its threads."""

    clock: float
    processor: float


def main(arguments: Sequence[str]) -> None:
    """Prints a line for each command."""
    parser = argparse.ArgumentParser(prog="rag eval bench start", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default 5)")
    runs = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory() as folder:
        print(measure(Path(folder) / "home", runs))


def measure(home: Path, runs: int) -> str:
    """A table: for each command seconds, processor seconds, and ratios to the import."""
    command = [sys.executable, "-m", "rag", "--home", str(home)]
    commands: dict[str, Callable[[], Start]] = {
        IMPORT: lambda: _run([sys.executable, "-c", IMPORT]),
        "rag --help": lambda: _run([sys.executable, "-m", "rag", "--help"]),
        "rag status": lambda: _run([*command, "status"]),
        "rag ask": lambda: _run([*command, "ask", "Why does China dislike the pact?"]),
        "ready, rag serve": lambda: _serve([*command, "serve", "--port", "0"]),
    }
    compileall.compile_dir(PACKAGE, quiet=2)
    first = _run([*command, "init"])
    starts: dict[str, list[Start]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, start in commands.items():
            starts[name].append(start())
    best = {name: min(values, key=lambda start: start.clock) for name, values in starts.items()}
    best["first start, rag init"] = first
    unit = best[IMPORT]
    lines = [f"{'':<26}{'s':>7}{'cpu s':>8}{'ratio':>8}{'cpu ratio':>11}"]
    lines += [
        f"{name:<26}{start.clock:>7.2f}{start.processor:>8.2f}{start.clock / unit.clock:>8.2f}"
        f"{start.processor / unit.processor:>11.2f}"
        for name, start in best.items()
    ]
    return "\n".join(lines)


def child_seconds() -> float:
    """Processor seconds of all processes that were started here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run(command: Sequence[str]) -> Start:
    before, began = child_seconds(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    return Start(time.perf_counter() - began, child_seconds() - before)


def _serve(command: Sequence[str]) -> Start:
    """Until the server has said that it is ready and /health answers."""
    before, began = child_seconds(), time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603
    try:
        line = server.stdout.readline() if server.stdout else ""
        if not line.startswith(PORT_LINE):
            raise EvalError("rag serve ended before it was ready; run it by itself to see why")
        address = line.removeprefix(PORT_LINE).strip()
        while time.perf_counter() - began < SERVER_SECONDS:
            try:
                httpx.get(f"{address}/health", timeout=SERVER_SECONDS).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.02)
        clock = time.perf_counter() - began
    finally:
        server.terminate()
        server.wait()
    return Start(clock, child_seconds() - before)
