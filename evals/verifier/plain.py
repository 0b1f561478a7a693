"""Support by plain comparison alone: what the verifier would say without its trained half.

It marks nothing. Beside it, what training the cross-encoder was worth can be seen (`python -m evals judge-check`).
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path

from rag.alignment import differences, worst
from rag.comparison import compared
from rag.sentences import sentence_spans
from rag.verifier import SIGNALS, Signals, as_row, beside

# Fitted with the verifier's own: python -m evals bench verifier --data DIR --write.
WEIGHTS = Path(__file__).with_name("plain.json")
# Where the rows of the plain signals stand among all.
KEPT = [at for at, name in enumerate(SIGNALS) if not name.endswith("read")]


class PlainVerifier:
    """Scores statements against evidence by the features alone."""

    def __init__(self) -> None:
        fitted = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        self._weights = [float(fitted["weights"][SIGNALS[at]]) for at in KEPT]
        self._bias = float(fitted["bias"])

    def support(self, statement: str, evidence: Sequence[str]) -> float:
        """How far the texts of `evidence` bear the statement out: 0 to 1, and 0 where they hold no sentence."""
        sentences = [" ".join(text[a:b].split()) for text in evidence for a, b in sentence_spans(text)]
        if not sentences:
            return 0.0
        unlike = worst([differences(part, chosen) for part, chosen in beside(statement, sentences)])
        row = as_row(Signals(0.0, compared(statement, sentences), unlike))
        logit = sum(weight * row[at] for weight, at in zip(self._weights, KEPT, strict=True)) + self._bias
        return 1 / (1 + math.exp(-logit))
