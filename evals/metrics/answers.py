"""Metrics of one answer, from judged statements.

They measure faithfulness, citations, points, attribution and abstention. Every function is pure and takes a judge's
scores; a support of at least `SUPPORTED` counts as supported. None means that the metric does not apply, because there
is no statement, no citation or no point.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from evals.datasets.cases import TextSpan, covers_gold
from rag.answering.prose.bearing import MIN_LOGIT
from rag.verification.verifier import SUPPORTED


@dataclass(frozen=True, slots=True)
class CitationSupport:
    """The support of a statement by its citations, in [0, 1].

    `together` is the support by all its citations, None if it cites nothing. `alone` has the support by each citation
    alone, `without` the support by all citations except this one.
    """

    together: float | None
    alone: tuple[float, ...] = ()
    without: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class WeightedValue:
    """A value that counts `weight` times in a mean.

    A ratio of sums is then a mean, too.
    """

    value: float
    weight: float = 1.0


def faithfulness(supports: Sequence[float]) -> float | None:
    """The share of an answer's claims that the retrieved passages support.

    In [0, 1], higher is better. As in ragas (Es et al., EACL 2024 demos): claims that can be inferred from the context
    over all claims.
    """
    return _share_supported(supports)


def mean_support(supports: Sequence[float]) -> float | None:
    """The mean support of an answer's claims by the retrieved passages.

    In [0, 1], higher is better. Our own: faithfulness without the threshold. A word that is missing from a quotation
    lowers the support, even if the support stays above the threshold.
    """
    return sum(supports) / len(supports) if supports else None


def citation_recall(statements: Sequence[CitationSupport]) -> float | None:
    """The share of statements that their citations, taken together, support.

    In [0, 1], higher is better. A statement without a citation is not supported (ALCE: Gao et al., EMNLP 2023).
    """
    if not statements:
        return None
    supported = [statement.together is not None and statement.together >= SUPPORTED for statement in statements]
    return sum(supported) / len(statements)


def citation_precision(statements: Sequence[CitationSupport]) -> float | None:
    """The share of citations that are useful.

    In [0, 1], higher is better (ALCE: Gao et al., EMNLP 2023). A citation is useful if the statement's citations
    together support it, and if either this citation supports it alone or the others do not support it without this one.
    """
    useful, cited = 0, 0
    for statement in statements:
        cited += len(statement.alone)
        if statement.together is not None and statement.together >= SUPPORTED:
            pairs = zip(statement.alone, statement.without, strict=True)
            useful += sum(alone >= SUPPORTED or without < SUPPORTED for alone, without in pairs)
    return useful / cited if cited else None


def points_covered(supports: Sequence[float]) -> float | None:
    """The share of a case's points that the answer supports.

    In [0, 1], higher is better. RAGChecker's claim recall (Ru et al., NeurIPS 2024): the gold answer's claims that the
    response entails.
    """
    return _share_supported(supports)


def must_not_said(supports: Sequence[float]) -> float | None:
    """The share of what must not be said that the answer says.

    In [0, 1], lower is better.
    """
    return _share_supported(supports)


def attribution(statements: Sequence[tuple[Collection[str], Collection[str]]]) -> float | None:
    """The share of statements naming an author that name a right one.

    In [0, 1], higher is better. Each statement is a pair: the authors that it names, and the authors of its citations.
    It is right if one of the named authors is among the cited ones.
    """
    naming = [(named, cited) for named, cited in statements if named]
    return sum(bool(set(named) & set(cited)) for named, cited in naming) / len(naming) if naming else None


def bearing(logits: Sequence[float]) -> float | None:
    """The share of statements that bear on the question.

    In [0, 1], higher is better. Our own: the trained reader's logits of the statements are at least `MIN_LOGIT`, which
    was chosen on golden questions. A language model's answers are edited with the same logit, so this metric compares
    writers and versions, and does not judge an edited answer.
    """
    return sum(logit >= MIN_LOGIT for logit in logits) / len(logits) if logits else None


def wrongly_supported(supports: Sequence[float | None]) -> float | None:
    """The share of statements shown as supported that their citations do not support.

    In [0, 1], lower is better. `supports` are the judge's for these statements, None for one that cites nothing.
    """
    if not supports:
        return None
    return sum(support is None or support < SUPPORTED for support in supports) / len(supports)


def groups_covered(gold: Sequence[Sequence[TextSpan]], cited: Sequence[TextSpan]) -> float | None:
    """The share of gold groups from which at least one quote is cited.

    In [0, 1], higher is better. A quote is cited when a citation covers at least half of its characters
    (`MIN_GOLD_SHARE`).
    """
    if not gold:
        return None
    covered = [any(covers_gold(quote, citation) for quote in group for citation in cited) for group in gold]
    return sum(covered) / len(gold)


def hits_any(gold: Sequence[Sequence[TextSpan]], cited: Sequence[TextSpan]) -> float | None:
    """1.0 when a citation covers half of any gold quote, else 0.0."""
    covered = groups_covered(gold, cited)
    return None if covered is None else float(covered > 0)


def rightly_declined(answerable: bool, declined: bool) -> WeightedValue | None:
    """Whether an unanswerable question is declined; the mean is abstention recall.

    That is the share of unanswerable questions that are declined, in [0, 1]; higher is better.
    """
    return None if answerable else WeightedValue(float(declined))


def wrongly_declined(answerable: bool, declined: bool) -> WeightedValue | None:
    """Whether an answerable question is declined.

    The mean is the share of answerable questions that are declined. In [0, 1], lower is better.
    """
    return WeightedValue(float(declined)) if answerable else None


def abstention_precision(answerable: bool, declined: bool) -> WeightedValue | None:
    """Whether an abstention is right; the mean is abstention precision.

    That is the share of abstentions that are right. In [0, 1], higher is better.
    """
    return WeightedValue(float(not answerable)) if declined else None


def abstention_f1(answerable: bool, declined: bool) -> WeightedValue | None:
    """F1 of abstention as a weighted mean: 2 TP / (2 TP + FP + FN).

    In [0, 1], higher is better (van Rijsbergen, 1979).
    """
    if declined and not answerable:
        return WeightedValue(1.0, 2.0)
    return WeightedValue(0.0) if declined or not answerable else None


def _share_supported(supports: Sequence[float]) -> float | None:
    return sum(support >= SUPPORTED for support in supports) / len(supports) if supports else None
