"""The judge that needs no model: the engine's own verifier.

It costs nothing and always gives the same scores; docs/verifier.md has its agreement with people.
"""

import re
from collections.abc import Sequence

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from evals.judges.base import Claim, Support
from evals.judges.caching_encoder import CachingEncoder
from evals.result import ModelUsage
from rag.embedding.base import Encoder
from rag.verification.verifier import Verifier

NAME = "local"
# A statement that only introduces a quotation, as the extractive writer makes it: it claims the quoted words. The
# metric `attribution` measures whether they are attributed to the right author.
_QUOTATION = re.compile(r"^[^“”]+: “(?P<words>.+)”$", re.DOTALL)


class LocalJudge:
    """Scores support with the engine's verifier; `encoder` is the engine's."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = CachingEncoder(encoder)
        self._verifier = Verifier()

    @property
    def usage(self) -> ModelUsage:
        return ModelUsage(cost=0.0)

    def claims(self, question: str, statements: Sequence[str]) -> list[Claim]:
        """Takes each statement as one claim."""
        return [Claim(claim_text(statement), number) for number, statement in enumerate(statements)]

    def support(self, statement: str, evidence: Sequence[str]) -> Support:
        return Support(self._verifier.score(claim_text(statement), list(evidence)) if evidence else 0.0)

    def relevance(self, question: str, claims: Sequence[Claim]) -> float | None:
        """The mean cosine of question and claims, not below 0."""
        if not claims:
            return None
        return mean_cosine(self._encoder, question, [claim.text for claim in claims])


def claim_text(statement: str) -> str:
    """The quoted words of a statement that only introduces them, else the statement."""
    match = _QUOTATION.match(statement.strip())
    return match["words"] if match else statement


def mean_cosine(encoder: BaseEmbedding, question: str, texts: Sequence[str]) -> float:
    """The mean cosine of `question` to each of `texts`, in [0, 1]."""
    question_vector, *vectors = np.array(encoder.get_text_embedding_batch([question, *texts]))
    return float(np.clip(np.mean([question_vector @ vector for vector in vectors]), 0.0, 1.0))
