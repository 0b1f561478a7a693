"""The trained cross-encoder: (statement, evidence) → logit of support.

A MiniLM of 22 million parameters that reads statement and evidence together, at most 256 tokens of them; its card is
rag/models/VERIFIER_CARD.md. The verifier selects the excerpt of long evidence. A statement that is too long is read in
parts, and the lowest logit counts.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from rag.embedding.onnx_session import open_onnx_session, open_tokenizer
from rag.package_data import model_file

MODEL_PATH = model_file("verifier.onnx")
MAX_PAIR_TOKENS = 256
MAX_STATEMENT_TOKENS = 128
# [CLS] evidence [SEP] statement [SEP]
SPECIAL_TOKENS = 3
# Sequences per run of the model, as in rag.embedding.bundled: padding costs more than a run does.
BATCH_SIZE = 4


class _Sequence(NamedTuple):
    """A tokenised (statement, evidence) input of the model.

    It has the pair that it belongs to, its token ids, and the position where the statement begins.
    """

    pair: int
    token_ids: list[int]
    statement_start: int


class CrossEncoder:
    """Scores (statement, evidence) pairs with the trained model. Thread-safe.

    The model is loaded at the first call.
    """

    def __init__(self, threads: int = 0) -> None:
        """Configures the model's threads; the model itself is loaded later.

        `threads` is the number of threads inside one run of the model, 0 for one per processor.
        """
        self._threads = threads
        self._lock = threading.Lock()

    def logits(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The logit of support of each (statement, evidence).

        A pair's logit does not depend on the other pairs, but for rounding. Raises EncoderError when the model is
        missing.
        """
        sequences = [
            sequence
            for pair, (statement, evidence) in enumerate(pairs)
            for sequence in self._tokenize(pair, statement, evidence)
        ]
        lowest = [float("inf")] * len(pairs)
        by_length = sorted(sequences, key=lambda sequence: len(sequence.token_ids))
        for start in range(0, len(by_length), BATCH_SIZE):
            batch = by_length[start : start + BATCH_SIZE]
            for sequence, logit in zip(batch, self._run(batch), strict=True):
                lowest[sequence.pair] = min(lowest[sequence.pair], logit)
        return lowest

    def _tokenize(self, pair: int, statement: str, evidence: str) -> list[_Sequence]:
        """Makes one sequence for each part of the statement, with the evidence cut to fit."""
        statement_ids, evidence_ids = (
            encoding.ids for encoding in self._tokenizer.encode_batch([statement, evidence], add_special_tokens=False)
        )
        cls, sep = self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")
        sequences = []
        for start in range(0, max(1, len(statement_ids)), MAX_STATEMENT_TOKENS):
            part = statement_ids[start : start + MAX_STATEMENT_TOKENS]
            read = evidence_ids[: MAX_PAIR_TOKENS - SPECIAL_TOKENS - len(part)]
            sequences.append(_Sequence(pair, [cls, *read, sep, *part, sep], len(read) + 2))
        return sequences

    def _run(self, batch: Sequence[_Sequence]) -> list[float]:
        with self._lock:
            session = self._session
        width = max(len(sequence.token_ids) for sequence in batch)
        inputs = {
            name: np.zeros((len(batch), width), dtype=np.int32)
            for name in ("input_ids", "attention_mask", "is_statement")
        }
        for row, sequence in enumerate(batch):
            length = len(sequence.token_ids)
            inputs["input_ids"][row, :length] = sequence.token_ids
            inputs["attention_mask"][row, :length] = 1
            inputs["is_statement"][row, sequence.statement_start : length] = 1
        (logits,) = session.run(None, inputs)
        return [float(logit) for logit in logits[:, 0]]

    @cached_property
    def _tokenizer(self) -> Any:
        return open_tokenizer()

    @cached_property
    def _session(self) -> Any:
        return open_onnx_session(MODEL_PATH, self._threads)
