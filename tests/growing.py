"""Libraries of invented articles, for the tests of what may and what may not grow with a library."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.benchmarks.invented import PASSAGES_AN_ARTICLE, Corpus, Invented, KnownSentences
from rag.home import Home
from rag.indexer import Indexer
from rag.library import FILE, Library
from rag.settings import load_settings

CORPUS = Corpus.bundled()
INVENTED = Invented(CORPUS)


def encoder() -> KnownSentences:
    """Each sentence with a vector near to its piece's: nothing is encoded, and what belongs together lies together."""
    chance = np.random.default_rng(5)
    known = {}
    for piece in CORPUS.pieces:
        centre = chance.standard_normal(384)
        for sentence in piece:
            row = centre + chance.standard_normal(384)
            known[sentence] = (row / np.linalg.norm(row)).astype(np.float32)
    made = KnownSentences()
    made.know(known)
    return made


def library(folder: Path, passages: int, knowing: KnownSentences) -> Home:
    """A library of about so many passages, both indexes made from it."""
    made = Library.create(folder / FILE, knowing.fingerprint, knowing.dimension)
    numbers = range(-(-passages // PASSAGES_AN_ARTICLE))
    made.reencode(knowing.fingerprint, knowing.dimension, INVENTED.stored(numbers, knowing))
    made.close()
    return Home(load_settings(home=folder), empty=True)


def writer(home: Home, knowing: KnownSentences) -> Indexer:
    return Indexer(home.path, home.library, (home.vectors, home.fulltext), knowing, 60)


def add(home: Home, knowing: KnownSentences, numbers: Sequence[int]) -> None:
    report = writer(home, knowing).add(INVENTED.readings(numbers))
    assert len(report.added) == len(numbers)
