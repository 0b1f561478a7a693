"""A run's folder and its files.

They are run.json (what was run), results.jsonl (one line a case), summary.json and report.html. A folder is checked
before it is read: a run of another version, or a folder that is no run, is refused with one line.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.errors import EvalError
from evals.metrics.registry import MetricValue, compute_metrics, compute_metrics_by_kind
from evals.result import VERSION, CaseResult, read_results
from rag.errors import first_problem

RUN_FILE, RESULTS_FILE, SUMMARY_FILE, REPORT_FILE = "run.json", "results.jsonl", "summary.json", "report.html"


class RunInfo(BaseModel):
    """The description of a run.

    It has the cases, the engine with its settings (no secrets), the judge, the code and the machine. The field names
    are run.json's keys. `chosen` describes the selected cases of the split; it is empty for all of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    label: str
    started: datetime
    suite: str
    split: str
    chosen: str
    cases: int
    cases_sha256: str
    corpus_sha256: str
    writer: str
    judge: str
    encoder: str
    settings: dict[str, Any]
    workers: int
    package: str
    code_sha256: str
    machine: str

    @property
    def identity(self) -> str:
        """A hash that is equal for runs whose results may be in one file."""
        return hashlib.sha256(self.model_dump_json(exclude={"started", "workers"}).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Run:
    """A run: its folder, its results, and its metrics.

    The metrics are computed over all cases and by kind of question.
    """

    folder: Path
    info: RunInfo
    results: Sequence[CaseResult]
    metrics: Mapping[str, MetricValue]
    by_kind: Mapping[str, Mapping[str, MetricValue]]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def is_finished(self) -> bool:
        return len(self.results) == self.info.cases


def read_info(folder: Path) -> RunInfo:
    """Reads run.json.

    Raises EvalError if `folder` is no run, or a run of another version.
    """
    path = folder / RUN_FILE
    try:
        info = RunInfo.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError:
        raise EvalError(f"{folder} is no run: it has no {RUN_FILE}; name a folder of evals/results") from None
    except ValidationError as error:
        problem = first_problem(error, "the file")
        raise EvalError(f"{path}: {problem}; run the suite again with this version") from None
    if info.version != VERSION:
        raise EvalError(f"{folder} is a run of version {info.version}, this is version {VERSION}; run it again")
    return info


def read_run(folder: Path) -> Run:
    """Reads a run and computes its metrics.

    Raises EvalError for a folder that is no run or has no result.
    """
    info = read_info(folder)
    results = read_results(folder / RESULTS_FILE)
    if not results:
        raise EvalError(f"{folder} has no case yet; let the run go on first")
    return make_run(folder, info, results)


def make_run(folder: Path, info: RunInfo, results: Sequence[CaseResult]) -> Run:
    """Computes the metrics of `results`."""
    return Run(folder, info, results, compute_metrics(results), compute_metrics_by_kind(results))


def write_summary(run: Run) -> None:
    """Writes summary.json.

    It has every metric with its interval, over all cases and by kind, and the cost of models.
    """
    usages = [
        usage
        for result in run.results
        for usage in (result.usage, result.judgement and result.judgement.usage)
        if usage
    ]
    has_prices = all(usage.cost is not None for usage in usages)
    summary = {
        "version": VERSION,
        "run": run.info.model_dump(mode="json"),
        "cases": len(run.results),
        "failed": [result.case.id for result in run.results if result.is_failed],
        "unjudged": [result.case.id for result in run.results if result.judge_error],
        "figures": _as_json(run.metrics),
        "by_kind": {kind: _as_json(metrics) for kind, metrics in run.by_kind.items()},
        "models": {
            "calls": sum(usage.calls for usage in usages),
            "prompt_tokens": sum(usage.prompt_tokens for usage in usages),
            "completion_tokens": sum(usage.completion_tokens for usage in usages),
            "cost": sum(usage.cost or 0.0 for usage in usages) if has_prices else None,
        },
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
    (run.folder / SUMMARY_FILE).write_text(text, encoding="utf-8")


def _as_json(metrics: Mapping[str, MetricValue]) -> dict[str, Any]:
    return {name: asdict(value) for name, value in metrics.items()}
