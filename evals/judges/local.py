"""The judge that needs no model: the engine's own verifier. Free, and the same each time; docs/verifier.md says how far
it agrees with people."""

import re
from collections.abc import Sequence

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from evals.judges.judge import Claim, Support
from evals.judges.remembering import RememberingEncoder
from evals.record import Usage
from rag.encoder import Encoder
from rag.verifier import Verifier

NAME = "local"
# A statement that only introduces a quotation, as the writer of quotes makes it: what it claims is the quoted words.
# Whether they are given to the right author is for the measure `attribution`.
_QUOTATION = re.compile(r"^[^“”]+: “(?P<words>.+)”$", re.DOTALL)


class LocalJudge:
    """Supports are QueryEngine.support's, with `encoder` that of the engine."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = RememberingEncoder(encoder)
        self._verifier = Verifier()

    @property
    def usage(self) -> Usage:
        return Usage(cost=0.0)

    def claims(self, question: str, statements: Sequence[str]) -> list[Claim]:
        """Each statement is one claim."""
        return [Claim(claimed(statement), at) for at, statement in enumerate(statements)]

    def support(self, statement: str, evidence: Sequence[str]) -> Support:
        return Support(self._verifier.support(claimed(statement), list(evidence)) if evidence else 0.0)

    def relevance(self, question: str, claims: Sequence[Claim]) -> float | None:
        """The mean cosine of question and claims, not below 0."""
        if not claims:
            return None
        return closeness(self._encoder, question, [claim.text for claim in claims])


def claimed(statement: str) -> str:
    """The quoted words of a statement that only introduces them, else the statement."""
    found = _QUOTATION.match(statement.strip())
    return found["words"] if found else statement


def closeness(encoder: BaseEmbedding, question: str, texts: Sequence[str]) -> float:
    """The mean cosine of `question` to each of `texts`, in [0, 1]."""
    asked, *others = np.array(encoder.get_text_embedding_batch([question, *texts]))
    return float(np.clip(np.mean([asked @ other for other in others]), 0.0, 1.0))
