"""A real server under load: visitors at once over HTTP on loopback, what they waited, and what the server grew to.

Run: python -m evals bench load [--visitors 50] [--minutes 5] [--think 10 20] [--url URL]. Without --url, `rag serve` is
started over the bundled corpus and its process watched. Visitors and server share this machine's processors.
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

from evals.benchmarks.speed import articles
from evals.benchmarks.visitors import ANSWERED, BUSY, ERROR, WAYS, Reply, Visit, first, visits
from evals.suite import load as load_suite
from evals.tables import markdown
from rag import open_engine
from rag.encoder import processors

ROOT = Path(__file__).parents[2]
SERVE = "import sys; sys.path.append({root!r}); from rag.cli import run; sys.exit(run(sys.argv[1:]))"
# Seconds between two looks at the server's process, and those that are its start and no growth.
EVERY, SETTLING = 30.0, 60.0
CLOCK = 100  # ticks a second in /proc, on every Linux of today


@dataclass(frozen=True, slots=True)
class Look:
    """The server's process at a moment: seconds since the start, resident bytes, open files, threads, CPU seconds."""

    at: float
    memory: int
    files: int
    threads: int
    cpu: float


def questions() -> list[str]:
    """Those of the golden suite."""
    return [case.question for split in ("dev", "test") for case in load_suite("commentary", split) if case.question]


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, int]]:
    """Address and process id of a server over the bundled corpus, which refuses nobody for asking often."""
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


def look(pid: int, since: float) -> Look | None:
    """The process as /proc shows it; None where there is none."""
    folder = Path("/proc") / str(pid)
    try:
        said = dict(line.split(":", 1) for line in (folder / "status").read_text(encoding="utf-8").splitlines())
        ticks = (folder / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        files = sum(1 for _ in (folder / "fd").iterdir())
    except OSError:
        return None
    return Look(
        at=time.monotonic() - since,
        memory=int(said["VmRSS"].split()[0]) * 1024,
        files=files,
        threads=int(said["Threads"]),
        cpu=(int(ticks[11]) + int(ticks[12])) / CLOCK,
    )


async def _looks(pid: int | None, start: float, until: float) -> list[Look]:
    found: list[Look] = []
    while pid is not None and time.monotonic() < until:
        one = look(pid, start)
        found += [one] if one else []
        await asyncio.sleep(min(EVERY, max(0.05, until - time.monotonic())))
    return found


async def loaded(address: str, pid: int | None, number: int, seconds: float, think: tuple[float, float]) -> str:
    """The report of so many visitors over so many seconds, once the server has answered for the first time."""
    asked = questions()
    await first(address, asked[0])
    start = time.monotonic()
    visit = Visit(address, asked, think, start + seconds)
    looks, _ = await asyncio.gather(_looks(pid, start, visit.until), visits(number, visit))
    took = time.monotonic() - start
    return "\n\n".join([table(visit, took), *([growth(looks)] if looks else []), *failures(visit)])


def table(visit: Visit, took: float) -> str:
    """Markdown: a row a way to ask, and one for the health; milliseconds."""
    rows = []
    for way in (*WAYS, "/health"):
        some = [one for one in (*visit.replies, *visit.health) if one.way == way]
        done = {outcome: [one for one in some if one.outcome == outcome] for outcome in (ANSWERED, BUSY, ERROR)}
        counts = (str(len(done[outcome])) for outcome in (ANSWERED, BUSY, ERROR))
        rows.append((way, *counts, _spread(done[ANSWERED]), _spread(done[BUSY])))
    answered = sum(one.outcome == ANSWERED for one in visit.replies)
    heads = ("", "answered", "busy", "errors", "answered after, ms", "told busy after, ms")
    rates = f"{answered / took:.1f} answers and {len(visit.replies) / took:.1f} requests a second over {took:.0f} s"
    return f"{markdown(heads, rows)}\n\n{rates}"


def _spread(replies: Sequence[Reply]) -> str:
    if len(replies) < 2:
        return "–"
    p50, p95, most = np.percentile([1000 * one.seconds for one in replies], [50, 95, 100])
    return f"p50 {p50:,.0f}, p95 {p95:,.0f}, max {most:,.0f}"


def growth(looks: Sequence[Look]) -> str:
    """What the process grew to, at each look, and how fast once it had settled."""
    settled = [one for one in looks if one.at >= SETTLING]
    memory = ", ".join(f"{one.memory / 1e6:.0f}" for one in looks)
    lines = [f"memory, MB, every {EVERY:.0f} s: {memory}"]
    if len(settled) > 2:
        slope = float(np.polyfit([one.at / 60 for one in settled], [one.memory / 1e6 for one in settled], 1)[0])
        lines.append(f"slope after the first minute: {slope:+.2f} MB a minute")
    begun, last = (settled or looks)[0], looks[-1]
    busy = (looks[-1].cpu - looks[0].cpu) / max(1e-9, looks[-1].at - looks[0].at) / processors()
    lines.append(f"open files {begun.files} to {last.files}, threads {begun.threads} to {last.threads}")
    lines.append(f"the server's share of {processors()} processors: {100 * busy:.0f}%")
    return "\n".join(lines)


def failures(visit: Visit) -> list[str]:
    """The first words of what went wrong, each once."""
    words = dict.fromkeys(one.why for one in (*visit.replies, *visit.health) if one.outcome == ERROR)
    return [f"errors: {'; '.join(list(words)[:5])}"] if words else []


def while_adding(passages: int) -> str:
    """How long a question waits in the process that is adding articles, and how long before."""
    asked = questions()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "made.jsonl"
        source.write_text("\n".join(json.dumps(one) for one in articles(passages)), encoding="utf-8")
        with open_engine(Path(folder) / "home") as engine:
            for question in asked[:10]:
                engine.ask(question)

            def timed(question: str) -> Reply:
                start = time.monotonic()
                engine.ask(question)
                return Reply("", ANSWERED, time.monotonic() - start)

            before = [timed(question) for question in asked[:100]]
            adding = threading.Thread(target=engine.add, args=(source,))
            adding.start()
            during: list[Reply] = []
            while adding.is_alive():
                during.append(timed(asked[len(during) % len(asked)]))
                time.sleep(0.2)
    return f"alone: {_spread(before)}\nwhile {passages} passages are added: {_spread(during)} ({len(during)} questions)"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="evals bench load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--think", type=float, nargs=2, default=(10.0, 20.0), metavar=("FROM", "TO"),
                        help="seconds that a visitor reads before the next question")  # fmt: skip
    parser.add_argument("--url", help="a server that is there, instead of one that is started")
    parser.add_argument("--adding", type=int, metavar="PASSAGES", help="instead: questions while articles are added")
    given = parser.parse_args(argv)
    print(f"{platform.system()} {platform.machine()}, {processors()} processors, Python {platform.python_version()}")
    if given.adding:
        print(while_adding(given.adding))
        return
    think = (given.think[0], given.think[1])
    print(f"{given.visitors} visitors, {given.minutes:g} minutes, {think[0]:g} to {think[1]:g} s between questions\n")
    if given.url:
        print(asyncio.run(loaded(given.url, None, given.visitors, 60 * given.minutes, think)))
        return
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as (address, pid):
        print(asyncio.run(loaded(address, pid, given.visitors, 60 * given.minutes, think)))


if __name__ == "__main__":
    main()
