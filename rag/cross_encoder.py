"""The trained half of the verifier: a statement and a few sentences of evidence, read together, to a logit of support.

Its card is rag/models/VERIFIER_CARD.md. It reads at most 256 tokens at once: choosing what of long evidence it reads is
for rag.verifier to do. A statement too long for it is read in parts, of which the worst borne out counts.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rag.encoder import open_session, open_tokenizer

MODEL = Path(__file__).parent / "models" / "verifier.onnx"
MAX_TOKENS = 256
MOST_STATEMENT_TOKENS = 128
_MARKS = 3
# Pairs in one pass, as in rag.encoder: padding costs more than a pass does.
BATCH = 4


class CrossEncoder:
    """Loads on first use. Threads may share one."""

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads
        self._lock = threading.Lock()

    def logits(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """One logit for each (statement, evidence), the same alone as among others but for rounding. Raises
        EncoderError when the model is missing."""
        parts: list[tuple[int, list[int], int]] = []
        for at, (statement, evidence) in enumerate(pairs):
            parts += [(at, ids, begins) for ids, begins in self._encoded(statement, evidence)]
        found = [float("inf")] * len(pairs)
        by_length = sorted(parts, key=lambda part: len(part[1]))
        for start in range(0, len(by_length), BATCH):
            batch = by_length[start : start + BATCH]
            for (at, _, _), logit in zip(batch, self._run([(ids, begins) for _, ids, begins in batch]), strict=True):
                found[at] = min(found[at], logit)
        return found

    def _encoded(self, statement: str, evidence: str) -> list[tuple[list[int], int]]:
        """[CLS] evidence [SEP] statement [SEP], and where the statement begins, for each part of the statement."""
        mine, theirs = (
            one.ids for one in self._tokenizer.encode_batch([statement, evidence], add_special_tokens=False)
        )
        first, last = self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")
        found = []
        for start in range(0, max(1, len(mine)), MOST_STATEMENT_TOKENS):
            part = mine[start : start + MOST_STATEMENT_TOKENS]
            read = theirs[: MAX_TOKENS - _MARKS - len(part)]
            found.append(([first, *read, last, *part, last], len(read) + 2))
        return found

    def _run(self, rows: Sequence[tuple[list[int], int]]) -> list[float]:
        with self._lock:
            session = self._session
        width = max(len(ids) for ids, _ in rows)
        feed = {
            name: np.zeros((len(rows), width), dtype=np.int32)
            for name in ("input_ids", "attention_mask", "is_statement")
        }
        for row, (ids, begins) in enumerate(rows):
            feed["input_ids"][row, : len(ids)] = ids
            feed["attention_mask"][row, : len(ids)] = 1
            feed["is_statement"][row, begins : len(ids)] = 1
        (logits,) = session.run(None, feed)
        return [float(one) for one in logits[:, 0]]

    @cached_property
    def _tokenizer(self) -> Any:
        return open_tokenizer()

    @cached_property
    def _session(self) -> Any:
        return open_session(MODEL, self._threads)
