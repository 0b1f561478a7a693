"""The trained reader: query and passage → logits of the passage and its sentences.

A MiniLM of 22 million parameters reads query and passage together in one run. It gives a logit for each sentence (does
it answer the question? is the statement about it?) and one for the passage (does it answer? does it support the
statement?). Its card is rag/models/READER_CARD.md; docs/reader.md describes its training.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np

from rag.embedding.onnx_session import open_onnx_session, open_tokenizer
from rag.package_data import model_file
from rag.reading.layout import ReaderInput, encode_inputs
from rag.settings.process import cpu_count

MODEL_PATH = model_file("reader.onnx")
QueryKind = Literal["question", "statement"]
# The columns of the model's outputs.
_COLUMNS: dict[QueryKind, int] = {"question": 0, "statement": 1}
MAX_CACHED_READINGS = 2_048
# Questions that are read at the same time, for each processor. Six passages take two processors about 0.12 s, so with
# two a processor the last one waits half a second.
QUESTIONS_PER_PROCESSOR = 2


@dataclass(frozen=True, slots=True)
class ReadablePassage:
    """A passage as the reader reads it: the heading is its title, author and date."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassageReading:
    """The reader's logits for one query and passage.

    `sentences` has one for each sentence that fits into the model's 320 tokens, in the passage's order. They do not
    depend on the other passages.
    """

    passage: float
    sentences: tuple[float, ...]


class _CachedReading:
    """The cache entry of one reading; the reading is None until it is computed."""

    reading: PassageReading | None = None


class PassageReader:
    """Reads queries together with passages. Thread-safe.

    The model is loaded at the first call. The latest readings are kept.
    """

    def __init__(self, threads: int = 0, max_questions: int = 0) -> None:
        """Sets how many passages and how many questions are read at the same time.

        `threads` is the number of passages, 0 for one per processor. `max_questions` limits `admission`; 0 stands for
        two per processor.
        """
        self._threads = threads
        self._admissions = threading.BoundedSemaphore(max_questions or QUESTIONS_PER_PROCESSOR * cpu_count())
        self._lock = threading.Lock()
        self._cache = lru_cache(MAX_CACHED_READINGS)(_new_place)

    @contextmanager
    def admission(self) -> Iterator[bool]:
        """Whether one more question may be read now.

        The question counts as being read until the context ends. Under load a question is answered without the reader,
        so that it does not wait for many others.
        """
        is_admitted = self._admissions.acquire(blocking=False)
        try:
            yield is_admitted
        finally:
            if is_admitted:
                self._admissions.release()

    def read(self, kind: QueryKind, query: str, passages: Sequence[ReadablePassage]) -> list[PassageReading]:
        """Reads `query` together with each passage.

        Raises EncoderError when the model is missing.
        """
        return self.read_pairs(kind, [(query, passage) for passage in passages])

    def read_pairs(self, kind: QueryKind, pairs: Sequence[tuple[str, ReadablePassage]]) -> list[PassageReading]:
        """Reads each query together with its passage, several at the same time.

        Raises EncoderError when the model is missing.
        """
        places = [self._cache(kind, query, passage) for query, passage in pairs]
        unread = {id(place): number for number, place in enumerate(places) if place.reading is None}
        rows = [
            (kind, query, passage.heading, passage.sentences)
            for query, passage in (pairs[number] for number in unread.values())
        ]
        if rows:
            with self._lock:
                session, workers = self._session, self._workers
            inputs = encode_inputs(self._tokenizer, rows)
            readings = workers.map(lambda row: _run(session, row, _COLUMNS[kind]), inputs)
            for number, reading in zip(unread.values(), readings, strict=True):
                places[number].reading = reading
        return [place.reading for place in places if place.reading is not None]

    @cached_property
    def _tokenizer(self) -> Any:
        return open_tokenizer()

    @cached_property
    def _session(self) -> Any:
        # Passages are read in parallel, each on one thread: see rag.embedding.bundled.
        return open_onnx_session(MODEL_PATH, 1)

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads or cpu_count(), "reader")


def _run(session: Any, row: ReaderInput, column: int) -> PassageReading:
    """Reads one input without padding; a batch's padding would cost more time."""
    mask = np.zeros((1, max(1, len(row.sentences)), len(row.token_ids)), dtype=np.float32)
    for position, (start, end) in enumerate(row.sentences):
        mask[0, position, start:end] = 1
    integers = {"input_ids": row.token_ids, "segments": row.segments, "token_places": row.places}
    arrays = {name: np.array([values], dtype=np.int32) for name, values in integers.items()}
    sentences, passages = session.run(["sentence_logits", "passage_logits"], {**arrays, "sentence_mask": mask})
    logits = tuple(float(logit) for logit in sentences[0, : len(row.sentences), column])
    return PassageReading(float(passages[0, column]), logits)


def _new_place(kind: QueryKind, query: str, passage: ReadablePassage) -> _CachedReading:
    """An empty cache entry; its arguments are the key."""
    return _CachedReading()
