"""What a library on servers costs beside one in files: articles put in, indexes filled, a question, a replica's delay;
and what encoding gains by workers.

Run: RAG_LIBRARY_URL=... RAG_CHROMA_URL=... python -m evals bench scaling [--passages N] [--no-ray]. The database must
be new: it gets a library. Articles are made of the bundled corpus's own sentences, as `bench speed` makes them; they
are encoded once, and what follows is timed without the encoder.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.benchmarks.speed import articles
from evals.suite import load as load_suite
from rag import Article, open_engine
from rag.encoder import BundledEncoder
from rag.home import Home
from rag.readers import Reading
from rag.settings import Settings, load_settings
from rag.workers import Here, OnRay, Workers
from rag.writer_lock import library_lock

PASSAGES_A_BATCH = 60
ENCODED = 480
TIMES = 20


def timed(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def filling(files: Home, served: Home, source: Path) -> list[str]:
    """The library in files by `rag add`; the one on servers from it, step by step."""
    took = timed(lambda: files.add([source]))
    number = files.library.count_passages()
    said = [f"in files, encoding and all: {number} passages in {took:.0f} s, {number / took:.1f} a second"]
    ready = []
    for holding in reversed(files.library.holdings()):
        article = files.library.article(holding.id)
        if article:
            ready.append((article, files.library.passages_of(holding.id)))
    with library_lock(served.place, served.path, 60):
        start = time.perf_counter()
        for article, stored in ready:
            served.library.put(article, stored, "made")
        took = time.perf_counter() - start
        said.append(f"library {served.place}: {number / took:.0f} passages a second, {len(ready) / took:.0f} commits")
        took = timed(served.indexer.levels.bring_served)
        said.append(f"vectors {served.vectors}: {number / took:.0f} passages a second")
    took = timed(served.indexer.follow)
    said.append(f"full text of one replica, from the library: {number / took:.0f} passages a second")
    return said


def sizes(home: Path, number: int) -> str:
    """Bytes a passage on disk, part by part."""
    parts = {"library": "library.sqlite*", "vectors": "vectors-*/**/*", "full text": "**/fulltext/*"}
    return ", ".join(
        f"{name} {sum(one.stat().st_size for one in home.glob(pattern) if one.is_file()) / number:.0f}"
        for name, pattern in parts.items()
    )


def asking(settings: Settings, questions: Sequence[str]) -> str:
    with open_engine(settings=settings) as engine:
        for question in questions[:10]:
            engine.search(question, k=6)
        taken = [timed(lambda q=question: engine.search(q, k=6)) * 1000 for question in questions]  # type: ignore[misc]
    cuts = statistics.quantiles(taken, n=20)
    return f"p50 {statistics.median(taken):.0f} ms, p95 {cuts[18]:.0f} ms over {len(taken)}"


def following(one: Home, two: Home, made: Sequence[dict[str, str]]) -> str:
    """An article of six passages put in through one folder, and taken over by the other."""
    two.follow()
    added, followed = [], []
    for number, piece in enumerate(made[:TIMES]):
        article = Article(f"late-{number}", piece["title"], piece["text"])
        reading = Reading(article, f"late-{number}", named=True)
        added.append(timed(lambda what=reading: one.indexer.add([what])) * 1000)  # type: ignore[misc]
        followed.append(timed(two.follow) * 1000)
    return (
        f"one article: added in {statistics.median(added):.0f} ms (most {max(added):.0f}), taken over by a replica in "
        f"{statistics.median(followed):.0f} ms (most {max(followed):.0f}) from when it looks"
    )


def encoding(workers: Workers, made: Sequence[dict[str, str]], *, at_once: bool) -> float:
    """Passages a second; one batch after the other, or all at once."""
    pieces = [Article(one["id"], one["title"], one["text"]) for one in made]
    size = PASSAGES_A_BATCH // 6
    batches = [pieces[start : start + size] for start in range(0, len(pieces), size)]
    for promise in [workers.begin(batch) for batch in batches[:2]]:  # brings the encoder in, on both
        promise()
    start = time.perf_counter()
    if at_once:
        done = [promise() for promise in [workers.begin(batch) for batch in batches]]
    else:
        done = [workers.begin(batch)() for batch in batches]
    return sum(len(stored) for batch in done for stored in batch) / (time.perf_counter() - start)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=2_000)
    parser.add_argument("--no-ray", action="store_true", help="leave the workers out")
    given = parser.parse_args(argv)
    if not (load_settings().library_url and load_settings().chroma_url):
        parser.error("name the servers with RAG_LIBRARY_URL and RAG_CHROMA_URL")
    made = articles(given.passages)
    questions = [case.question for case in load_suite("commentary", "dev") if case.question]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "made.jsonl"
        source.write_text("\n".join(json.dumps(one) for one in made), encoding="utf-8")
        in_files = load_settings(home=Path(folder) / "files", library_url=None, chroma_url=None)
        on_servers = [load_settings(home=Path(folder) / name) for name in ("one", "two")]
        with Home(in_files, empty=True) as files, Home(on_servers[0], empty=True) as served:
            for line in filling(files, served, source):
                print(line, flush=True)
            print(f"bytes a passage in files: {sizes(files.path, files.library.count_passages())}", flush=True)
            print(f"search in files: {asking(in_files, questions)}", flush=True)
            print(f"search on servers: {asking(on_servers[0], questions)}", flush=True)
            with Home(on_servers[1]) as other:
                print(following(served, other, made), flush=True)
    if given.no_ray:
        return
    sample = made[: ENCODED // 6]
    encoder = BundledEncoder(threads=1)
    print(f"encoding here, one thread: {encoding(Here(encoder), sample, at_once=False):.1f} passages a second")
    every = Here(BundledEncoder())
    print(f"encoding here, a thread a processor: {encoding(every, sample, at_once=False):.1f} passages a second")
    spread = OnRay("local", load_settings(), encoder)
    print(f"one worker on Ray: {encoding(spread, sample, at_once=False):.1f} passages a second")
    print(f"{spread.ahead // 2} workers on Ray: {encoding(spread, sample, at_once=True):.1f} passages a second")


if __name__ == "__main__":
    main()
