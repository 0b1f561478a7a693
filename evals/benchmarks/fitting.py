"""The ranking's weights, fitted on the chunking benchmark's questions, and how far they can be trusted on others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.benchmarks.chunking import Candidate, Matrix, Question, gold_recall
from rag import QueryEngine

# The signals of rag.ranking that this benchmark can tell anything about, in the order of the fitted weights.
FITTED = ("cosine", "best_sentence", "body", "context", "section", "coverage")


def fitted(signals: Sequence[Matrix], gains: Sequence[Matrix], steps: int = 1500, rate: float = 0.05) -> Matrix:
    """Weights not below 0 with which a softmax over each question's candidates comes closest to its gains.

    `signals` are (candidates, signals), `gains` (candidates,): the gold that each holds. Minimises the cross-entropy
    (ListNet's top-one loss, Cao et al., 2007) with Adam (Kingma and Ba, 2015); a question without gain is left out.
    """
    kept = [(x, g / g.sum()) for x, g in zip(signals, gains, strict=True) if g.sum() > 0]
    starts = np.cumsum([0, *(len(x) for x, _ in kept[:-1])])
    owner = np.repeat(np.arange(len(kept)), [len(x) for x, _ in kept])
    rows, target = np.concatenate([x for x, _ in kept]), np.concatenate([g for _, g in kept])
    weights = np.ones(rows.shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        scores = rows @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        chances = powers / np.add.reduceat(powers, starts)[owner]
        # The small pull towards 0 keeps weights finite where the gold can be told without error.
        gradient = rows.T @ (chances - target) / len(kept) + 1e-3 * weights
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        move = rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        weights = np.maximum(weights - move, 0.0)
    return np.asarray(weights, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Measured:
    """A question's candidates as weights are fitted on them."""

    question: Question
    candidates: Sequence[Candidate]
    signals: Matrix

    @property
    def gains(self) -> Matrix:
        return np.array([gold_recall(self.question, [one]) for one in self.candidates])

    def recall(self, weights: Matrix, k: int) -> float:
        best = np.argsort(-(self.signals @ weights), kind="stable")[:k]
        return gold_recall(self.question, [self.candidates[at] for at in best])


def recall_without(measured: Sequence[Measured], folds: Sequence[object], k: int) -> float:
    """Mean recall where each question is ranked by weights fitted on the questions of the other folds."""
    found: list[float] = []
    for fold in sorted(set(folds), key=str):
        others = [one for one, its in zip(measured, folds, strict=True) if its != fold]
        weights = fitted([one.signals for one in others], [one.gains for one in others])
        found += [one.recall(weights, k) for one, its in zip(measured, folds, strict=True) if its == fold]
    return float(np.mean(found))


def measured_by(engine: QueryEngine, questions: Sequence[Question]) -> list[Measured]:
    """Each question's candidates with their signals as columns, title and author left out: nothing here has them."""
    found = []
    for question in questions:
        passages, signals = engine.signals(question.text)
        columns = [np.asarray(getattr(signals, name), dtype=np.float64) for name in FITTED]
        found.append(Measured(question, passages, np.stack(columns, axis=1)))
    return found


def cross_validated(engine: QueryEngine, questions: Sequence[Question], k: int) -> str:
    """Lines with the weights fitted on `questions`, and recall with weights fitted on other ones."""
    measured = measured_by(engine, questions)
    weights = fitted([one.signals for one in measured], [one.gains for one in measured])
    documents = [question.document for question in questions]
    halves = (np.random.default_rng(0).permutation(len(measured)) % 2).tolist()
    return "\n".join(
        [
            f"weights {dict(zip(FITTED, weights.round(2).tolist(), strict=True))}",
            f"recall@{k} fitted on all {100 * np.mean([one.recall(weights, k) for one in measured]):.1f}",
            f"recall@{k} one document left out {100 * recall_without(measured, documents, k):.1f}",
            f"recall@{k} one half left out {100 * recall_without(measured, halves, k):.1f}",
        ]
    )
