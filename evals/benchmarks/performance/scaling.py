"""Compares a library on servers with one in files; measures encoding by workers.

Run: RAG_LIBRARY_URL=... RAG_CHROMA_URL=... python -m evals bench scaling [--passages N] [--no-ray]. The database must
be new; the benchmark creates a library in it. It measures adding articles, filling the indexes, a question, and a
replica's delay. Articles are made of the bundled corpus's own sentences, as in `bench speed`. They are encoded once;
the other times do not include the encoder.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.benchmarks.performance.speed import shuffled_articles
from evals.datasets.cases import load_cases
from rag import Article, open_engine
from rag.embedding.bundled import BundledEncoder
from rag.ingest.workers import EncodingWorkers, LocalWorkers, RayWorkers
from rag.settings import Settings, load_command_settings
from rag.storage.locks import library_lock
from rag.types.ingest import LoadedArticle
from rag.workspace import Workspace

PASSAGES_PER_ARTICLE = 6
PASSAGES_PER_BATCH = 60
ENCODED_PASSAGES = 480
SINGLE_ADDS = 20
WARM_UP_QUESTIONS = 10
SEARCHED = 6
LOCK_TIMEOUT_SECONDS = 60


def time_call(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure_filling(files: Workspace, servers: Workspace, source: Path) -> list[str]:
    """Fills the library in files, and the one on servers from it.

    The first is filled by `rag add`, the second step by step.
    """
    seconds = time_call(lambda: files.add([source]))
    passages = files.library.count_passages()
    lines = [f"in files, encoding and all: {passages} passages in {seconds:.0f} s, {passages / seconds:.1f} a second"]
    encoded = []
    for entry in reversed(files.library.entries()):
        article = files.library.article(entry.id)
        if article:
            encoded.append((article, files.library.article_passages(entry.id)))
    with library_lock(servers.location, servers.path, LOCK_TIMEOUT_SECONDS):
        start = time.perf_counter()
        for article, stored in encoded:
            servers.library.put(article, stored, "made")
        seconds = time.perf_counter() - start
        rates = f"{passages / seconds:.0f} passages a second, {len(encoded) / seconds:.0f} commits"
        lines.append(f"library {servers.location}: {rates}")
        seconds = time_call(servers.index_sync.refresh_remote)
        lines.append(f"vectors {servers.vectors}: {passages / seconds:.0f} passages a second")
    seconds = time_call(servers.refresh)
    lines.append(f"full text of one replica, from the library: {passages / seconds:.0f} passages a second")
    return lines


def measure_sizes(home: Path, passages: int) -> str:
    """Bytes a passage on disk, by part."""
    parts = {"library": "library.sqlite*", "vectors": "vectors-*/**/*", "full text": "**/fulltext/*"}
    sizes = {
        name: sum(path.stat().st_size for path in home.glob(pattern) if path.is_file())
        for name, pattern in parts.items()
    }
    return ", ".join(f"{name} {size / passages:.0f}" for name, size in sizes.items())


def measure_searches(settings: Settings, questions: Sequence[str]) -> str:
    """The milliseconds of each question, asked once after a few to warm up."""
    milliseconds = []
    with open_engine(settings=settings) as engine:
        for question in questions[:WARM_UP_QUESTIONS]:
            engine.search(question, k=SEARCHED)
        for question in questions:
            start = time.perf_counter()
            engine.search(question, k=SEARCHED)
            milliseconds.append((time.perf_counter() - start) * 1000)
    p95 = statistics.quantiles(milliseconds, n=20)[18]
    return f"p50 {statistics.median(milliseconds):.0f} ms, p95 {p95:.0f} ms over {len(milliseconds)}"


def measure_replica(writer: Workspace, replica: Workspace, articles: Sequence[dict[str, str]]) -> str:
    """Adds articles through one folder, and refreshes another each time.

    Each article has six passages; times are in milliseconds.
    """
    replica.refresh()
    added, refreshed = [], []
    for number, row in enumerate(articles[:SINGLE_ADDS]):
        loaded = LoadedArticle(Article(f"late-{number}", row["title"], row["text"]), f"late-{number}", has_own_id=True)
        start = time.perf_counter()
        writer.indexer.add([loaded])
        added.append((time.perf_counter() - start) * 1000)
        refreshed.append(time_call(replica.refresh) * 1000)
    return (
        f"one article: added in {statistics.median(added):.0f} ms (at most {max(added):.0f}); a replica takes "
        f"{statistics.median(refreshed):.0f} ms (at most {max(refreshed):.0f}) to refresh once it looks"
    )


def measure_encoding(workers: EncodingWorkers, articles: Sequence[dict[str, str]], *, at_once: bool) -> float:
    """Passages a second; one batch after the other, or all at once."""
    loaded = [Article(row["id"], row["title"], row["text"]) for row in articles]
    size = PASSAGES_PER_BATCH // PASSAGES_PER_ARTICLE
    batches = [loaded[start : start + size] for start in range(0, len(loaded), size)]
    for pending in [workers.submit(batch) for batch in batches[:2]]:  # loads the encoder, in both workers
        pending()
    start = time.perf_counter()
    if at_once:
        encoded = [pending() for pending in [workers.submit(batch) for batch in batches]]
    else:
        encoded = [workers.submit(batch)() for batch in batches]
    return sum(len(stored) for batch in encoded for stored in batch) / (time.perf_counter() - start)


def main(argv: Sequence[str] | None = None) -> None:
    """Measures one after the other and prints a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench scaling"
    )
    parser.add_argument("--passages", type=int, default=2_000, help="size of the libraries")
    parser.add_argument("--no-ray", action="store_true", help="without encoding on Ray")
    options = parser.parse_args(argv)
    if not (load_command_settings().library_url and load_command_settings().chroma_url):
        parser.error("name the servers with RAG_LIBRARY_URL and RAG_CHROMA_URL")
    articles = shuffled_articles(options.passages)
    questions = [case.question for case in load_cases("commentary", "dev") if case.question]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "made.jsonl"
        source.write_text("\n".join(json.dumps(article) for article in articles), encoding="utf-8")
        in_files = load_command_settings(home=Path(folder) / "files", library_url=None, chroma_url=None)
        on_servers = [load_command_settings(home=Path(folder) / name) for name in ("one", "two")]
        with Workspace(in_files, empty=True) as files, Workspace(on_servers[0], empty=True) as servers:
            for line in measure_filling(files, servers, source):
                print(line, flush=True)
            sizes = measure_sizes(files.path, files.library.count_passages())
            print(f"bytes a passage in files: {sizes}", flush=True)
            print(f"search in files: {measure_searches(in_files, questions)}", flush=True)
            print(f"search on servers: {measure_searches(on_servers[0], questions)}", flush=True)
            with Workspace(on_servers[1]) as replica:
                print(measure_replica(servers, replica, articles), flush=True)
    if options.no_ray:
        return
    sample = articles[: ENCODED_PASSAGES // PASSAGES_PER_ARTICLE]
    encoder = BundledEncoder(threads=1)
    rate = measure_encoding(LocalWorkers(encoder), sample, at_once=False)
    print(f"encoding here, one thread: {rate:.1f} passages a second")
    rate = measure_encoding(LocalWorkers(BundledEncoder()), sample, at_once=False)
    print(f"encoding here, a thread a processor: {rate:.1f} passages a second")
    ray = RayWorkers("local", load_command_settings(), encoder)
    print(f"one worker on Ray: {measure_encoding(ray, sample, at_once=False):.1f} passages a second")
    print(f"{ray.max_pending // 2} workers on Ray: {measure_encoding(ray, sample, at_once=True):.1f} passages a second")


if __name__ == "__main__":
    main()
