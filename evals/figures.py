"""From the lines of a run to its figures: every measure once, with its unit, its direction and what it means.

A case that failed gets the worst value of every measure that has one and that the case can have. Nothing here asks an
engine or a judge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals.errors import EvalError
from evals.metrics import answers, retrieval
from evals.metrics.answers import CitedSupport, Counted
from evals.metrics.resampling import Aggregate, Interval, aggregated, interval
from evals.metrics.spans import by_article, overlap
from evals.record import Judgement, Record

Unit = Literal["share", "number", "ms", "tokens", "usd"]
Value = float | Counted | None
Array = NDArray[np.float64]
# Passages that recall and characters are measured over, and those that ranks are.
TOP, RANKED = 5, 10


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a run.

    `of` gives a case's value, None where the measure does not apply. `worst` is what a failed case gets where
    `applies` says that the case can have a value; None for what is not counted against it.
    """

    name: str
    title: str
    means: str
    of: Callable[[Record], Value]
    better: Literal["higher", "lower"] = "higher"
    unit: Unit = "share"
    aggregate: Aggregate = "mean"
    worst: float | None = 0.0
    applies: Callable[[Record], bool] = lambda record: True


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over some cases: the value, its 95% interval where two or more cases count, and how many do."""

    value: float
    interval: Interval | None
    cases: int


def _answerable(record: Record) -> bool:
    return record.case.answerable


def _unanswerable(record: Record) -> bool:
    return not record.case.answerable


def _ranked(measure: Callable[[Sequence[str], Sequence[str], int], float], k: int) -> Callable[[Record], Value]:
    def of(record: Record) -> Value:
        ranked = [one.id for one in record.retrieved]
        return measure(ranked, record.relevant, k) if record.case.answerable else None

    return of


def _characters(part: str, of_quotes: bool) -> Callable[[Record], Value]:
    def of(record: Record) -> Value:
        if not record.case.answerable:
            return None
        gold = by_article((one.article, one.start, one.end) for group in record.gold for one in group)
        quoted = ((one.article, one.start, one.end) for one in record.quoted)
        passages = ((one.article, one.start, one.end) for one in record.retrieved[:TOP])
        found: float = getattr(overlap(gold, by_article(quoted if of_quotes else passages)), part)
        return found

    return of


def _judged(measure: Callable[[Judgement], Value]) -> Callable[[Record], Value]:
    """Of answers that were given and judged."""
    return lambda record: measure(record.judgement) if record.judgement and not record.declined else None


def _declining(measure: Callable[[bool, bool], Counted | None]) -> Callable[[Record], Value]:
    return lambda record: measure(record.case.answerable, record.declined)


def _cited(judgement: Judgement) -> list[CitedSupport]:
    return [CitedSupport(one.together, one.alone, one.without) for one in judgement.statements]


def _has_points(record: Record) -> bool:
    return record.case.answerable and bool(record.case.points)


def _points(record: Record) -> Value:
    """Of answerable cases; a refusal covers no point, and so an engine that always refuses is found out."""
    if not _has_points(record) or (record.judgement is None and not record.declined):
        return None
    return answers.points_covered(record.judgement.points) if record.judgement and not record.declined else 0.0


def _milliseconds(record: Record) -> Value:
    return float(record.answer["timings_ms"]["total"]) if record.answer else None


def _fallback(record: Record) -> Value:
    return None if record.answer is None else float(bool(record.answer.get("notice")))


def _quotes(record: Record) -> Value:
    return None if record.answer is None or record.declined else float(len(record.quoted))


METRICS: tuple[Metric, ...] = (
    Metric("hit_at_5", "hit@5", "a passage that holds a gold quote is among the five best",
           _ranked(retrieval.hit, TOP), applies=_answerable),
    Metric("recall_at_5", "recall@5", "share of the passages with gold that are among the five best",
           _ranked(retrieval.recall, TOP), applies=_answerable),
    Metric("mrr_at_10", "MRR@10", "1 / rank of the first passage with gold",
           _ranked(retrieval.reciprocal_rank, RANKED), applies=_answerable),
    Metric("ndcg_at_10", "nDCG@10", "how high the passages with gold stand among ten",
           _ranked(retrieval.ndcg, RANKED), applies=_answerable),
    Metric("character_recall", "character recall", "share of the gold's characters in the five best passages",
           _characters("recall", False), applies=_answerable),
    Metric("character_precision", "character precision", "share of the five best passages' characters that are gold",
           _characters("precision", False), applies=_answerable),
    Metric("character_iou", "character IoU", "characters of both over those of either",
           _characters("iou", False), applies=_answerable),
    Metric("any_gold_quoted", "any gold quoted", "some quote holds at least half of some gold quote",
           lambda one: answers.hits_any(one.gold, one.quoted), applies=_answerable),
    Metric("first_quote_is_gold", "first quote is gold", "the first quote does",
           lambda one: answers.hits_any(one.gold, one.quoted[:1]), applies=_answerable),
    Metric("gold_groups_covered", "gold groups covered", "share of what a complete answer has to quote that is quoted",
           lambda one: answers.groups_covered(one.gold, one.quoted), applies=_answerable),
    Metric("quote_precision", "quote precision", "share of the quoted characters that are gold",
           _characters("precision", True), applies=_answerable),
    Metric("faithfulness", "faithfulness", "share of the answer's claims that the retrieved passages bear out",
           _judged(lambda one: answers.faithfulness([claim.support for claim in one.claims]))),
    Metric("support", "mean support", "how far, on average, the retrieved passages bear a claim out",
           _judged(lambda one: answers.mean_support([claim.support for claim in one.claims]))),
    Metric("citation_recall", "citation recall", "share of statements that their own citations bear out",
           _judged(lambda one: answers.citation_recall(_cited(one)))),
    Metric("citation_precision", "citation precision", "share of citations that their statement needs",
           _judged(lambda one: answers.citation_precision(_cited(one)))),
    Metric("attribution", "attribution", "share of statements naming an author that name the right one",
           _judged(lambda one: answers.attribution([(each.named, each.cited) for each in one.statements]))),
    Metric("points_covered", "points covered", "share of a complete answer's points that the answer bears out",
           _points, applies=_has_points),
    Metric("must_not_said", "must not said", "share of what would be wrong to say that the answer says",
           _judged(lambda one: answers.must_not_said(one.must_not)), better="lower", worst=1.0,
           applies=lambda one: bool(one.case.must_not)),
    Metric("answer_relevance", "answer relevance", "how close the answer is to what was asked",
           _judged(lambda one: one.relevance)),
    Metric("rightly_declined", "rightly declined", "share of unanswerable questions declined (abstention recall)",
           _declining(answers.rightly_declined), applies=_unanswerable),
    Metric("wrongly_declined", "wrongly declined", "share of answerable questions declined",
           _declining(answers.wrongly_declined), better="lower", worst=1.0, applies=_answerable),
    Metric("abstention_precision", "abstention precision", "share of refusals that are right",
           _declining(answers.abstention_precision)),
    Metric("abstention_f1", "abstention F1", "harmonic mean of precision and recall of refusals",
           _declining(answers.abstention_f1)),
    Metric("quotes", "quotes", "quotes of an answer", _quotes, unit="number", worst=None),
    Metric("latency_p50", "latency, median", "milliseconds from question to answer", _milliseconds, better="lower",
           unit="ms", aggregate="median", worst=None),
    Metric("latency_p95", "latency, p95", "milliseconds that 95% of the answers keep within", _milliseconds,
           better="lower", unit="ms", aggregate="p95", worst=None),
    Metric("tokens", "tokens", "tokens read and written for an answer",
           lambda one: float(one.usage.prompt_tokens + one.usage.completion_tokens) if one.usage else None,
           better="lower", unit="tokens", worst=None),
    Metric("cost", "cost", "dollars for an answer", lambda one: one.usage.cost if one.usage else None,
           better="lower", unit="usd", worst=None),
    Metric("failed", "failed", "share of cases on which the engine failed", lambda one: float(one.failed),
           better="lower", worst=1.0),
    Metric("unjudged", "unjudged", "share of cases that the judge could not judge",
           lambda one: float(one.judge_error is not None), better="lower", worst=None),
    Metric("fallback", "fell back", "share of answers with a notice, such as a model that could not be reached",
           _fallback, better="lower", worst=None),
)  # fmt: skip
NAMES = tuple(metric.name for metric in METRICS)


def metric_named(name: str) -> Metric:
    """Raises EvalError for a name that is none."""
    found = next((metric for metric in METRICS if metric.name == name), None)
    if found is None:
        raise EvalError(f"there is no metric {name!r}; there are {', '.join(NAMES)}")
    return found


def value(metric: Metric, record: Record) -> Counted | None:
    """A case's value of `metric`, None where it has none."""
    if record.failed:
        return Counted(metric.worst) if metric.worst is not None and metric.applies(record) else None
    found = metric.of(record)
    return Counted(found) if isinstance(found, float | int) else found


def columns(metric: Metric, records: Sequence[Record]) -> tuple[Array, Array]:
    """Values and weights, one a record; NaN and 0 where a case has no value."""
    found = [value(metric, record) for record in records]
    return (
        np.array([np.nan if one is None else one.value for one in found], dtype=np.float64),
        np.array([0.0 if one is None else one.weight for one in found], dtype=np.float64),
    )


def figure(metric: Metric, records: Sequence[Record]) -> Figure | None:
    """The metric over `records`; None when none of them has a value."""
    values, weights = columns(metric, records)
    cases = int((weights > 0).sum())
    if not cases:
        return None
    found = float(aggregated(values, weights, metric.aggregate))
    return Figure(found, interval(values, weights, metric.aggregate), cases)


def figures(records: Sequence[Record]) -> dict[str, Figure]:
    """Every metric that some record has, in the order of METRICS."""
    found = {metric.name: figure(metric, records) for metric in METRICS}
    return {name: one for name, one in found.items() if one is not None}


def by_kind(records: Sequence[Record]) -> dict[str, dict[str, Figure]]:
    """The same for each kind of question, in the order in which they come."""
    kinds = dict.fromkeys(record.case.kind for record in records)
    return {kind: figures([one for one in records if one.case.kind == kind]) for kind in kinds}


def shown(amount: float, unit: Unit) -> str:
    """A value as people read it: shares in percent."""
    match unit:
        case "share":
            return f"{100 * amount:.1f}"
        case "usd":
            return f"{amount:.4f}"
        case "number":
            return f"{amount:.1f}"
        case _:
            return f"{amount:.0f}"
