"""The vectors of the bundled corpus, which ship with the package.

Encoding the corpus takes a minute on a busy machine, and every first start would wait for it. The file names the
encoder that made the vectors, so that they are never mixed with another's. A passage has its vectors here only if its
text and its sentences are exactly those that were encoded. scripts/encode_corpus.py writes the file.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from rag.package_data import model_file
from rag.types.passage import Passage, StoredPassage, Vector

VECTORS_FILE = model_file("corpus-vectors.npz")


def shipped_passages(passages: Sequence[Passage], encoder: str) -> list[StoredPassage] | None:
    """The passages of an article with their vectors; None unless all are here.

    `encoder` is the fingerprint of the encoder whose vectors are wanted.
    """
    known = _shipped_vectors(VECTORS_FILE, encoder)
    keys = [passage_key(passage) for passage in passages]
    if not known or any(key not in known for key in keys):
        return None
    return [StoredPassage(passage, *known[key]) for passage, key in zip(passages, keys, strict=True)]


def passage_key(passage: Passage) -> str:
    """A hash of what was encoded: the text of a passage, and where its sentences are."""
    sentences = [(start - passage.start, end - passage.start) for start, end in passage.sentences]
    return hashlib.sha256(f"{sentences}\n{passage.text}".encode()).hexdigest()[:32]


def write_vectors(path: Path, encoder: str, passages: Sequence[StoredPassage]) -> None:
    """Writes the vectors of `passages`, made by `encoder`, each number with 16 bits.

    16 bits change the cosine of two vectors by less than 0.0001.
    """
    np.savez(
        path,
        encoder=np.array(encoder),
        keys=np.array([passage_key(stored.passage) for stored in passages]),
        counts=np.array([len(stored.sentence_vectors) for stored in passages], dtype=np.int32),
        vectors=np.array([stored.vector for stored in passages], dtype=np.float16),
        sentence_vectors=np.concatenate([stored.sentence_vectors for stored in passages]).astype(np.float16),
    )


@cache
def _shipped_vectors(path: Path, encoder: str) -> Mapping[str, tuple[Vector, Vector]]:
    """The vectors of a passage and of its sentences, by the passage's key.

    Empty if the file is missing or was made by another encoder: the passages are then encoded.
    """
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as file:
        if str(file["encoder"]) != encoder:
            return {}
        vectors, sentence_vectors = _unit_rows(file["vectors"]), _unit_rows(file["sentence_vectors"])
        ends = np.cumsum(file["counts"])
        return {
            str(key): (vectors[row], sentence_vectors[end - count : end])
            for row, (key, end, count) in enumerate(zip(file["keys"], ends, file["counts"], strict=True))
        }


def _unit_rows(rows: Vector) -> Vector:
    """The rows in 32 bits, with the length 1 that rounding took from them."""
    wide: Vector = rows.astype(np.float32)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    return wide
