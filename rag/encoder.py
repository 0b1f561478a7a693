"""Text into unit vectors: the encoder that ships with the package, and the shape that any other one has.

The bundled model needs neither torch nor a download. Nothing is ever cut off silently: a text longer than the model
reads is encoded in windows.
"""

import asyncio
import hashlib
import os
import threading
from abc import abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray
from pydantic import PrivateAttr

from rag.errors import EncoderError, SettingsError
from rag.settings import Settings

Vector = NDArray[np.float32]
T = TypeVar("T")

MODEL = Path(__file__).parent / "models" / "all-MiniLM-L6-v2.onnx"
TOKENIZER = Path(__file__).parent / "models" / "tokenizer.json"
NAME = "all-MiniLM-L6-v2-int8"
DIMENSION = 384
# The published model was trained and measured on texts of up to this many tokens, the two marks around them included.
MAX_TOKENS = 256
_MARKS = 2
# Tokens in one pass, padding among them: a passage goes through alone, no slower than four together and in 65 MB less;
# sentences of twenty tokens go by the dozen.
TOGETHER = 256


@dataclass(frozen=True, slots=True)
class PassageText:
    """A text to be encoded, and where in it the sentences are (character offsets)."""

    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """`vector` (dimension,) of the whole and `sentences` (number, dimension), unit rows.

    A sentence's vector is pooled over its own tokens out of the same pass, so it knows its neighbours.
    """

    vector: Vector
    sentences: Vector


class Encoder(BaseEmbedding):
    """An encoder as the library needs it, and as LlamaIndex knows it. Threads may share one."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Which model and weights; vectors of different fingerprints are never mixed."""

    @property
    @abstractmethod
    def dimension(self) -> int: ...

    @abstractmethod
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many of the model's tokens each text has, without the marks around it."""

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit rows (texts, dimension). Raises EncoderError."""

    @abstractmethod
    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        """The passages' vectors and their sentences'. Raises EncoderError."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self.encode(texts).tolist()
        return rows

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)


def open_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name: the bundled one, or an embeddings endpoint.

    Raises SettingsError when only half of an endpoint is named.
    """
    if settings.embed_model and settings.embed_base_url:
        from rag.remote_encoder import RemoteEncoder

        key = settings.embed_api_key.get_secret_value() if settings.embed_api_key else None
        return RemoteEncoder(settings.embed_model, settings.embed_base_url, key)
    if settings.embed_model or settings.embed_base_url:
        raise SettingsError("RAG_EMBED_MODEL and RAG_EMBED_BASE_URL go together; set both or neither")
    return BundledEncoder(threads=settings.threads)


def open_tokenizer() -> Any:
    """The bundled models' tokenizer, which neither pads nor cuts."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_readable(TOKENIZER)))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def open_session(model: Path, threads: int) -> Any:
    """An ONNX Runtime session on so many threads, 0 for as many as there are processors. Raises EncoderError."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or processors()
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(_readable(model)), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own that share no base but this one
        raise EncoderError(f"{model} cannot be loaded ({error}); install the package again") from error


class BundledEncoder(Encoder):
    """all-MiniLM-L6-v2 with int8-stored, float-computed weights (rag/models/MODEL_CARD.md)."""

    model_name: str = NAME
    threads: int = 0

    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @cached_property
    def fingerprint(self) -> str:
        with _readable(MODEL).open("rb") as file:
            return f"{NAME}:{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"

    @property
    def dimension(self) -> int:
        return DIMENSION

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(one.ids) for one in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit rows (texts, 384). A text longer than 256 tokens is read in windows whose mean, by length, is taken."""
        tokens = [one.ids for one in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]
        room = MAX_TOKENS - _MARKS
        windows = [ids[at : at + room] for ids in tokens for at in range(0, max(1, len(ids)), room)]
        means = self._run([self._marked(ids) for ids in windows], lambda _, state: state.mean(axis=0))
        counts = [max(1, -(-len(ids) // room)) for ids in tokens]
        firsts = [0, *accumulate(counts)]
        rows = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for at, (first, number) in enumerate(zip(firsts, counts, strict=False)):
            weights = [len(ids) + _MARKS for ids in windows[first : first + number]]
            rows[at] = np.average(means[first : first + number], axis=0, weights=weights)
        return _unit(rows)

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        """Raises EncoderError for a passage longer than the model reads: cutting it is for rag.passages to do."""
        encodings = self._tokenizer.encode_batch([passage.text for passage in passages], add_special_tokens=True)
        for one in encodings:
            if len(one.ids) > MAX_TOKENS:
                raise EncoderError(f"a passage has {len(one.ids)} tokens, the model reads {MAX_TOKENS}; split it first")

        def vectors(at: int, state: Vector) -> PassageVectors:
            sentences = _pooled(state, encodings[at].offsets, passages[at].sentences)
            return PassageVectors(_unit(state.mean(axis=0)[None])[0], sentences)

        return self._run([one.ids for one in encodings], vectors)

    @cached_property
    def _tokenizer(self) -> Any:
        return open_tokenizer()

    @cached_property
    def _session(self) -> Any:
        # Batches side by side on one thread each, and not one batch on all: 15.4 passages a second of a processor
        # against 10.5 where others use the processors too, since threads inside a batch wait for each other spinning.
        return open_session(MODEL, 1)

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads or processors(), "encoder")

    def _marked(self, ids: list[int]) -> list[int]:
        return [self._tokenizer.token_to_id("[CLS]"), *ids, self._tokenizer.token_to_id("[SEP]")]

    def _run(self, sequences: Sequence[list[int]], pooled: Callable[[int, Vector], T]) -> list[T]:
        """What `pooled` makes of each sequence's place and last hidden state (tokens, 384), which is not kept: those of
        an article of 740 passages are 260 MB. Sequences of like length go through together."""
        with self._lock:
            session, workers = self._session, self._workers
        made: list[Any] = [None] * len(sequences)

        def through(batch: Sequence[int]) -> None:
            width = len(sequences[batch[-1]])
            ids = np.zeros((len(batch), width), dtype=np.int32)
            mask = np.zeros_like(ids)
            for row, at in enumerate(batch):
                ids[row, : len(sequences[at])] = sequences[at]
                mask[row, : len(sequences[at])] = 1
            (hidden,) = session.run(None, {"input_ids": ids, "attention_mask": mask})
            for row, at in enumerate(batch):
                made[at] = pooled(at, hidden[row, : len(sequences[at])])

        batches: list[list[int]] = []
        for at in sorted(range(len(sequences)), key=lambda at: len(sequences[at])):
            if not batches or (len(batches[-1]) + 1) * len(sequences[at]) > TOGETHER:
                batches.append([])
            batches[-1].append(at)
        # A question is one batch, and its thread need not wait for those that encode an article.
        list(map(through, batches) if len(batches) == 1 else workers.map(through, batches))
        return made


def _pooled(state: Vector, offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> Vector:
    """A unit row for each span: the mean of the tokens that begin inside it (marks have the empty offset 0, 0)."""
    starts = np.array([start if end > start else -1 for start, end in offsets])
    rows = np.zeros((len(spans), state.shape[1]), dtype=np.float32)
    for at, (start, end) in enumerate(spans):
        inside = (starts >= start) & (starts < end)
        # A span of characters that the tokenizer drops has no token; the whole passage then stands for it.
        rows[at] = state[inside].mean(axis=0) if inside.any() else state.mean(axis=0)
    return _unit(rows)


def _unit(rows: Vector) -> Vector:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vector = (rows / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit


def processors() -> int:
    """Processors this process may use; not every system can say which those are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise EncoderError(f"{path} is missing; install the package again")
    return path
