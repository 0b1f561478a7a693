"""Measures of the reader, from its logits for a measuring set."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.metrics.agreement import BINS, balanced_accuracy, roc_auc
from evals.metrics.significance import Array
from evals.training.logistic import sigmoid
from evals.training.reader.examples import ReaderExample

# Maximum share of answered questions that may be declined.
MAX_WRONGLY_DECLINED = 0.05


@dataclass(frozen=True, slots=True)
class ExampleReading:
    """The reader's logits for one example: of each sentence and of the passage."""

    sentences: tuple[float, ...]
    passage: float


@dataclass(frozen=True, slots=True)
class QuestionMetrics:
    """Figures of a set of questions, each of them in one passage or several.

    `area` is the ROC AUC of "answered". `declined` is the share of unanswered questions declined where
    MAX_WRONGLY_DECLINED of the answered ones are. `first` is the share of answered ones whose best sentence answers,
    `first_three` of those with one that answers among the best three.
    """

    questions: int
    area: float
    declined: float
    first: float
    first_three: float


@dataclass(frozen=True, slots=True)
class StatementMetrics:
    """ROC AUC of single statements, and of responses by their lowest one."""

    statements: int
    area: float
    response_area: float
    balanced_accuracy: float
    calibration_error: float


def measure_questions(examples: Sequence[ReaderExample], readings: Sequence[ExampleReading]) -> QuestionMetrics:
    """Examples of one group are passages read for one question.

    The question counts as answerable where one of its passages answers, or where its source ends in ":answerable"; the
    passages' sentences are ranked together, each with its passage's logit.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        groups[example.group].append(number)
    scores, labels, first, first_three = [], [], [], []
    for numbers in groups.values():
        scores.append(max(readings[number].passage for number in numbers))
        labels.append(any(examples[number].label for number in numbers))
        if not labels[-1]:
            continue
        ranked = sorted(
            (
                (logit + readings[number].passage, position in (examples[number].gold or ()))
                for number in numbers
                for position, logit in enumerate(readings[number].sentences)
            ),
            key=lambda scored: -scored[0],
        )
        first.append(bool(ranked) and ranked[0][1])
        first_three.append(any(is_gold for _, is_gold in ranked[:3]))
    values, answered = np.asarray(scores), np.asarray(labels, dtype=bool)
    threshold = float(np.quantile(values[answered], MAX_WRONGLY_DECLINED)) if answered.any() else 0.0
    declined = float((values[~answered] < threshold).mean()) if (~answered).any() else 0.0
    return QuestionMetrics(
        len(groups), _roc_auc(scores, labels), declined, float(np.mean(first)), float(np.mean(first_three))
    )


def measure_statements(examples: Sequence[ReaderExample], readings: Sequence[ExampleReading]) -> StatementMetrics:
    """Examples of one group are the statements of one response."""
    scores = [reading.passage for reading in readings]
    labels = [example.label for example in examples]
    groups: dict[str, list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        groups[example.group].append(number)
    lowest = [min(scores[number] for number in numbers) for numbers in groups.values()]
    faithful = [all(labels[number] for number in numbers) for numbers in groups.values()]
    supports, supported = sigmoid(np.asarray(scores, dtype=float)), np.asarray(labels, dtype=float)
    return StatementMetrics(
        len(scores),
        _roc_auc(scores, labels),
        _roc_auc(lowest, faithful),
        balanced_accuracy(supports, supported),
        _calibration_error(supports, supported),
    )


def _roc_auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    return roc_auc(np.asarray(scores, dtype=float), np.asarray(labels, dtype=float))


def _calibration_error(supports: Array, labels: Array) -> float:
    """The calibration error over ten bins, weighted by count.

    That of `rag eval judge-check` (evals.metrics.agreement) balances the labels instead.
    """
    bins = np.minimum((supports * BINS).astype(int), BINS - 1)
    gaps = [
        float((bins == number).mean()) * abs(float(supports[bins == number].mean() - labels[bins == number].mean()))
        for number in np.unique(bins)
    ]
    return float(sum(gaps))
