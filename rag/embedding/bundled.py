"""The bundled encoder: all-MiniLM-L6-v2 on ONNX Runtime.

It ships with the package and needs neither torch nor a download. A vector is the mean of the last hidden states of a
text's tokens, scaled to length 1. Nothing is truncated: a text longer than the model reads is encoded in windows.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np
from pydantic import PrivateAttr

from rag.embedding.base import Encoder, PassageText, PassageVectors
from rag.embedding.onnx_session import open_onnx_session, open_tokenizer, require_file
from rag.errors import EncoderError
from rag.package_data import model_file
from rag.settings.process import cpu_count
from rag.types.passage import Span, Vector

MODEL_FILE = model_file("all-MiniLM-L6-v2.onnx")
MODEL_NAME = "all-MiniLM-L6-v2-int8"
DIMENSION = 384
# The published model was trained and measured on texts of up to this many tokens, the two special tokens included.
MAX_TEXT_TOKENS = 256
SPECIAL_TOKENS = 2
# Tokens in one pass, padding included. A passage has a pass of its own, which is no slower than four together and takes
# 65 MB less; sentences of twenty tokens share a pass by the dozen.
MAX_BATCH_TOKENS = 256

Pooled = TypeVar("Pooled")


class BundledEncoder(Encoder):
    """The encoder all-MiniLM-L6-v2 with int8-stored, float-computed weights.

    See rag/models/MODEL_CARD.md. 384 dimensions, English. `threads` is how many passes run in parallel, 0 for one per
    processor. The model is loaded on first use; EncoderError then says that its files are missing or damaged.
    """

    model_name: str = MODEL_NAME
    threads: int = 0

    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @cached_property
    def fingerprint(self) -> str:
        with require_file(MODEL_FILE).open("rb") as file:
            return f"{MODEL_NAME}:{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"

    @property
    def dimension(self) -> int:
        return DIMENSION

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in self._token_ids(texts)]

    def encode(self, texts: Sequence[str]) -> Vector:
        """Encodes `texts` as unit rows (texts, 384).

        A text longer than 256 tokens is read in windows; its vector is the mean of theirs, weighted by their lengths.
        """
        token_ids = self._token_ids(texts)
        window_tokens = MAX_TEXT_TOKENS - SPECIAL_TOKENS
        windows = [
            ids[start : start + window_tokens]
            for ids in token_ids
            for start in range(0, max(1, len(ids)), window_tokens)
        ]
        means = self._encode_and_pool(
            [self._with_special_tokens(ids) for ids in windows], lambda _, hidden_state: hidden_state.mean(axis=0)
        )
        window_counts = [max(1, -(-len(ids) // window_tokens)) for ids in token_ids]
        first_windows = [0, *accumulate(window_counts)]
        rows = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, (first, count) in enumerate(zip(first_windows, window_counts, strict=False)):
            weights = [len(ids) + SPECIAL_TOKENS for ids in windows[first : first + count]]
            rows[row] = np.average(means[first : first + count], axis=0, weights=weights)
        return _unit_rows(rows)

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        """Encodes each passage and, from the same pass, each of its sentences.

        A sentence's vector is the mean over its own tokens, whose states depend on the sentences around it.
        Raises EncoderError for a passage longer than the model reads; rag.ingest.splitter makes none.
        """
        encodings = self._tokenizer.encode_batch([passage.text for passage in passages], add_special_tokens=True)
        for encoding in encodings:
            if len(encoding.ids) > MAX_TEXT_TOKENS:
                raise EncoderError(
                    f"a passage has {len(encoding.ids)} tokens, the model reads {MAX_TEXT_TOKENS}; split it first"
                )

        def pool(index: int, hidden_state: Vector) -> PassageVectors:
            sentences = _pool_spans(hidden_state, encodings[index].offsets, passages[index].sentences)
            return PassageVectors(_unit_rows(hidden_state.mean(axis=0)[None])[0], sentences)

        return self._encode_and_pool([encoding.ids for encoding in encodings], pool)

    @cached_property
    def _tokenizer(self) -> Any:
        return open_tokenizer()

    @cached_property
    def _session(self) -> Any:
        # Batches run in parallel on one thread each, not one batch on all: 15.4 passages a second of a processor
        # against 10.5 where others use the processors too, since threads inside a batch wait for each other spinning.
        return open_onnx_session(MODEL_FILE, 1)

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads or cpu_count(), "encoder")

    def _token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def _with_special_tokens(self, ids: list[int]) -> list[int]:
        return [self._tokenizer.token_to_id("[CLS]"), *ids, self._tokenizer.token_to_id("[SEP]")]

    def _encode_and_pool(self, sequences: Sequence[list[int]], pool: Callable[[int, Vector], Pooled]) -> list[Pooled]:
        """`pool(index, hidden_state)` of each sequence of token ids, in their order.

        `hidden_state` (tokens, 384) is the model's last one. It is pooled at once and not kept: those of an article of
        740 passages are 260 MB.
        """
        with self._lock:
            session, workers = self._session, self._workers
        results: list[Any] = [None] * len(sequences)

        def encode_batch(batch: Sequence[int]) -> None:
            width = len(sequences[batch[-1]])
            input_ids = np.zeros((len(batch), width), dtype=np.int32)
            mask = np.zeros_like(input_ids)
            for row, index in enumerate(batch):
                input_ids[row, : len(sequences[index])] = sequences[index]
                mask[row, : len(sequences[index])] = 1
            (hidden_states,) = session.run(None, {"input_ids": input_ids, "attention_mask": mask})
            for row, index in enumerate(batch):
                results[index] = pool(index, hidden_states[row, : len(sequences[index])])

        batches = _batches_by_length(sequences)
        # A question is one batch, so it does not wait for the workers that encode an article.
        list(map(encode_batch, batches) if len(batches) == 1 else workers.map(encode_batch, batches))
        return results


def _batches_by_length(sequences: Sequence[list[int]]) -> list[list[int]]:
    """Groups `sequences` into batches of at most MAX_BATCH_TOKENS.

    Returns their indexes, shortest sequence first, so that little is padding.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(sequences)), key=lambda index: len(sequences[index])):
        if not batches or (len(batches[-1]) + 1) * len(sequences[index]) > MAX_BATCH_TOKENS:
            batches.append([])
        batches[-1].append(index)
    return batches


def _pool_spans(hidden_state: Vector, offsets: Sequence[Span], spans: Sequence[Span]) -> Vector:
    """A unit row for each span of characters.

    It is the mean over the tokens that begin inside the span.
    """
    # Special tokens have the empty offset (0, 0) and belong to no span.
    starts = np.array([start if end > start else -1 for start, end in offsets])
    rows = np.zeros((len(spans), hidden_state.shape[1]), dtype=np.float32)
    for row, (start, end) in enumerate(spans):
        is_inside = (starts >= start) & (starts < end)
        # A span of characters that the tokenizer drops has no token; it gets the mean of the whole passage.
        rows[row] = hidden_state[is_inside].mean(axis=0) if is_inside.any() else hidden_state.mean(axis=0)
    return _unit_rows(rows)


def _unit_rows(rows: Vector) -> Vector:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vector = (rows / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit
