"""Libraries of synthetic articles, for tests of what may grow with a library."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evals.benchmarks.performance.synthetic_corpus import (
    PASSAGES_PER_ARTICLE,
    PrecomputedEncoder,
    SentencePool,
    SyntheticArticles,
)
from rag.ingest.indexer import Indexer
from rag.settings import load_settings
from rag.storage.library import LIBRARY_FILE, Library
from rag.workspace import Tuning, Workspace

SENTENCES = SentencePool.bundled()
SYNTHETIC_ARTICLES = SyntheticArticles(SENTENCES)


def precomputed_encoder() -> PrecomputedEncoder:
    """An encoder that has a vector for each sentence, near to its article's.

    Nothing is encoded, and sentences that belong together are close together.
    """
    chance = np.random.default_rng(5)
    vectors = {}
    for piece in SENTENCES.pieces:
        centre = chance.standard_normal(384)
        for sentence in piece:
            row = centre + chance.standard_normal(384)
            vectors[sentence] = (row / np.linalg.norm(row)).astype(np.float32)
    encoder = PrecomputedEncoder()
    encoder.set_vectors(vectors)
    return encoder


def synthetic_library(
    folder: Path, passages: int, encoder: PrecomputedEncoder, tuning: Tuning | None = None
) -> Workspace:
    """An opened library of about that many passages, with both indexes."""
    library = Library.create(folder / LIBRARY_FILE, encoder.fingerprint, encoder.dimension)
    numbers = range(-(-passages // PASSAGES_PER_ARTICLE))
    library.reencode(encoder.fingerprint, encoder.dimension, SYNTHETIC_ARTICLES.stored_passages(numbers, encoder))
    library.close()
    return Workspace(load_settings(home=folder), empty=True, tuning=tuning)


def synthetic_indexer(workspace: Workspace, encoder: PrecomputedEncoder) -> Indexer:
    return Indexer(workspace.library, workspace.index_sync, encoder, workspace.write_lock)


def add_articles(workspace: Workspace, encoder: PrecomputedEncoder, numbers: Sequence[int]) -> None:
    report = synthetic_indexer(workspace, encoder).add(SYNTHETIC_ARTICLES.loaded_articles(numbers))
    assert len(report.added) == len(numbers)
