"""Measures how long the quotations of a page take against a library of any size.

Run: python -m evals bench quotations [--words 1000000]. The library is synthetic (synthetic_corpus): its passages are
stored and indexed for full text, without vectors, because quotations are looked up by their words alone. A page has
twenty quotations: a third as they are, a third with a word replaced, a third invented.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from evals.benchmarks.performance.synthetic_corpus import SentencePool, SyntheticArticles, invented_name
from evals.report.tables import markdown_table
from rag.drafts.attribution import DraftAttribution
from rag.drafts.quotation_check import check_quotation
from rag.drafts.quoting.lookup import QuotationLookup
from rag.drafts.quoting.quotations import find_quotations
from rag.index.base import IndexEntry, Scope
from rag.index.fulltext import FullTextIndex
from rag.ingest.splitter import passage_id
from rag.storage.library import LIBRARY_FILE, Library
from rag.types.article import Article
from rag.types.passage import Passage, StoredPassage, Vector

T = TypeVar("T")
QUOTATIONS_PER_PAGE = 20
PAGES = 5
_DIMENSION = 4
_ARTICLES_PER_BATCH = 200


@dataclass(frozen=True, slots=True)
class TextLibrary:
    """A library and its full-text index, without vectors."""

    library: Library
    fulltext: FullTextIndex

    def search_safely(self, search: Callable[[], T]) -> T:
        """Runs `search`; the index is new and needs no repair."""
        return search()


def main(arguments: Sequence[str]) -> None:
    """Runs the benchmark on the command line."""
    parser = argparse.ArgumentParser(prog="rag eval bench quotations", description=__doc__)
    parser.add_argument("--words", type=int, nargs="+", default=[1_000_000])
    rows = []
    for words in parser.parse_args(arguments).words:
        with TemporaryDirectory() as folder:
            text_library, articles, stored = build_library(Path(folder), words)
            rows.append(_measure(QuotationLookup(text_library), articles, stored))
            text_library.library.close()
            text_library.fulltext.close()
    headings = ("words", "quotations", "as expected", "s a page", "longest", "CPU s a page", "ms a quotation")
    print(markdown_table(headings, rows))


def build_library(folder: Path, min_words: int) -> tuple[TextLibrary, list[Article], int]:
    """Builds a library of at least `min_words`.

    Returns it with some of its articles and the number of its words.
    """
    library = Library.create(folder / LIBRARY_FILE, "none", _DIMENSION)
    fulltext = FullTextIndex(folder)
    made, words, number = SyntheticArticles(SentencePool.bundled()), 0, 0
    sample: list[Article] = []
    vector: Vector = np.array([1.0, 0.0, 0.0, 0.0], dtype=np.float32)

    def entries() -> Iterator[list[IndexEntry]]:
        nonlocal words, number
        while words < min_words:
            batch: list[IndexEntry] = []
            for _ in range(_ARTICLES_PER_BATCH):
                article, passages = made.article(number)
                stored = list(_stored(article, passages, vector))
                library.put(article, stored, f"/made/{number}")
                batch += [_entry(article, passage) for passage in stored]
                words += len(article.text.split())
                number += 1
                if number % 50 == 1 and len(sample) < PAGES * QUOTATIONS_PER_PAGE:
                    sample.append(article)
            yield batch

    fulltext.rebuild(entries(), library.generation())
    return TextLibrary(library, fulltext), sample, words


def _measure(lookup: QuotationLookup, articles: Sequence[Article], words: int) -> tuple[str, ...]:
    chance = random.Random(1)  # noqa: S311  (reproducible, nothing to guard)
    quoted = [_quoted(chance, articles, number % 3) for number in range(PAGES * QUOTATIONS_PER_PAGE)]
    seconds: list[float] = []
    cpu: list[float] = []
    right = 0
    for first in range(0, len(quoted), QUOTATIONS_PER_PAGE):
        start, cpu_start = time.perf_counter(), time.process_time()
        for text, expected in quoted[first : first + QUOTATIONS_PER_PAGE]:
            (quotation,) = find_quotations(f"“{text}”")
            finding = check_quotation(quotation, DraftAttribution(), lookup, Scope())
            right += finding.verdict in expected
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - cpu_start)
    mean = sum(seconds) / len(seconds)
    return (
        f"{words:,}", str(len(quoted)), f"{100 * right / len(quoted):.0f} %", f"{mean:.2f}", f"{max(seconds):.2f}",
        f"{sum(cpu) / len(cpu):.2f}", f"{1000 * mean / QUOTATIONS_PER_PAGE:.0f}",
    )  # fmt: skip


def _quoted(chance: random.Random, articles: Sequence[Article], kind: int) -> tuple[str, tuple[str, ...]]:
    """A quotation, and the verdicts that are right for it."""
    sentence = chance.choice(chance.choice(articles).text.split(". ")[1:-1] or ["It is a long road"]).replace("\n", " ")
    words = sentence.replace("“", "").replace("”", "").split()[:40]
    if kind == 0:
        return " ".join(words), ("verbatim", "cut")
    if kind == 1 and len(words) > 7:
        words[len(words) // 2] = invented_name(chance.randrange(10**6))
        return " ".join(words), ("altered",)
    return " ".join(invented_name(chance.randrange(10**6)) for _ in range(12)), ("not_found",)


def _stored(article: Article, passages: Sequence[Sequence[tuple[int, int]]], vector: Vector) -> Iterator[StoredPassage]:
    digest = article.sha256
    for ordinal, spans in enumerate(passages):
        start, end = spans[0][0], spans[-1][1]
        passage = Passage(
            passage_id(digest, start, end), article.id, ordinal, start, end, article.text[start:end], tuple(spans)
        )
        yield StoredPassage(passage, vector, np.tile(vector, (len(spans), 1)))


def _entry(article: Article, stored: StoredPassage) -> IndexEntry:
    passage = stored.passage
    return IndexEntry(
        passage.id, passage.text, "", "", stored.vector, article.author, article.source, article.topics, None
    )
