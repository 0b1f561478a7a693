"""This project beside LlamaIndex's quickstart and txtai: the same documents, weights and threads, in one run.

Run: python -m evals bench side-by-side --data DIR --peer-python PYTHON. DIR is the chunking benchmark's
(evals.benchmarks.chunking); PYTHON that of an environment made from scripts/peers_requirements.txt. Every system runs
in a process of its own, in turn, as often as --rounds says; the peers keep their own defaults, nothing is downloaded.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.benchmarks.chunking import Question, load_documents, load_questions, mean, score
from evals.benchmarks.peers.chunks import Chunk
from evals.tables import markdown
from rag.encoder import processors

ROOT = Path(__file__).parents[2]
K = 5
# A peer's own packages come first; from here it takes evals.benchmarks.peers, and nothing else that it has itself.
START = (
    "import runpy, sys; sys.path.append({root!r}); runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True, slots=True)
class System:
    """What is compared: its name in the table, its module, and the size and overlap of its chunks in tokens."""

    name: str
    module: str
    chunks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """One system once: seconds (`worked`: of the processors), bytes, milliseconds, a share in [0, 1]."""

    passages: int
    characters: int
    indexing: float
    indexing_worked: float
    indexing_peak: int
    disk: int
    cold: float
    searches: tuple[float, ...]
    searches_worked: float
    search_peak: int
    recall: float
    versions: Mapping[str, str]


OURS = System("this project", "evals.benchmarks.peers.ours")
PEERS = (
    System("LlamaIndex quickstart, 1,024 tokens", "evals.benchmarks.peers.quickstart", ("1024", "200")),
    System("LlamaIndex quickstart, 256 tokens", "evals.benchmarks.peers.quickstart", ("256", "20")),
    System("txtai hybrid, 256 tokens", "evals.benchmarks.peers.hybrid", ("256", "20")),
)
# The measures of the table: how each is read from a round, and how it is shown.
ROWS: tuple[tuple[str, Callable[[Round], float], str], ...] = (
    ("recall@5, %", lambda one: 100 * one.recall, ".1f"),
    ("indexing, passages a second", lambda one: one.passages / one.indexing, ".1f"),
    # What a busy machine changes least.
    ("indexing, passages a second of processor time", lambda one: one.passages / one.indexing_worked, ".1f"),
    ("indexing, characters a second", lambda one: one.characters / one.indexing, ",.0f"),
    ("memory while indexing, MB", lambda one: one.indexing_peak / 1e6, ".0f"),
    ("on disk, MB", lambda one: one.disk / 1e6, ".1f"),
    ("cold start to the first answer, s", lambda one: one.cold, ".1f"),
    ("search p50, ms", lambda one: statistics.median(one.searches), ".1f"),
    ("search p95, ms", lambda one: statistics.quantiles(one.searches, n=20, method="inclusive")[18], ".1f"),
    ("search, ms of processor time", lambda one: 1000 * one.searches_worked / len(one.searches), ".1f"),
    ("memory while searching, MB", lambda one: one.search_peak / 1e6, ".0f"),
)


def measured(
    system: System, python: str, threads: int, documents: Mapping[str, str], questions: Sequence[Question]
) -> Round:
    """Indexes in one process and asks in another. Raises SystemExit with the system's own last words when it fails."""
    asked = {"questions": [one.text for one in questions], "k": K}
    with tempfile.TemporaryDirectory() as folder:
        arguments = (folder, str(threads), *system.chunks)
        _, (indexed, after) = _run(python, system, ("index", *arguments), documents)
        disk = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        cold, (_, warm, end) = _run(python, system, ("search", *arguments), asked)
    found = [[Chunk(*piece) for piece in pieces] for pieces in warm["found"]]
    return Round(
        passages=indexed["passages"],
        characters=indexed["characters"],
        indexing=indexed["seconds"],
        indexing_worked=indexed["worked"],
        indexing_peak=after["peak"],
        disk=disk,
        cold=cold,
        searches=tuple(1000 * one for one in warm["taken"]),
        searches_worked=warm["worked"],
        search_peak=end["peak"],
        recall=mean([score(one, pieces) for one, pieces in zip(questions, found, strict=True)]).recall,
        versions=end["versions"],
    )


def _run(python: str, system: System, arguments: Sequence[str], given: Any) -> tuple[float, list[dict[str, Any]]]:
    """Seconds from the start of the process to its first line, and all its lines."""
    command = [python, "-c", START.format(root=str(ROOT), module=system.module), *arguments]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as sent, tempfile.TemporaryFile("w+") as words:
        json.dump(given, sent)
        sent.seek(0)
        start = time.perf_counter()
        running = subprocess.Popen(  # noqa: S603  (the interpreter that the person at the keyboard named)
            command, stdin=sent, stdout=subprocess.PIPE, stderr=words, text=True
        )
        with running as process:
            lines: list[dict[str, Any]] = []
            first = 0.0
            for line in process.stdout or ():
                first = first or time.perf_counter() - start
                lines.append(json.loads(line))
        if process.returncode:
            words.seek(0)
            last = (words.read().strip().splitlines() or ["no word why"])[-1]
            raise SystemExit(f"{system.name}: {last} (exit code {process.returncode}); is {python} the peers' Python?")
    return first, lines


def table(rounds: Mapping[System, Sequence[Round]]) -> str:
    """Markdown: a row a measure, a column a system: the median over rounds, and from which to which."""
    heads = ("", *(system.name for system in rounds))
    rows = [
        (name, *(_cell([read(one) for one in some], form) for some in rounds.values())) for name, read, form in ROWS
    ]
    sizes = [f"{some[0].passages:,} of {some[0].characters / some[0].passages:,.0f}" for some in rounds.values()]
    return markdown(heads, [("passages, of so many characters on average", *sizes), *rows])


def ratios(rounds: Mapping[System, Sequence[Round]]) -> str:
    """Ours against each peer's, round by round: a line a measure that is a goal."""
    ours = rounds[OURS]
    lines = []
    for name, read, _ in ROWS:
        for peer, theirs in rounds.items():
            if peer != OURS and "recall" not in name:
                times = [read(mine) / read(other) for mine, other in zip(ours, theirs, strict=True)]
                lines.append(f"{name}: {_cell(times, '.2f')} times {peer.name}'s")
    return "\n".join(lines)


def _cell(values: Sequence[float], form: str) -> str:
    low, high = format(min(values), form), format(max(values), form)
    return format(statistics.median(values), form) + (f" ({low} to {high})" if low != high else "")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="evals bench side-by-side", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the documents and the questions")
    parser.add_argument("--questions", default="questions_dev.csv", help="the questions' file in that folder")
    parser.add_argument("--peer-python", required=True, help="interpreter of the peers' environment")
    parser.add_argument("--rounds", type=int, default=3, help="how often each system is run, in turn")
    parser.add_argument("--threads", type=int, default=processors(), help="threads of the encoder")
    parser.add_argument("--characters", type=int, help="the first so many of each document, for a try")
    given = parser.parse_args(argv)
    documents, questions = load_documents(given.data), load_questions(given.data / given.questions)
    if given.characters:
        documents = {name: text[: given.characters] for name, text in documents.items()}
    print(f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {given.threads} threads")
    rounds: dict[System, list[Round]] = {}
    for number in range(given.rounds):
        for system in (OURS, *PEERS):
            python = sys.executable if system == OURS else given.peer_python
            one = measured(system, python, given.threads, documents, questions)
            rounds.setdefault(system, []).append(one)
            _say(f"round {number + 1} of {given.rounds}: {system.name}, {one.indexing:.0f} s to index")
        print(f"\nafter {number + 1} of {given.rounds} rounds\n\n{table(rounds)}\n\n{ratios(rounds)}\n", flush=True)
    for system, done in rounds.items():
        said = ", ".join(f"{name} {version}" for name, version in done[0].versions.items())
        print(f"{system.name}: {said}")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
