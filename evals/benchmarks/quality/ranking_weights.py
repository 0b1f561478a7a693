"""Fits the ranking's weights on the chunking benchmark's questions.

Cross-validation estimates the recall on other questions. The shipped weights (rag/retrieval/ranking.py) were fitted in
this way and rounded; this module does not change them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from evals.datasets.chunking import ChunkingQuestion
from evals.metrics.passages import Candidate, gold_recall
from rag import QueryEngine
from rag.engine import workspace_of

Matrix = NDArray[np.float64]
# The signals of rag.retrieval.ranking that this benchmark can measure, in the order of the fitted weights. Title and
# author are left out, because the benchmark's documents have none.
FITTED = ("cosine", "best_sentence", "body", "context", "section", "coverage")
# A small penalty keeps the weights finite if the gold can be separated without error.
PULL = 1e-3
# With SciPy's default tolerances the third decimal of the weights is not stable.
TOLERANCES = {"ftol": 1e-12, "gtol": 1e-8}


@dataclass(frozen=True, slots=True)
class RankedQuestion:
    """A question with its candidates, and their signals: (candidates, signals)."""

    question: ChunkingQuestion
    candidates: Sequence[Candidate]
    signals: Matrix

    @property
    def gains(self) -> Matrix:
        """The share of the gold that each candidate holds: (candidates,)."""
        return np.array([gold_recall(self.question, [candidate]) for candidate in self.candidates])

    def recall(self, weights: Matrix, k: int) -> float:
        """The share of the gold that the `k` candidates ranked best by `weights` hold."""
        best = np.argsort(-(self.signals @ weights), kind="stable")[:k]
        return gold_recall(self.question, [self.candidates[position] for position in best])


def fit_weights(signals: Sequence[Matrix], gains: Sequence[Matrix]) -> Matrix:
    """Fits weights, not below 0, that rank each question's gold first.

    With them, a softmax over each question's candidates comes closest to its gains. `signals` are (candidates, signals)
    a question, `gains` (candidates,) the gold that each holds. Minimises the cross-entropy (ListNet's top-one loss, Cao
    et al., 2007) with L-BFGS-B (Byrd et al., 1995); a question without gain is left out.
    """
    kept = [(rows, gain / gain.sum()) for rows, gain in zip(signals, gains, strict=True) if gain.sum() > 0]
    starts = np.cumsum([0, *(len(rows) for rows, _ in kept[:-1])])
    owner = np.repeat(np.arange(len(kept)), [len(rows) for rows, _ in kept])
    rows, target = np.concatenate([rows for rows, _ in kept]), np.concatenate([gain for _, gain in kept])

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        """The loss and its gradient."""
        scores = rows @ weights
        largest = np.maximum.reduceat(scores, starts)
        powers = np.exp(scores - largest[owner])
        totals = np.add.reduceat(powers, starts)
        log_probabilities = scores - (largest + np.log(totals))[owner]
        value = -float(target @ log_probabilities) / len(kept) + PULL / 2 * float(weights @ weights)
        gradient = rows.T @ (powers / totals[owner] - target) / len(kept) + PULL * weights
        return value, gradient

    signal_count = rows.shape[1]
    result = minimize(
        loss, np.ones(signal_count), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * signal_count,
        options=TOLERANCES,
    )  # fmt: skip
    return np.asarray(result.x, dtype=np.float64)


def held_out_recall(questions: Sequence[RankedQuestion], folds: Sequence[object], k: int) -> float:
    """Cross-validated mean recall over `questions`.

    Each question is ranked by weights that were fitted on the other folds' questions. `folds` names each question's
    fold.
    """
    recalls: list[float] = []
    for left_out in sorted(set(folds), key=str):
        others = [question for question, fold in zip(questions, folds, strict=True) if fold != left_out]
        weights = fit_weights([question.signals for question in others], [question.gains for question in others])
        recalls += [
            question.recall(weights, k) for question, fold in zip(questions, folds, strict=True) if fold == left_out
        ]
    return float(np.mean(recalls))


def rank_questions(engine: QueryEngine, questions: Sequence[ChunkingQuestion]) -> list[RankedQuestion]:
    """Retrieves each question's candidates with their signals.

    The signals are columns, in the order of FITTED.
    """
    ranked = []
    for question in questions:
        passages, signals = workspace_of(engine).retriever.candidate_signals(question.text)
        columns = [np.asarray(getattr(signals, name), dtype=np.float64) for name in FITTED]
        ranked.append(RankedQuestion(question, passages, np.stack(columns, axis=1)))
    return ranked


def describe_fit(engine: QueryEngine, questions: Sequence[ChunkingQuestion], k: int) -> str:
    """Fits and cross-validates the weights, and says so in lines."""
    ranked = rank_questions(engine, questions)
    weights = fit_weights([question.signals for question in ranked], [question.gains for question in ranked])
    documents = [question.document for question in questions]
    halves = (np.random.default_rng(0).permutation(len(ranked)) % 2).tolist()
    return "\n".join(
        [
            f"weights {dict(zip(FITTED, weights.round(2).tolist(), strict=True))}",
            f"recall@{k} fitted on all {100 * np.mean([question.recall(weights, k) for question in ranked]):.1f}",
            f"recall@{k} one document left out {100 * held_out_recall(ranked, documents, k):.1f}",
            f"recall@{k} one half left out {100 * held_out_recall(ranked, halves, k):.1f}",
        ]
    )
