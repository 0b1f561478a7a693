"""The registry of every metric of a run.

A metric has a name, a unit, a direction and a description, and is computed from results. A failed case gets the worst
value of every metric that has a worst value and applies to the case. This module uses no engine and no judge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evals.errors import EvalError
from evals.metrics import answers, retrieval
from evals.metrics.answers import CitationSupport, WeightedValue
from evals.metrics.significance import Aggregate, CaseValues, Interval, aggregate_values, bootstrap_interval
from evals.metrics.spans import group_by_article, overlap
from evals.result import CaseResult, Judgement

Unit = Literal["share", "number", "ms", "tokens", "usd"]
Value = float | WeightedValue | None
# The number of passages for recall and for characters, and the number for the rank metrics.
TOP_K, RANKED_K = 5, 10


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a run.

    `compute` returns a case's value, None if the metric does not apply. `failed_value` is the value of a failed case to
    which the metric `applies`; None if a failure is not counted.
    """

    name: str
    title: str
    description: str
    compute: Callable[[CaseResult], Value]
    better: Literal["higher", "lower"] = "higher"
    unit: Unit = "share"
    aggregate: Aggregate = "mean"
    failed_value: float | None = 0.0
    applies: Callable[[CaseResult], bool] = lambda result: True


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A metric's value over some cases.

    `interval` is the 95% interval, None with fewer than two cases that count; `cases` is the number of cases that
    count.
    """

    value: float
    interval: Interval | None
    cases: int


def _is_answerable(result: CaseResult) -> bool:
    return result.case.answerable


def _is_unanswerable(result: CaseResult) -> bool:
    return not result.case.answerable


def _has_points(result: CaseResult) -> bool:
    return result.case.answerable and bool(result.case.points)


def _ranking(measure: Callable[[Sequence[str], Sequence[str], int], float], k: int) -> Callable[[CaseResult], Value]:
    def compute(result: CaseResult) -> Value:
        ranked = [passage.id for passage in result.retrieved]
        return measure(ranked, result.relevant, k) if result.case.answerable else None

    return compute


def _characters(part: str, of_quotes: bool) -> Callable[[CaseResult], Value]:
    def compute(result: CaseResult) -> Value:
        if not result.case.answerable:
            return None
        gold = group_by_article((quote.article, quote.start, quote.end) for group in result.gold for quote in group)
        spans = result.quoted_spans if of_quotes else result.retrieved[:TOP_K]
        value: float = getattr(
            overlap(gold, group_by_article((span.article, span.start, span.end) for span in spans)), part
        )
        return value

    return compute


def _judged(measure: Callable[[Judgement], Value]) -> Callable[[CaseResult], Value]:
    """Applies `measure` to the judgements of answers that were given and judged."""
    return lambda result: measure(result.judgement) if result.judgement and not result.is_declined else None


def _abstention(measure: Callable[[bool, bool], WeightedValue | None]) -> Callable[[CaseResult], Value]:
    return lambda result: measure(result.case.answerable, result.is_declined)


def _citation_supports(judgement: Judgement) -> list[CitationSupport]:
    return [CitationSupport(row.together, row.alone, row.without) for row in judgement.statements]


def _claim_supports(judgement: Judgement) -> list[float]:
    return [claim.support for claim in judgement.claims]


def _points(result: CaseResult) -> Value:
    """The share of points that an answerable case's answer covers.

    An abstention covers no point, so that an engine that always abstains gets 0.
    """
    if not _has_points(result) or (result.judgement is None and not result.is_declined):
        return None
    return answers.points_covered(result.judgement.points) if result.judgement and not result.is_declined else 0.0


def _bearing(judgement: Judgement) -> Value:
    return answers.bearing([row.bearing for row in judgement.statements if row.bearing is not None])


def _wrongly_supported(result: CaseResult) -> Value:
    if result.answer is None or result.judgement is None or result.is_declined:
        return None
    shown = zip(result.answer.statements, result.judgement.statements, strict=True)
    return answers.wrongly_supported([row.together for statement, row in shown if statement.verdict == "supported"])


def _milliseconds(result: CaseResult) -> Value:
    return float(result.answer.timings_ms.total) if result.answer else None


def _fallback(result: CaseResult) -> Value:
    return None if result.answer is None else float(bool(result.answer.notice))


def _quotes(result: CaseResult) -> Value:
    return None if result.answer is None or result.is_declined else float(len(result.answer.citations))


def _tokens(result: CaseResult) -> Value:
    return float(result.usage.prompt_tokens + result.usage.completion_tokens) if result.usage else None


METRICS: tuple[Metric, ...] = (
    Metric("hit_at_5", "hit@5", "share of questions with a passage that holds gold among the five best",
           _ranking(retrieval.hit, TOP_K), applies=_is_answerable),
    Metric("recall_at_5", "recall@5", "share of the passages that hold gold that are among the five best",
           _ranking(retrieval.recall, TOP_K), applies=_is_answerable),
    Metric("mrr_at_10", "MRR@10", "1 / rank of the first passage that holds gold, of the ten best",
           _ranking(retrieval.reciprocal_rank, RANKED_K), applies=_is_answerable),
    Metric("ndcg_at_10", "nDCG@10", "how high the passages that hold gold rank among the ten best",
           _ranking(retrieval.ndcg, RANKED_K), applies=_is_answerable),
    Metric("character_recall", "character recall", "share of the gold's characters in the five best passages",
           _characters("recall", False), applies=_is_answerable),
    Metric("character_precision", "character precision", "share of the five best passages' characters that are gold",
           _characters("precision", False), applies=_is_answerable),
    Metric("character_iou", "character IoU", "characters of gold and passages over those of either",
           _characters("iou", False), applies=_is_answerable),
    Metric("any_gold_quoted", "any gold quoted", "some quote holds at least half of some gold quote",
           lambda result: answers.hits_any(result.gold, result.quoted_spans), applies=_is_answerable),
    Metric("first_quote_is_gold", "first quote is gold", "the first quote holds at least half of some gold quote",
           lambda result: answers.hits_any(result.gold, result.quoted_spans[:1]), applies=_is_answerable),
    Metric("gold_groups_covered", "gold groups covered", "share of what a complete answer has to quote that is quoted",
           lambda result: answers.groups_covered(result.gold, result.quoted_spans), applies=_is_answerable),
    Metric("quote_precision", "quote precision", "share of the quoted characters that are gold",
           _characters("precision", True), applies=_is_answerable),
    Metric("faithfulness", "faithfulness", "share of the answer's claims that the retrieved passages support",
           _judged(lambda judgement: answers.faithfulness(_claim_supports(judgement)))),
    Metric("support", "mean support", "how far, on average, the retrieved passages support a claim",
           _judged(lambda judgement: answers.mean_support(_claim_supports(judgement)))),
    Metric("citation_recall", "citation recall", "share of statements that their own citations support",
           _judged(lambda judgement: answers.citation_recall(_citation_supports(judgement)))),
    Metric("citation_precision", "citation precision", "share of citations that their statement needs",
           _judged(lambda judgement: answers.citation_precision(_citation_supports(judgement)))),
    Metric("attribution", "attribution", "share of statements naming an author that name the right one",
           _judged(lambda judgement: answers.attribution([(row.named, row.cited) for row in judgement.statements]))),
    Metric("points_covered", "points covered", "share of a complete answer's points that the answer supports",
           _points, applies=_has_points),
    Metric("must_not_said", "must not said", "share of what would be wrong to say that the answer says",
           _judged(lambda judgement: answers.must_not_said(judgement.must_not)), better="lower", failed_value=1.0,
           applies=lambda result: bool(result.case.must_not)),
    Metric("answer_relevance", "answer relevance", "how close the answer is to the question",
           _judged(lambda judgement: judgement.relevance)),
    Metric("bearing", "bearing on the question", "share of statements that bear on the question, by the trained reader",
           _judged(_bearing)),
    Metric("wrongly_supported", "wrong ✓", "share of statements shown as supported that the judge finds unsupported",
           _wrongly_supported, better="lower", failed_value=None),
    Metric("answered", "answered", "share of questions answered, whether they are answerable or not",
           lambda result: None if result.answer is None else float(not result.is_declined), failed_value=None),
    Metric("rightly_declined", "rightly declined", "share of unanswerable questions declined (abstention recall)",
           _abstention(answers.rightly_declined), applies=_is_unanswerable),
    Metric("wrongly_declined", "wrongly declined", "share of answerable questions declined",
           _abstention(answers.wrongly_declined), better="lower", failed_value=1.0, applies=_is_answerable),
    Metric("abstention_precision", "abstention precision", "share of declined questions that are unanswerable",
           _abstention(answers.abstention_precision)),
    Metric("abstention_f1", "abstention F1", "harmonic mean of abstention precision and recall",
           _abstention(answers.abstention_f1)),
    Metric("quotes", "quotes", "quotes of an answer", _quotes, unit="number", failed_value=None),
    Metric("first_words_p50", "first words, median", "milliseconds from question to the first words of the answer",
           lambda result: result.first_words, better="lower", unit="ms", aggregate="median", failed_value=None),
    Metric("first_words_p95", "first words, p95", "milliseconds that 95% of the first words stay below",
           lambda result: result.first_words, better="lower", unit="ms", aggregate="p95", failed_value=None),
    Metric("latency_p50", "latency, median", "milliseconds from question to answer", _milliseconds, better="lower",
           unit="ms", aggregate="median", failed_value=None),
    Metric("latency_p95", "latency, p95", "milliseconds that 95% of the answers stay below", _milliseconds,
           better="lower", unit="ms", aggregate="p95", failed_value=None),
    Metric("tokens", "tokens", "tokens that the writer's model read and wrote for an answer", _tokens,
           better="lower", unit="tokens", failed_value=None),
    Metric("cost", "cost", "dollars that the writer's model cost for an answer",
           lambda result: result.usage.cost if result.usage else None, better="lower", unit="usd", failed_value=None),
    Metric("failed", "failed", "share of cases on which the engine failed", lambda result: float(result.is_failed),
           better="lower", failed_value=1.0),
    Metric("unjudged", "unjudged", "share of cases that the judge could not judge",
           lambda result: float(result.judge_error is not None), better="lower", failed_value=None),
    Metric("fallback", "fell back", "share of answers with a notice, for example that a model could not be reached",
           _fallback, better="lower", failed_value=None),
)  # fmt: skip
NAMES = tuple(metric.name for metric in METRICS)


def find_metric(name: str) -> Metric:
    """Returns the metric of that name. Raises EvalError when there is none."""
    for metric in METRICS:
        if metric.name == name:
            return metric
    raise EvalError(f"there is no metric {name!r}; there are {', '.join(NAMES)}")


def case_value(metric: Metric, result: CaseResult) -> WeightedValue | None:
    """One case's value of `metric`, None if it does not apply."""
    if result.is_failed:
        has_worst = metric.failed_value is not None and metric.applies(result)
        return WeightedValue(metric.failed_value or 0.0) if has_worst else None
    value = metric.compute(result)
    return WeightedValue(value) if isinstance(value, float | int) else value


def case_values(metric: Metric, results: Sequence[CaseResult]) -> CaseValues:
    """Values and weights of a metric, one entry a result.

    NaN and 0 stand for a result that the metric does not apply to.
    """
    values = [case_value(metric, result) for result in results]
    return (
        np.array([np.nan if value is None else value.value for value in values], dtype=np.float64),
        np.array([0.0 if value is None else value.weight for value in values], dtype=np.float64),
    )


def compute_metric(metric: Metric, results: Sequence[CaseResult]) -> MetricValue | None:
    """The metric over `results`; None when it applies to none of them."""
    values, weights = case_values(metric, results)
    cases = int((weights > 0).sum())
    if not cases:
        return None
    value = float(aggregate_values(values, weights, metric.aggregate))
    return MetricValue(value, bootstrap_interval(values, weights, metric.aggregate), cases)


def compute_metrics(results: Sequence[CaseResult]) -> dict[str, MetricValue]:
    """Every metric that applies to some result, by name, in the order of METRICS."""
    values = {metric.name: compute_metric(metric, results) for metric in METRICS}
    return {name: value for name, value in values.items() if value is not None}


def compute_metrics_by_kind(results: Sequence[CaseResult]) -> dict[str, dict[str, MetricValue]]:
    """The metrics for each kind of question, in the order in which the kinds come."""
    kinds = dict.fromkeys(result.case.kind for result in results)
    return {kind: compute_metrics([result for result in results if result.case.kind == kind]) for kind in kinds}


def format_value(value: float, unit: Unit) -> str:
    """Formats a value for people: shares in percent."""
    match unit:
        case "share":
            return f"{100 * value:.1f}"
        case "usd":
            return f"{value:.4f}"
        case "number":
            return f"{value:.1f}"
        case _:
            return f"{value:.0f}"
