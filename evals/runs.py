"""A run's folder: run.json (what was run), results.jsonl (one line a case), summary.json and report.html.

Reading one back never trusts it: another version, or what is no run, is one line that says so.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.errors import EvalError
from evals.figures import Figure, by_kind, figures
from evals.record import VERSION, Record, read_records

RUN, RESULTS, SUMMARY, REPORT = "run.json", "results.jsonl", "summary.json", "report.html"


class RunInfo(BaseModel):
    """What was run: the cases, the engine with its settings (no secrets), the judge, the code, the machine."""

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
        """The same for runs whose lines may stand in one file."""
        return hashlib.sha256(self.model_dump_json(exclude={"started", "workers"}).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Run:
    """A run read back: its records and the figures made from them."""

    folder: Path
    info: RunInfo
    records: Sequence[Record]
    figures: Mapping[str, Figure]
    by_kind: Mapping[str, Mapping[str, Figure]]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def finished(self) -> bool:
        return len(self.records) == self.info.cases


def read_info(folder: Path) -> RunInfo:
    """Raises EvalError when `folder` is no run, or one of another version."""
    path = folder / RUN
    try:
        found = RunInfo.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError:
        raise EvalError(f"{folder} is no run: it has no {RUN}; name a folder of evals/results") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise EvalError(f"{path}: {field}: {first['msg']}; run the suite again with this version") from None
    if found.version != VERSION:
        raise EvalError(f"{folder} is a run of version {found.version}, this is version {VERSION}; run it again")
    return found


def read_run(folder: Path) -> Run:
    """A run with its figures. Raises EvalError."""
    about = read_info(folder)
    records = read_records(folder / RESULTS)
    if not records:
        raise EvalError(f"{folder} has no case yet; let the run go on first")
    return run_of(folder, about, records)


def run_of(folder: Path, about: RunInfo, records: Sequence[Record]) -> Run:
    return Run(folder, about, records, figures(records), by_kind(records))


def write_summary(run: Run) -> None:
    """summary.json: every figure with its interval, over all cases and by kind, and what was spent on models."""
    spent = [usage for one in run.records for usage in (one.usage, one.judgement and one.judgement.usage) if usage]
    summary = {
        "version": VERSION,
        "run": run.info.model_dump(mode="json"),
        "cases": len(run.records),
        "failed": [one.case.id for one in run.records if one.failed],
        "unjudged": [one.case.id for one in run.records if one.judge_error],
        "figures": _plain(run.figures),
        "by_kind": {kind: _plain(some) for kind, some in run.by_kind.items()},
        "models": {
            "calls": sum(one.calls for one in spent),
            "prompt_tokens": sum(one.prompt_tokens for one in spent),
            "completion_tokens": sum(one.completion_tokens for one in spent),
            "cost": None if any(one.cost is None for one in spent) else sum(one.cost or 0.0 for one in spent),
        },
    }
    write_json(run.folder / SUMMARY, summary)


def write_json(path: Path, document: Any) -> None:
    import json

    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _plain(some: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: asdict(one) for name, one in some.items()}
