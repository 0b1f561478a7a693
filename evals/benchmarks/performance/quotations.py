"""Measures how long the quotations of a page take against a library of any size.

Run: python -m evals bench quotations [--words 1000000 10000000]. The library is synthetic (synthetic_corpus). Its
articles are stored and indexed for full text as the indexer does it. Nothing is encoded and no index of vectors is
built, because quotations are looked up by their words alone. A page has twenty quotations, about 400 words: a third as
they are, a third with a word replaced, a third invented.
"""

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from evals.benchmarks.performance.process_costs import ProcessMemory, Stopwatch
from evals.benchmarks.performance.synthetic_corpus import SentencePool, SyntheticArticles, invented_name
from evals.report.tables import markdown_table
from rag.drafts.attribution import DraftAttribution
from rag.drafts.quotation_check import check_quotation
from rag.drafts.quoting.lookup import QuotationLookup
from rag.drafts.quoting.quotations import find_quotations
from rag.index.base import Scope
from rag.index.fulltext import FullTextIndex
from rag.ingest.splitter import passage_id
from rag.ingest.sync import IndexGroup, IndexSync
from rag.storage.library import LIBRARY_FILE, Library
from rag.types.article import Article
from rag.types.passage import Passage, StoredPassage, Vector

T = TypeVar("T")
R = TypeVar("R")
QUOTATIONS_PER_PAGE = 20
PAGES = 5
# The vectors that a library stores beside the text; quotations need none.
_ENCODER, _DIMENSION = "none", 1
_ARTICLES_PER_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class TextLibrary:
    """A library and its full-text index, without an index of vectors."""

    library: Library
    fulltext: FullTextIndex

    @classmethod
    def open(cls, folder: Path) -> "TextLibrary":
        """Opens the library that `build_library` made in `folder`."""
        return cls(Library(folder / LIBRARY_FILE), FullTextIndex(folder))

    def search_safely(self, search: Callable[[], T]) -> T:
        """Runs `search`; the index is new and needs no repair."""
        return search()

    def close(self) -> None:
        """Closes both."""
        self.fulltext.close()
        self.library.close()


@dataclass(frozen=True, slots=True)
class BuiltLibrary:
    """What was built.

    `words` counts its words, `sample` are some of its articles; it took `processor_seconds`.
    """

    words: int
    sample: tuple[Article, ...]
    processor_seconds: float


def main(arguments: Sequence[str]) -> None:
    """Runs the benchmark on the command line."""
    parser = argparse.ArgumentParser(prog="rag eval bench quotations", description=__doc__)
    parser.add_argument("--words", type=int, nargs="+", default=[1_000_000])
    rows = []
    for words in parser.parse_args(arguments).words:
        with TemporaryDirectory() as name:
            folder = Path(name)
            built = _run_alone(build_library, folder, words)
            rows.append(_run_alone(measure, folder, built))
    headings = (
        "words", "CPU s to build", "quotations", "words a page", "as expected", "s a page", "longest", "CPU s a page",
        "memory",
    )  # fmt: skip
    print(markdown_table(headings, rows))


def build_library(folder: Path, min_words: int) -> BuiltLibrary:
    """Builds a library of at least `min_words` in `folder`.

    Its full-text index is built as the indexer builds it.
    """
    library, fulltext = Library.create(folder / LIBRARY_FILE, _ENCODER, _DIMENSION), FullTextIndex(folder)
    made, building = SyntheticArticles(SentencePool.bundled()), Stopwatch()
    words = 0
    sample: list[Article] = []

    def articles() -> Iterator[tuple[Article, str, list[StoredPassage]]]:
        nonlocal words
        number = 0
        while words < min_words:
            article, passages = made.article(number)
            yield article, f"/made/{number}", list(_stored(article, passages))
            words += len(article.text.split())
            if number % _ARTICLES_PER_SAMPLE == 0 and len(sample) < PAGES * QUOTATIONS_PER_PAGE:
                sample.append(article)
            number += 1

    library.reencode(_ENCODER, _DIMENSION, articles())
    IndexSync(library, [IndexGroup([fulltext], _no_lock)], _ENCODER, _no_lock).sync()
    TextLibrary(library, fulltext).close()
    return BuiltLibrary(words, tuple(sample), building.processor)


def measure(folder: Path, built: BuiltLibrary) -> tuple[str, ...]:
    """The row of the table for the library in `folder`."""
    text_library = TextLibrary.open(folder)
    lookup = QuotationLookup(text_library)
    chance = random.Random(1)  # noqa: S311  (reproducible, nothing to guard)
    quoted = [_quoted(chance, built.sample, number % 3) for number in range(PAGES * QUOTATIONS_PER_PAGE)]
    seconds: list[float] = []
    processor: list[float] = []
    right = 0
    for first in range(0, len(quoted), QUOTATIONS_PER_PAGE):
        page = Stopwatch()
        for text, expected in quoted[first : first + QUOTATIONS_PER_PAGE]:
            (quotation,) = find_quotations(f"“{text}”")
            finding = check_quotation(quotation, DraftAttribution(), lookup, Scope())
            right += finding.verdict in expected
        seconds.append(page.clock)
        processor.append(page.processor)
    memory = ProcessMemory.of_this_process()
    text_library.close()
    words = sum(len(text.split()) for text, _ in quoted) / PAGES
    return (
        f"{built.words:,}", f"{built.processor_seconds:,.0f}", str(len(quoted)), f"{words:.0f}",
        f"{100 * right / len(quoted):.0f} %", f"{sum(seconds) / len(seconds):.2f}", f"{max(seconds):.2f}",
        f"{sum(processor) / len(processor):.2f}", str(memory),
    )  # fmt: skip


def _run_alone(work: Callable[..., R], *arguments: object) -> R:
    """Runs `work` in a process of its own, so that its memory is measured alone."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _no_lock(_seconds: float | None) -> AbstractContextManager[None]:
    """No other process has the folder."""
    return nullcontext()


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


def _stored(article: Article, passages: Sequence[Sequence[tuple[int, int]]]) -> Iterator[StoredPassage]:
    digest = article.sha256
    vector: Vector = np.ones(_DIMENSION, dtype=np.float32)
    for ordinal, spans in enumerate(passages):
        start, end = spans[0][0], spans[-1][1]
        passage = Passage(
            passage_id(digest, start, end), article.id, ordinal, start, end, article.text[start:end], tuple(spans)
        )
        yield StoredPassage(passage, vector, np.tile(vector, (len(spans), 1)))
