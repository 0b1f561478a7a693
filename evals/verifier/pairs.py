"""Writes the pairs that the verifier's cross-encoder is trained on, and the planted falsehoods that measure it.

Run: python -m evals.verifier.pairs --data DIR --to FOLDER. DIR holds support/, wice/ and qa/ as published. The folder
gets public.jsonl and planted.jsonl for scripts/train_verifier.py, and planted_held_out.jsonl, whose articles are in
neither.
"""

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from evals.verifier.planted import planted
from evals.verifier.sources import SUMMEDITS_TRAINED, Pair, read_all, rows_of, sentences, unlicensed
from rag.article import Article
from rag.readers import Reading, read
from rag.settings import bundled, load_settings

SEED = 11
# The most pairs that are made of one collection of texts, and how often each sentence of it is used.
_CAPS = {"squad": (7_000, 2), "factcg_text": (12_000, 1), "wice_text": (9_000, 1), "summedits_text": (2_500, 1)}


def held_out(articles: Iterable[Article]) -> set[str]:
    """Ids of every third article by title: never trained on."""
    return {article.id for at, article in enumerate(sorted(articles, key=lambda one: one.title)) if at % 3 == 0}


def corpus() -> list[Article]:
    """The bundled articles."""
    found = [one.article for one in read([bundled("corpus") / "articles"], load_settings()) if isinstance(one, Reading)]
    return sorted(found, key=lambda article: article.id)


def planted_pairs(data: Path | None) -> tuple[list[Pair], list[Pair]]:
    """True and false statements to train on, and those out of the held-out articles.

    Without `data` only the corpus is made use of; its pairs are the same either way.
    """
    chance = random.Random(SEED)  # noqa: S311  (reproducible, nothing to guard)
    articles = corpus()
    aside = held_out(articles)
    trained: list[Pair] = []
    measured: list[Pair] = []
    for article in articles:
        rounds = 1 if article.id in aside else 3
        made = planted(article.id, sentences(article.text), "corpus", chance, rounds)
        (measured if article.id in aside else trained).extend(made)
    if data is None:
        return trained, measured
    for name, (most, rounds) in _CAPS.items():
        texts = _texts(data, name)
        chance.shuffle(texts)
        made = []
        for document, text in texts:
            made += planted(document, text, name, chance, rounds)
            if len(made) >= most:
                break
        trained += made[:most]
    return trained, measured


def _texts(data: Path, name: str) -> list[tuple[str, list[str]]]:
    """Running texts of one collection: what each is called, and its sentences."""
    if name == "wice_text":
        rows = rows_of(data / "wice/non_supported_tokens_train.jsonl")
        return [(row["evidence"][0], row["evidence"]) for row in rows]
    if name == "squad":
        queries = json.loads((data / "qa/squad/search_datasets/squad2/queries.json").read_text(encoding="utf-8"))
        xquad = json.loads((data / "qa/squad/xquad/xquad.en.json").read_text(encoding="utf-8"))
        found = [query.get("context") or query.get("paragraph") or "" for query in queries["queries"]]
        found += [paragraph["context"] for one in xquad["data"] for paragraph in one["paragraphs"]]
        whole = list(dict.fromkeys(found))
    elif name == "factcg_text":
        paths = sorted((data / "support/factcg/data").rglob("*.json"))
        whole = sorted({row["text_a"] for path in paths for row in rows_of(path) if row["text_a"].strip()})
    else:
        folder = data / "support/summedits/data/summedits"
        whole = sorted({row["doc"] for one in SUMMEDITS_TRAINED for row in rows_of(folder / f"summedits_{one}.json")})
    return [(text[:80], sentences(text)) for text in whole if text]


def write(pairs: Iterable[Pair], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for pair in pairs:
            row = {
                "statement": pair.statement, "evidence": pair.evidence, "label": int(pair.is_supported),
                "source": pair.source, "document": pair.document[:80],
            }  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument(
        "--unlicensed", action="store_true",
        help="also unlicensed.jsonl: sets that may not go into a model that ships, to measure what they would add",
    )  # fmt: skip
    given = parser.parse_args(argv)
    given.to.mkdir(parents=True, exist_ok=True)
    write(read_all(given.data), given.to / "public.jsonl")
    if given.unlicensed:
        write(unlicensed(given.data), given.to / "unlicensed.jsonl")
    trained, measured = planted_pairs(given.data)
    write(trained, given.to / "planted.jsonl")
    write(measured, given.to / "planted_held_out.jsonl")


if __name__ == "__main__":
    main()
