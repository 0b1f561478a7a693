"""Measures how far a judge's scores agree with people's labels.

The public sets are read and not copied. WiCE (Kamoi et al., EMNLP 2023): claims against whole cited pages. QAGS XSUM
(Wang et al., ACL 2020): summary sentences against news articles.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.datasets.sampling import spread
from evals.errors import EvalError, UnreadableReply
from evals.judges.factory import JudgeFactory, JudgeOptions, judge_factory
from evals.metrics.agreement import Agreement, agreement, has_both_labels
from evals.report.tables import markdown_table
from evals.training.features_baseline import FeaturesBaseline
from evals.training.public_datasets import LabelledPair, load_qags, load_wice
from rag.settings import load_command_settings

SETS = {"WiCE": ("wice/dev.jsonl", load_wice), "QAGS XSUM": ("qags/xsum.jsonl", load_qags)}


@dataclass(frozen=True, slots=True)
class JudgeAgreement:
    """A judge on one set.

    `pairs` is the number of pairs that it scored, `supported` the share that people call supported, `unjudged` the
    number that it could not judge, `cost` the cost in dollars (0.0 without prices).
    """

    judge: str
    pairs: int
    supported: float
    unjudged: int
    cost: float
    agreement: Agreement


def check_judge(
    data: Path, options: JudgeOptions, cache: Path, *, limit: int | None = None, workers: int = 1
) -> dict[str, JudgeAgreement]:
    """Measures a judge on every set that `data` holds.

    `limit` is the maximum number of pairs of each set, and `cache` the folder for replies. Raises EvalError if `data`
    has no set, or if a file is not as published.
    """
    sets = load_sets(data, limit)
    judges = judge_factory(options, load_command_settings(), cache)
    return {name: _check_judge(judges, pairs, workers) for name, pairs in sets.items()}


def check_baseline(data: Path, *, limit: int | None = None) -> dict[str, JudgeAgreement]:
    """Measures the verifier's plain features alone on the same pairs.

    Raises EvalError as `check_judge` does.
    """
    baseline = FeaturesBaseline()
    agreements = {}
    for name, pairs in load_sets(data, limit).items():
        scores = [baseline.support(pair.statement, pair.evidence) for pair in pairs]
        agreements[name] = _agreement("features alone", pairs, scores, 0.0)
    return agreements


def load_sets(data: Path, limit: int | None = None) -> Mapping[str, list[LabelledPair]]:
    """Loads the pairs of every set that `data` holds.

    With `limit`, at most so many of each, spread over both labels and the documents. Raises EvalError as `check_judge`
    does.
    """
    sets = {}
    for name, (file, load) in SETS.items():
        path = data / file
        if path.is_file():
            sets[name] = spread(load(path), limit, lambda pair: pair.is_supported)
    if not sets:
        files = " or ".join(file for file, _ in SETS.values())
        raise EvalError(f"{data} holds neither {files}; name the folder that the sets are in")
    return sets


def agreement_table(*judges: Mapping[str, JudgeAgreement]) -> str:
    """Markdown, one row a set and judge."""
    rows = []
    for name in judges[0]:
        for row in (judge[name] for judge in judges):
            measures = (str(row.agreement.auc), str(row.agreement.accuracy), str(row.agreement.calibration))
            counts = (str(row.pairs), f"{row.supported:.0%}")
            rows.append((name, row.judge, *counts, *measures, str(row.unjudged), f"{row.cost:.2f}"))
    headings = ("set", "judge", "pairs", "supported", "ROC AUC", "balanced accuracy", "calibration error", "unjudged",
                "cost, $")  # fmt: skip
    return markdown_table(headings, rows)


def _check_judge(judges: JudgeFactory, pairs: list[LabelledPair], workers: int) -> JudgeAgreement:
    before = judges.budget.spent

    def score(pair: LabelledPair) -> float:
        try:
            return judges.open().support(pair.statement, pair.evidence).score
        except UnreadableReply:
            return float("nan")

    with ThreadPoolExecutor(workers) as pool:
        scores = list(pool.map(score, pairs))
    return _agreement(judges.name, pairs, scores, judges.budget.spent - before)


def _agreement(judge: str, pairs: Sequence[LabelledPair], scores: Sequence[float], cost: float) -> JudgeAgreement:
    """Measures how far the scores agree with the labels.

    A score of NaN is a pair that was not judged.
    """
    values = np.array(scores)
    labels = np.array([float(pair.is_supported) for pair in pairs])
    judged = ~np.isnan(values)
    documents = [pair.document for pair, is_judged in zip(pairs, judged, strict=True) if is_judged]
    if not has_both_labels(labels[judged]):
        raise EvalError("nothing can be said of these pairs: all labels are the same; take more of them")
    measures = agreement(values[judged], labels[judged], documents)
    return JudgeAgreement(judge, int(judged.sum()), float(labels.mean()), int((~judged).sum()), cost, measures)
