"""The local judge: the engine's verifier."""

import pytest

from evals.judges.base import Claim
from evals.judges.local import LocalJudge, claim_text
from rag.embedding.bundled import BundledEncoder
from rag.verification.verifier import Verifier

EVIDENCE = "Ana (The Review)\n\nSeoul said it had “detected” 10,000 containers.\nNobody counted the rest."


def test_the_local_judge_scores_as_the_engine_s_verifier_does(encoder: BundledEncoder) -> None:
    judge, verifier = LocalJudge(encoder), Verifier()
    for statement in ("Seoul detected 10,000 containers.", "Seoul detected 900 containers.", "Bread was dear."):
        for _ in range(2):  # the second time from cached vectors
            expected = verifier.score(statement, [EVIDENCE])
            assert judge.support(statement, [EVIDENCE]).score == pytest.approx(expected, abs=1e-4)
    assert judge.support("Anything.", []).score == 0
    assert judge.usage.cost == 0


def test_a_statement_that_only_introduces_a_quotation_claims_the_quotation() -> None:
    assert claim_text("Ana (The Review, May 2024) writes: “It rained. It did.”") == "It rained. It did."
    assert claim_text("Ana calls it “rain” and leaves it there.") == "Ana calls it “rain” and leaves it there."


def test_an_answer_about_something_else_is_less_relevant(encoder: BundledEncoder) -> None:
    judge = LocalJudge(encoder)
    near = judge.relevance("Why is bread dear?", [Claim("Bread is dear because the harvest failed.", 0)])
    far = judge.relevance("Why is bread dear?", [Claim("The parliament elected a speaker.", 0)])
    assert near is not None
    assert far is not None
    assert 0 <= far < near <= 1
    assert judge.relevance("Why?", []) is None
