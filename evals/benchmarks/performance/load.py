"""Puts a real server under load over HTTP on loopback.

It measures the visitors' waiting times and the growth of the server's process.

Run: python -m evals bench load [--visitors 50] [--minutes 5] [--think 10 20] [--url URL]. Without --url, `rag serve` is
started over the bundled corpus and its process is watched. Visitors and server share this machine's processors.
"""

import argparse
import asyncio
import json
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.benchmarks.performance.load_clients import (
    ANSWERED,
    BUSY,
    ENDPOINTS,
    ERROR,
    ClientReply,
    LoadRun,
    run_visitors,
    warm_up,
)
from evals.benchmarks.performance.speed import shuffled_articles
from evals.datasets.cases import SPLITS, load_cases
from evals.report.tables import markdown_table
from rag import open_engine
from rag.settings.process import cpu_count

ROOT = Path(__file__).parents[3]
SERVE = "import sys; sys.path.append({root!r}); from rag.cli import run; sys.exit(run(sys.argv[1:]))"
SAMPLE_SECONDS = 30.0
# Seconds at the beginning that are not counted as growth.
SETTLING_SECONDS = 60.0
TICKS_PER_SECOND = 100  # the page size of /proc on current Linux
WARM_UP_QUESTIONS = 10
QUESTIONS_BEFORE_ADDING = 100
MAX_ERRORS = 5


@dataclass(frozen=True, slots=True)
class ProcessSample:
    """A sample of the server's process at one moment.

    `elapsed` is seconds since the start; the others are resident bytes, open files, threads, and seconds of CPU.
    """

    elapsed: float
    memory: int
    files: int
    threads: int
    cpu: float


def golden_questions() -> list[str]:
    """The single questions of both splits of the commentary suite."""
    return [case.question for split in SPLITS for case in load_cases("commentary", split) if case.question]


@contextmanager
def run_server(folder: Path) -> Iterator[tuple[str, int]]:
    """Starts a server over the bundled corpus, without a rate limit.

    Gives its address and process id.
    """
    (folder / ".env").write_text("RAG_RATE_LIMIT=0\n", encoding="utf-8")
    command = [sys.executable, "-c", SERVE.format(root=str(ROOT)), "--home", "home", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith("ready: "):
                raise SystemExit("the server did not start; try: rag serve")
            yield line.split()[-1], process.pid
        finally:
            process.terminate()


def sample_process(pid: int, start: float) -> ProcessSample | None:
    """Samples the process from /proc; None if the process does not exist.

    `start` is a time of time.monotonic().
    """
    folder = Path("/proc") / str(pid)
    try:
        status = dict(line.split(":", 1) for line in (folder / "status").read_text(encoding="utf-8").splitlines())
        fields = (folder / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        files = sum(1 for _ in (folder / "fd").iterdir())
    except OSError:
        return None
    return ProcessSample(
        elapsed=time.monotonic() - start,
        memory=int(status["VmRSS"].split()[0]) * 1024,
        files=files,
        threads=int(status["Threads"]),
        cpu=(int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND,
    )


async def _sample_until(pid: int | None, start: float, until: float) -> list[ProcessSample]:
    samples: list[ProcessSample] = []
    while pid is not None and time.monotonic() < until:
        sample = sample_process(pid, start)
        samples += [sample] if sample else []
        await asyncio.sleep(min(SAMPLE_SECONDS, max(0.05, until - time.monotonic())))
    return samples


async def measure_load(address: str, pid: int | None, visitors: int, seconds: float, think: tuple[float, float]) -> str:
    """Runs visitors against a server and returns the report.

    Before that, one question is asked at each endpoint. The visitors ask for `seconds`; `think` is as in LoadRun.
    """
    questions = golden_questions()
    await warm_up(address, questions[0])
    start = time.monotonic()
    run = LoadRun(address, questions, think, start + seconds)
    samples, _ = await asyncio.gather(_sample_until(pid, start, run.until), run_visitors(visitors, run))
    elapsed = time.monotonic() - start
    return "\n\n".join([latency_table(run, elapsed), *([memory_growth(samples)] if samples else []), *error_lines(run)])


def latency_table(run: LoadRun, elapsed: float) -> str:
    """A Markdown table of waiting times in milliseconds: a row an endpoint.

    The health endpoint has a row, too. `elapsed` is in seconds.
    """
    rows = []
    for endpoint in (*ENDPOINTS, "/health"):
        replies = [reply for reply in (*run.replies, *run.health) if reply.endpoint == endpoint]
        by_outcome = {
            outcome: [reply for reply in replies if reply.outcome == outcome] for outcome in (ANSWERED, BUSY, ERROR)
        }
        counts = (str(len(by_outcome[outcome])) for outcome in (ANSWERED, BUSY, ERROR))
        rows.append((endpoint, *counts, _percentiles(by_outcome[ANSWERED]), _percentiles(by_outcome[BUSY])))
    answered = sum(reply.outcome == ANSWERED for reply in run.replies)
    headings = ("", "answered", "busy", "errors", "answered after, ms", "told busy after, ms")
    answers, requests = answered / elapsed, len(run.replies) / elapsed
    rates = f"{answers:.1f} answers and {requests:.1f} requests a second over {elapsed:.0f} s"
    return f"{markdown_table(headings, rows)}\n\n{rates}"


def memory_growth(samples: Sequence[ProcessSample]) -> str:
    """The process's memory at each sample, and its growth after the start."""
    settled = [sample for sample in samples if sample.elapsed >= SETTLING_SECONDS]
    memory = ", ".join(f"{sample.memory / 1e6:.0f}" for sample in samples)
    lines = [f"memory, MB, every {SAMPLE_SECONDS:.0f} s: {memory}"]
    if len(settled) > 2:
        minutes, megabytes = [sample.elapsed / 60 for sample in settled], [sample.memory / 1e6 for sample in settled]
        slope = float(np.polyfit(minutes, megabytes, 1)[0])
        lines.append(f"slope after the first minute: {slope:+.2f} MB a minute")
    first, last = (settled or samples)[0], samples[-1]
    busy = (samples[-1].cpu - samples[0].cpu) / max(1e-9, samples[-1].elapsed - samples[0].elapsed) / cpu_count()
    lines.append(f"open files {first.files} to {last.files}, threads {first.threads} to {last.threads}")
    lines.append(f"the server's share of {cpu_count()} processors: {100 * busy:.0f}%")
    return "\n".join(lines)


def error_lines(run: LoadRun) -> list[str]:
    """A line with the first errors, each once; empty if there was no error."""
    errors = dict.fromkeys(reply.error for reply in (*run.replies, *run.health) if reply.outcome == ERROR)
    return [f"errors: {'; '.join(list(errors)[:MAX_ERRORS])}"] if errors else []


def measure_while_adding(passages: int) -> str:
    """The time of a question in a process that is adding articles.

    For comparison, questions are asked before, too.
    """
    questions = golden_questions()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "made.jsonl"
        source.write_text("\n".join(json.dumps(row) for row in shuffled_articles(passages)), encoding="utf-8")
        with open_engine(Path(folder) / "home") as engine:
            for question in questions[:WARM_UP_QUESTIONS]:
                engine.ask(question)

            def ask(question: str) -> ClientReply:
                start = time.monotonic()
                engine.ask(question)
                return ClientReply("", ANSWERED, time.monotonic() - start)

            before = [ask(question) for question in questions[:QUESTIONS_BEFORE_ADDING]]
            adding = threading.Thread(target=engine.add, args=(source,))
            adding.start()
            during: list[ClientReply] = []
            while adding.is_alive():
                during.append(ask(questions[len(during) % len(questions)]))
                time.sleep(0.2)
    return (
        f"alone: {_percentiles(before)}\n"
        f"while {passages} passages are added: {_percentiles(during)} ({len(during)} questions)"
    )


def _percentiles(replies: Sequence[ClientReply]) -> str:
    if len(replies) < 2:
        return "–"
    p50, p95, longest = np.percentile([1000 * reply.seconds for reply in replies], [50, 95, 100])
    return f"p50 {p50:,.0f}, p95 {p95:,.0f}, max {longest:,.0f}"


def main(argv: Sequence[str] | None = None) -> None:
    """Measures a server under load, or questions while articles are added."""
    parser = argparse.ArgumentParser(
        prog="rag eval bench load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visitors", type=int, default=50, help="visitors at once")
    parser.add_argument("--minutes", type=float, default=5, help="how long they ask")
    parser.add_argument("--think", type=float, nargs=2, default=(10.0, 20.0), metavar=("FROM", "TO"),
                        help="seconds that a visitor reads before the next question")  # fmt: skip
    parser.add_argument("--url", help="address of a running server, instead of one that is started")
    parser.add_argument("--adding", type=int, metavar="PASSAGES", help="instead: questions while articles are added")
    options = parser.parse_args(argv)
    print(f"{platform.system()} {platform.machine()}, {cpu_count()} processors, Python {platform.python_version()}")
    if options.adding:
        print(measure_while_adding(options.adding))
        return
    think = (options.think[0], options.think[1])
    visitors, seconds = options.visitors, 60 * options.minutes
    print(f"{visitors} visitors, {options.minutes:g} minutes, {think[0]:g} to {think[1]:g} s between questions\n")
    if options.url:
        print(asyncio.run(measure_load(options.url, None, visitors, seconds, think)))
        return
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder)) as (address, pid):
        print(asyncio.run(measure_load(address, pid, visitors, seconds, think)))


if __name__ == "__main__":
    main()
