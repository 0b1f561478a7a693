"""Writes the pairs that the cross-encoder is trained and measured on.

It is measured on planted falsehoods.

Run: python -m evals.training.build_training_set --data DIR --to FOLDER. DIR has support/, wice/ and qa/ as published.
FOLDER gets public.jsonl and planted.jsonl, which scripts/train_verifier.py reads, and planted_held_out.jsonl, whose
articles are in neither of the two. ragtruth.jsonl and own.jsonl are for its second stage.
"""

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from evals.datasets.articles import bundled_articles
from evals.datasets.published import SQUAD, XQUAD, read_published
from evals.training.perturbations import perturbed_pairs
from evals.training.reader import own_statements
from evals.training.support import ragtruth
from evals.training.training_datasets import (
    SUMMEDITS_TRAINED,
    TrainingPair,
    read_rows,
    read_training_pairs,
    read_unlicensed_pairs,
    split_sentences,
)
from rag.types.article import Article
from rag.verification.verifier import EXCERPT_WORDS

SEED = 11
ROUNDS = 3
# For each collection of texts: the maximum number of pairs, and how often each sentence is used.
_LIMITS = {"squad": (7_000, 2), "factcg_text": (12_000, 1), "wice_text": (9_000, 1), "summedits_text": (2_500, 1)}


def load_corpus() -> list[Article]:
    """Loads the bundled articles, sorted by id."""
    return sorted(bundled_articles(), key=lambda article: article.id)


def held_out_ids(articles: Iterable[Article]) -> set[str]:
    """Ids of every third article by title: nothing is trained on these."""
    by_title = sorted(articles, key=lambda article: article.title)
    return {article.id for position, article in enumerate(by_title) if position % 3 == 0}


def build_planted_pairs(data: Path | None) -> tuple[list[TrainingPair], list[TrainingPair]]:
    """Makes true and false statements by rule.

    Returns the pairs for training, and those from the held-out articles. `data` is the folder of the public texts;
    without it only the corpus is used. The corpus's pairs are the same in both cases.
    """
    chance = random.Random(SEED)  # noqa: S311  (reproducible, nothing to guard)
    articles = load_corpus()
    held_out = held_out_ids(articles)
    trained: list[TrainingPair] = []
    measured: list[TrainingPair] = []
    for article in articles:
        rounds = 1 if article.id in held_out else ROUNDS
        pairs = perturbed_pairs(article.id, split_sentences(article.text), "corpus", chance, rounds)
        (measured if article.id in held_out else trained).extend(pairs)
    if data is None:
        return trained, measured
    for name, (limit, rounds) in _LIMITS.items():
        texts = _read_texts(data, name)
        chance.shuffle(texts)
        pairs = []
        for document, sentences in texts:
            pairs += perturbed_pairs(document, sentences, name, chance, rounds)
            if len(pairs) >= limit:
                break
        trained += pairs[:limit]
    return trained, measured


def _read_texts(data: Path, name: str) -> list[tuple[str, list[str]]]:
    """The running texts of one collection, each with its name and sentences."""
    if name == "wice_text":
        rows = read_rows(data / "wice/non_supported_tokens_train.jsonl")
        return [(row["evidence"][0], row["evidence"]) for row in rows]
    if name == "squad":
        queries = json.loads(read_published(data / "qa/squad/search_datasets/squad2/queries.json", SQUAD))
        xquad = json.loads(read_published(data / "qa/squad/xquad/xquad.en.json", XQUAD))
        paragraphs = [query.get("context") or query.get("paragraph") or "" for query in queries["queries"]]
        paragraphs += [paragraph["context"] for entry in xquad["data"] for paragraph in entry["paragraphs"]]
        texts = list(dict.fromkeys(paragraphs))
    elif name == "factcg_text":
        paths = sorted((data / "support/factcg/data").rglob("*.json"))
        texts = sorted({row["text_a"] for path in paths for row in read_rows(path) if row["text_a"].strip()})
    else:
        folder = data / "support/summedits/data/summedits"
        files = [folder / f"summedits_{domain}.json" for domain in SUMMEDITS_TRAINED]
        texts = sorted({row["doc"] for file in files for row in read_rows(file)})
    return [(text[:80], split_sentences(text)) for text in texts if text]


def write_pairs(pairs: Iterable[TrainingPair], path: Path) -> None:
    """Writes one JSON object a pair.

    Its keys are statement, evidence, label (0 or 1), source and document.
    """
    with path.open("w", encoding="utf-8") as file:
        for pair in pairs:
            row = {
                "statement": pair.statement, "evidence": pair.evidence, "label": int(pair.is_supported),
                "source": pair.source, "document": pair.document[:80],
            }  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def main(argv: Sequence[str] | None = None) -> None:
    """Writes the files of pairs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with support/, wice/ and qa/ as published")
    parser.add_argument("--to", type=Path, required=True, help="folder that the files are written to")
    parser.add_argument(
        "--unlicensed", action="store_true",
        help="also unlicensed.jsonl: sets that may not go into a model that ships, to measure what they would add",
    )  # fmt: skip
    options = parser.parse_args(argv)
    options.to.mkdir(parents=True, exist_ok=True)
    write_pairs(read_training_pairs(options.data), options.to / "public.jsonl")
    write_pairs(ragtruth.training_pairs(options.data, EXCERPT_WORDS), options.to / "ragtruth.jsonl")
    write_pairs(own_statements.training_pairs(EXCERPT_WORDS), options.to / "own.jsonl")
    if options.unlicensed:
        write_pairs(read_unlicensed_pairs(options.data), options.to / "unlicensed.jsonl")
    trained, measured = build_planted_pairs(options.data)
    write_pairs(trained, options.to / "planted.jsonl")
    write_pairs(measured, options.to / "planted_held_out.jsonl")


if __name__ == "__main__":
    main()
