"""The report of a run over conversations.

It has the shares of right turns, and each wrong turn with the reason.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evals.errors import EvalError
from evals.metrics.turn_results import (
    RightShare,
    TurnResult,
    chat_metrics,
    right_share,
    shares_by_check,
    shares_by_kind,
    shares_by_tag,
)
from evals.report.tables import markdown_table
from evals.result import VERSION
from evals.run_folder import SUMMARY_FILE, RunInfo, read_info
from rag.errors import first_problem

TURNS_FILE, CHAT_REPORT_FILE = "turns.jsonl", "report.md"
MAX_ANSWER_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class ChatRun:
    """A run over conversations: its folder, its description, and each turn's result."""

    folder: Path
    info: RunInfo
    results: tuple[TurnResult, ...]


def write_chat_run(run: ChatRun) -> None:
    """Writes turns.jsonl, report.md and, last, summary.json."""
    lines = "".join(result.model_dump_json() + "\n" for result in run.results)
    (run.folder / TURNS_FILE).write_text(lines, encoding="utf-8")
    (run.folder / CHAT_REPORT_FILE).write_text(chat_report(run), encoding="utf-8")
    summary = {
        "version": VERSION,
        "run": run.info.model_dump(mode="json"),
        "right": _as_json(right_share(run.results)),
        "by_kind": {name: _as_json(share) for name, share in shares_by_kind(run.results).items()},
        "by_check": {name: _as_json(share) for name, share in shares_by_check(run.results).items()},
        "by_tag": {name: _as_json(share) for name, share in shares_by_tag(run.results).items()},
        "wrong": [f"{result.conversation}.{result.number}" for result in run.results if not result.is_right],
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
    (run.folder / SUMMARY_FILE).write_text(text, encoding="utf-8")


def is_chat_run(folder: Path) -> bool:
    """Whether `folder` is that of a run over conversations."""
    return (folder / TURNS_FILE).is_file()


def read_chat_run(folder: Path) -> ChatRun:
    """Reads the run of a folder. Raises EvalError if a line cannot be read."""
    lines = (folder / TURNS_FILE).read_text(encoding="utf-8").splitlines()
    try:
        results = tuple(TurnResult.model_validate_json(line) for line in lines)
    except ValidationError as error:
        raise EvalError(f"{folder / TURNS_FILE}: {first_problem(error, 'a line')}; run the suite again") from None
    return ChatRun(folder, read_info(folder), results)


def chat_report(run: ChatRun) -> str:
    """The shares as tables, then every wrong turn with the reason, as Markdown."""
    wrong = [result for result in run.results if not result.is_right]
    parts = [
        f"# {run.info.suite}, {run.info.split}: {_share_text(right_share(run.results))} of the turns are right",
        chat_tables(run.results),
        "By tag:",
        _table("tag", shares_by_tag(run.results)),
        f"## {len(wrong)} wrong turns",
        *(_wrong_turn(result, run.results) for result in wrong),
    ]
    return "\n\n".join(parts) + "\n"


def chat_tables(results: Sequence[TurnResult]) -> str:
    """The shares of right turns by kind, and of passed checks, as Markdown tables."""
    kinds = {**shares_by_kind(results), "all": right_share(results)}
    return "\n\n".join([_table("kind", kinds), _table("check", shares_by_check(results))])


def missed_chat_thresholds(results: Sequence[TurnResult], limits: Mapping[str, float]) -> list[str]:
    """A sentence for each threshold, in percent, that the turns miss."""
    metrics = chat_metrics(results)
    missed = []
    for name, limit in limits.items():
        value = metrics.get(name)
        if value is None:
            missed.append(f"{name}: no turn has it, the threshold is {limit:g}")
        # Rounded, so that a value that is exactly at its threshold passes.
        elif round(limit - value, 9) > 0:
            missed.append(f"{name}: {value:.1f}, the threshold is at least {limit:g}")
    return missed


def _wrong_turn(result: TurnResult, results: Iterable[TurnResult]) -> str:
    before = [
        f"> {earlier.turn.ask}  "
        for earlier in results
        if earlier.conversation == result.conversation and earlier.number < result.number
    ]
    reasons = [f"- {failure.check}: {failure.why}" for failure in result.failures]
    if result.error is not None:
        reasons.append(f"- the engine failed: {result.error}")
    answer = " ".join(str((result.answer_json or {}).get("answer", "")).split())
    shown = answer if len(answer) <= MAX_ANSWER_CHARACTERS else answer[: MAX_ANSWER_CHARACTERS - 1] + "…"
    tags = f" ({', '.join(result.turn.tags)})" if result.turn.tags else ""
    return "\n".join([
        f"### {result.conversation}.{result.number}{tags}", "",
        *before, f"> **{result.turn.ask}**", "",
        *reasons, "", f"    {shown}",
    ])  # fmt: skip


def _table(heading: str, shares: Mapping[str, RightShare]) -> str:
    rows = [(name, _share_text(share), f"{share.right} of {share.turns}") for name, share in shares.items()]
    return markdown_table((heading, "right, % [95% interval]", "turns"), rows)


def _share_text(share: RightShare) -> str:
    interval = share.interval
    suffix = f" [{100 * interval.low:.1f}, {100 * interval.high:.1f}]" if interval else ""
    return f"{100 * share.share:.1f}{suffix}"


def _as_json(share: RightShare) -> dict[str, Any]:
    return {**asdict(share), "share": share.share}
