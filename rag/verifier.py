"""Is this statement borne out by this text? A calibrated number between 0 and 1.

A small trained cross-encoder reads the statement beside the sentences that bear on it; what plain comparison finds
(numbers, names, denials) is weighed with its judgement. No language model is asked, and the answer is always the same.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from rag.alignment import Differences, differences, worst
from rag.answer import Verdict
from rag.claims import DENIALS
from rag.comparison import Features, compared
from rag.cross_encoder import CrossEncoder
from rag.excerpts import excerpt
from rag.sentences import sentence_spans
from rag.terms import terms

WEIGHTS = Path(__file__).parent / "models" / "verifier.json"
VERBATIM = 0.98
# The very words, with a denial added or dropped or with another number: near to certainly wrong.
TURNED = 0.05
FEW_WORDS = 4
SUPPORTED = 0.5
PARTLY = 0.3
LONGEST_STATEMENT = 4_000
# Words of evidence that the cross-encoder reads at once; docs/verifier.md has the widths that were tried.
EXCERPT_WORDS = 90
_TOKEN = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)*%?|[^\W\d_]+(?:'[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Signals:
    """What support is made of: `read` is the cross-encoder's logit over the excerpt, `features` and `differences` are
    plain comparison's."""

    read: float
    features: Features
    differences: Differences


_PLAIN = ("read", *(field.name for field in (*fields(Features), *fields(Differences))))
# Evidence of so few sentences is read whole, and what it lacks says more: every signal has a second weight there.
SHORT = 6
SIGNALS = (*_PLAIN, *(f"short_{name}" for name in _PLAIN))


def as_row(signals: Signals) -> tuple[float, ...]:
    """The numbers in the order of SIGNALS; the second half is 0 unless the evidence is short."""
    plain = (signals.read, *astuple(signals.features), *astuple(signals.differences))
    is_short = signals.features.length <= math.log1p(SHORT)
    return (*plain, *(plain if is_short else [0.0] * len(plain)))


class Verifier:
    """Scores statements against evidence. Threads may share one."""

    def __init__(self, threads: int = 0) -> None:
        self._cross_encoder = CrossEncoder(threads)
        fitted = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        self._weights = np.array([fitted["weights"][name] for name in SIGNALS])
        self._bias = float(fitted["bias"])

    def support(self, statement: str, evidence: str | Sequence[str]) -> float:
        """How far `evidence`, of any length, bears `statement` out: 0 to 1, calibrated, 0.5 is the line."""
        return self.supports([(statement, [evidence] if isinstance(evidence, str) else list(evidence))])[0]

    def supports(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
        """`support` of each (statement, texts), read together."""
        scores: list[float] = []
        open_pairs: list[tuple[int, str, Sequence[str]]] = []
        for at, (statement, evidence) in enumerate(pairs):
            scores.append(0.0)
            if _stands_in(statement, evidence):
                scores[at] = VERBATIM
            elif terms(statement) and any(terms(text) for text in evidence):
                open_pairs.append((at, statement, evidence))
        found = signals([(statement, evidence) for _, statement, evidence in open_pairs], self._cross_encoder)
        for (at, statement, evidence), one in zip(open_pairs, found, strict=True):
            logit = float(self._weights @ np.array(as_row(one))) + self._bias
            scores[at] = 1 / (1 + math.exp(-logit))
            if any(_turns(part, evidence) for part in _sentences([statement])):
                scores[at] = min(scores[at], TURNED)
        return scores


def signals(pairs: Sequence[tuple[str, Sequence[str]]], cross_encoder: CrossEncoder) -> list[Signals]:
    """What the score of each (statement, texts) is made of."""
    held = [_sentences(evidence) for _, evidence in pairs]
    short = [statement[:LONGEST_STATEMENT] for statement, _ in pairs]
    read = [beside(statement, sentences) for statement, sentences in zip(short, held, strict=True)]
    logits = iter(cross_encoder.logits([(part, " ".join(chosen)) for some in read for part, chosen in some]))
    return [
        Signals(
            min(next(logits) for _ in some),  # of several sentences the one that is borne out worst counts
            compared(statement, sentences),
            worst([differences(part, chosen) for part, chosen in some]),
        )
        for statement, sentences, some in zip(short, held, read, strict=True)
    ]


def beside(statement: str, sentences: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The statement's sentences, at least one, each with those of the evidence's that it is read with."""
    parts = _sentences([statement]) or [statement]
    return [(part, [sentences[at] for at in excerpt(part, sentences, EXCERPT_WORDS)]) for part in parts]


def verdict(support: float) -> Verdict:
    """The word for it: supported from 0.5, partly from 0.3."""
    return "supported" if support >= SUPPORTED else "partly" if support >= PARTLY else "unsupported"


def _sentences(texts: Sequence[str]) -> list[str]:
    return [" ".join(text[start:end].split()) for text in texts for start, end in sentence_spans(text)]


def _stands_in(statement: str, evidence: Sequence[str]) -> bool:
    """Whether the statement's very words, in their order, are in one of the texts."""
    mine = _bare(statement)
    return bool(mine.strip()) and any(mine in _bare(text) for text in evidence)


def _turns(sentence: str, evidence: Sequence[str]) -> bool:
    """Whether the sentence stands in one of the texts word for word, but for a denial or a number that is not there."""
    mine = _without(sentence, DENIALS)
    if len(mine.split()) < FEW_WORDS or _stands_in(sentence, evidence):
        return False
    if any(mine in _without(text, DENIALS) for text in evidence):
        return True
    figures = [re.sub(r"\d+(?:[.,]\d+)*", "0", text) for text in (sentence, *evidence)]
    return _stands_in(figures[0], figures[1:])


def _without(text: str, words: frozenset[str]) -> str:
    plain = re.sub(r"n[’']t\b", " not", text).replace("cannot", "can not")
    return f" {' '.join(word for word in _bare(plain).split() if word not in words)} "


def _bare(text: str) -> str:
    """Words and numbers alone, between blanks: quotation marks, dashes and line breaks do not matter, signs do."""
    return f" {' '.join(_TOKEN.findall(text.casefold().replace('’', chr(39))))} "
