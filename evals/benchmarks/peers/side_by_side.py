"""Compares this project with LlamaIndex's quickstart and txtai in one run.

All use the same documents, weights and number of threads.

Run: python -m evals bench side-by-side --data DIR --peer-python PYTHON. DIR is the chunking benchmark's
(evals.benchmarks.quality.chunking), PYTHON the interpreter of an environment made from scripts/peers_requirements.txt.
Every system runs in a process of its own, in turn, as often as --rounds says. The peers keep their own defaults;
nothing is downloaded.
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

from evals.benchmarks.peers.chunks import DEFAULT_SIZE, PASSAGE_SIZE, Chunk
from evals.datasets.chunking import ChunkingQuestion, load_documents, load_questions
from evals.metrics.passages import mean_scores, score_passages
from evals.report.tables import markdown_table
from rag.settings.process import cpu_count

ROOT = Path(__file__).parents[3]
K = 5
# A peer's own packages come first on the path; only evals.benchmarks.peers is imported from this environment.
START = (
    "import runpy, sys; sys.path.append({root!r}); runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """A compared system: its name in the table, and its module.

    `chunks` are the size and overlap of its chunks in tokens.
    """

    name: str
    module: str
    chunks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundResult:
    """One system measured once.

    `indexing` and `cold` are seconds, `…_worked` seconds of processor time, `…_peak` and `disk` bytes, `searches`
    milliseconds, `recall` a share in [0, 1].
    """

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


OURS = SystemSpec("this project", "evals.benchmarks.peers.ours")
PEERS = (
    SystemSpec("LlamaIndex quickstart, 1,024 tokens", "evals.benchmarks.peers.llamaindex", DEFAULT_SIZE),
    SystemSpec("LlamaIndex quickstart, 256 tokens", "evals.benchmarks.peers.llamaindex", PASSAGE_SIZE),
    SystemSpec("txtai hybrid, 256 tokens", "evals.benchmarks.peers.txtai", PASSAGE_SIZE),
)
# The rows of the table: name, value of a round, and format.
ROWS: tuple[tuple[str, Callable[[RoundResult], float], str], ...] = (
    ("recall@5, %", lambda result: 100 * result.recall, ".1f"),
    ("indexing, passages a second", lambda result: result.passages / result.indexing, ".1f"),
    # The rows that depend least on other work on the machine.
    ("indexing, passages a second of processor time", lambda result: result.passages / result.indexing_worked, ".1f"),
    ("indexing, characters a second", lambda result: result.characters / result.indexing, ",.0f"),
    ("memory while indexing, MB", lambda result: result.indexing_peak / 1e6, ".0f"),
    ("on disk, MB", lambda result: result.disk / 1e6, ".1f"),
    ("cold start to the first answer, s", lambda result: result.cold, ".1f"),
    ("search p50, ms", lambda result: statistics.median(result.searches), ".1f"),
    ("search p95, ms", lambda result: statistics.quantiles(result.searches, n=20, method="inclusive")[18], ".1f"),
    ("search, ms of processor time", lambda result: 1000 * result.searches_worked / len(result.searches), ".1f"),
    ("memory while searching, MB", lambda result: result.search_peak / 1e6, ".0f"),
)


def run_system(
    system: SystemSpec, python: str, threads: int, documents: Mapping[str, str], questions: Sequence[ChunkingQuestion]
) -> RoundResult:
    """Indexes documents in one process and asks questions in another.

    `documents` maps names to texts. Raises SystemExit with the last line that the system wrote when it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        arguments = (folder, str(threads), *map(str, system.chunks))
        _, (indexed, index_end) = _run_process(python, system, ("index", *arguments), documents)
        disk = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        request = {"questions": [question.text for question in questions], "k": K}
        cold, (_, warm, search_end) = _run_process(python, system, ("search", *arguments), request)
    retrieved = [[Chunk(*span) for span in spans] for spans in warm["found"]]
    scores = [score_passages(question, chunks) for question, chunks in zip(questions, retrieved, strict=True)]
    return RoundResult(
        passages=indexed["passages"],
        characters=indexed["characters"],
        indexing=indexed["seconds"],
        indexing_worked=indexed["worked"],
        indexing_peak=index_end["peak"],
        disk=disk,
        cold=cold,
        searches=tuple(1000 * seconds for seconds in warm["taken"]),
        searches_worked=warm["worked"],
        search_peak=search_end["peak"],
        recall=mean_scores(scores).recall,
        versions=search_end["versions"],
    )


def _run_process(
    python: str, system: SystemSpec, arguments: Sequence[str], request: Any
) -> tuple[float, list[dict[str, Any]]]:
    """Seconds from the start of the process to its first line, and all its lines."""
    command = [python, "-c", START.format(root=str(ROOT), module=system.module), *arguments]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as stdin, tempfile.TemporaryFile("w+") as stderr:
        json.dump(request, stdin)
        stdin.seek(0)
        start = time.perf_counter()
        running = subprocess.Popen(  # noqa: S603  (the interpreter that the user named)
            command, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr, text=True
        )
        with running as process:
            lines: list[dict[str, Any]] = []
            first = 0.0
            for line in process.stdout or ():
                first = first or time.perf_counter() - start
                lines.append(json.loads(line))
        if process.returncode:
            stderr.seek(0)
            last = (stderr.read().strip().splitlines() or ["no message"])[-1]
            raise SystemExit(f"{system.name}: {last} (exit code {process.returncode}); is {python} the peers' Python?")
    return first, lines


def results_table(rounds: Mapping[SystemSpec, Sequence[RoundResult]]) -> str:
    """A Markdown table: a row a measure, a column a system.

    A cell is the median over rounds, with the lowest and the highest.
    """
    headings = ("", *(system.name for system in rounds))
    rows = [
        (name, *(_format_cell([read(result) for result in results], form) for results in rounds.values()))
        for name, read, form in ROWS
    ]
    sizes = [
        f"{results[0].passages:,} of {results[0].characters / results[0].passages:,.0f}" for results in rounds.values()
    ]
    return markdown_table(headings, [("passages, of so many characters on average", *sizes), *rows])


def ratio_lines(rounds: Mapping[SystemSpec, Sequence[RoundResult]]) -> str:
    """Ours divided by each peer's, round by round: a line for each measure but recall."""
    ours = rounds[OURS]
    lines = []
    for name, read, _ in ROWS:
        for peer, results in rounds.items():
            if peer != OURS and "recall" not in name:
                ratios = [read(our_result) / read(result) for our_result, result in zip(ours, results, strict=True)]
                lines.append(f"{name}: {_format_cell(ratios, '.2f')} times {peer.name}'s")
    return "\n".join(lines)


def _format_cell(values: Sequence[float], form: str) -> str:
    low, high = format(min(values), form), format(max(values), form)
    return format(statistics.median(values), form) + (f" ({low} to {high})" if low != high else "")


def main(argv: Sequence[str] | None = None) -> None:
    """Runs every system in turn and prints the table after each round."""
    parser = argparse.ArgumentParser(
        prog="rag eval bench side-by-side", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the documents and the questions")
    parser.add_argument("--questions", default="questions_dev.csv", help="the questions' file in that folder")
    parser.add_argument("--peer-python", required=True, help="interpreter of the peers' environment")
    parser.add_argument("--rounds", type=int, default=3, help="how often each system is run, in turn")
    parser.add_argument("--threads", type=int, default=cpu_count(), help="threads of the encoder")
    parser.add_argument("--characters", type=int, help="only so many characters of each document, for a quick try")
    options = parser.parse_args(argv)
    documents, questions = load_documents(options.data), load_questions(options.data / options.questions)
    if options.characters:
        documents = {name: text[: options.characters] for name, text in documents.items()}
    print(f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {options.threads} threads")
    rounds: dict[SystemSpec, list[RoundResult]] = {}
    for number in range(1, options.rounds + 1):
        for system in (OURS, *PEERS):
            python = sys.executable if system == OURS else options.peer_python
            result = run_system(system, python, options.threads, documents, questions)
            rounds.setdefault(system, []).append(result)
            _notify(f"round {number} of {options.rounds}: {system.name}, {result.indexing:.0f} s to index")
        tables = f"{results_table(rounds)}\n\n{ratio_lines(rounds)}"
        print(f"\nafter {number} of {options.rounds} rounds\n\n{tables}\n", flush=True)
    for system, results in rounds.items():
        print(f"{system.name}: {', '.join(f'{name} {version}' for name, version in results[0].versions.items())}")


def _notify(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
