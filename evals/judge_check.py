"""The judge judged: how far its scores agree with people's labels of public sets, which stay where they are.

WiCE (Kamoi et al., EMNLP 2023): claims against whole cited pages. QAGS XSUM (Wang et al., ACL 2020): summary sentences
against news articles.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.errors import EvalError, Unreadable
from evals.judges.opened import JudgeOptions, Opened, open_judge
from evals.metrics.agreement import Agreement, agreement
from evals.tables import markdown
from evals.verifier.labelled import Labelled, load_qags, load_wice
from evals.verifier.plain import PlainVerifier
from rag.settings import load_settings

SETS = {"WiCE": ("wice/dev.jsonl", load_wice), "QAGS XSUM": ("qags/xsum.jsonl", load_qags)}


@dataclass(frozen=True, slots=True)
class Checked:
    """A judge on one set: the pairs it scored, the share that people call supported, those it could not judge, what
    it cost in dollars (0.0 without prices)."""

    judge: str
    pairs: int
    supported: float
    unjudged: int
    cost: float
    agreement: Agreement


def checked(
    data: Path, options: JudgeOptions, replies: Path, *, limit: int | None = None, workers: int = 1
) -> dict[str, Checked]:
    """Every set that `data` holds. Raises EvalError when it holds none, or a file is not as published."""
    sets = labelled(data, limit)
    judge = open_judge(options, load_settings(), replies)
    return {name: _checked(judge, pairs, workers) for name, pairs in sets.items()}


def checked_plain(data: Path, *, limit: int | None = None) -> dict[str, Checked]:
    """The same pairs by the verifier's plain features alone. Raises EvalError as `checked` does."""
    verifier = PlainVerifier()
    return {
        name: _agreeing("features alone", pairs, [verifier.support(one.statement, one.evidence) for one in pairs], 0.0)
        for name, pairs in labelled(data, limit).items()
    }


def labelled(data: Path, limit: int | None = None) -> Mapping[str, list[Labelled]]:
    """The pairs of every set that is there."""
    found = {}
    for name, (file, read) in SETS.items():
        path = data / file
        if path.is_file():
            try:
                found[name] = read(path)[:limit]
            except (ValueError, KeyError, TypeError) as error:
                raise EvalError(f"{path} is not {name} as published ({type(error).__name__}: {error})") from None
    if not found:
        files = " or ".join(file for file, _ in SETS.values())
        raise EvalError(f"{data} holds neither {files}; name the folder that the sets are in")
    return found


def table(*found: Mapping[str, Checked]) -> str:
    """Markdown, one row a set and judge."""
    rows = [
        (name, one.judge, str(one.pairs), f"{one.supported:.0%}", str(one.agreement.auc), str(one.agreement.accuracy),
         str(one.agreement.calibration), str(one.unjudged), f"{one.cost:.2f}")
        for name in found[0] for one in (judged[name] for judged in found)
    ]  # fmt: skip
    heads = ("set", "judge", "pairs", "supported", "ROC AUC", "balanced accuracy", "calibration error", "unjudged",
             "cost, $")  # fmt: skip
    return markdown(heads, rows)


def _checked(judge: Opened, pairs: list[Labelled], workers: int) -> Checked:
    before = judge.budget.spent

    def score(pair: Labelled) -> float:
        try:
            return judge.open().support(pair.statement, pair.evidence).score
        except Unreadable:
            return float("nan")

    with ThreadPoolExecutor(workers) as pool:
        scores = list(pool.map(score, pairs))
    return _agreeing(judge.name, pairs, scores, judge.budget.spent - before)


def _agreeing(judge: str, pairs: Sequence[Labelled], scored: Sequence[float], cost: float) -> Checked:
    """How far the scores, nan where there is none, agree with the labels."""
    scores = np.array(scored)
    labels = np.array([float(pair.is_supported) for pair in pairs])
    some = ~np.isnan(scores)
    try:
        agrees = agreement(scores[some], labels[some], [pair.document for pair, held in zip(pairs, some, strict=True)
                                                        if held])  # fmt: skip
    except ValueError as error:
        raise EvalError(f"nothing can be said of these pairs: {error}; take more of them") from None
    return Checked(judge, int(some.sum()), float(labels.mean()), int((~some).sum()), cost, agrees)
