"""Index entries with made-up vectors, for tests of the indexes that need no library."""

import numpy as np

from rag.index.base import IndexEntry

DIMENSION = 384


def index_entry(number: int) -> IndexEntry:
    """Entry `number`, with a random unit vector (DIMENSION,), the same one at every call."""
    row = np.random.default_rng(number).standard_normal(DIMENSION).astype(np.float32)
    text = f"the word{number}"
    return IndexEntry(
        entry_id(number), text, text, text, row / np.linalg.norm(row), f"Column {number % 3}", None, (), 20240101
    )


def entry_id(number: int) -> str:
    return f"p{number:05}"


def entry_ids(numbers: range) -> set[str]:
    return {entry_id(number) for number in numbers}
