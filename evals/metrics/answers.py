"""What an answer is worth, from judged statements: faithfulness, citations, points, attribution, refusals.

Every function is pure and takes numbers that a judge has given; `SUPPORTED` is the line between borne out and not.
None means that the measure does not apply: no statement, no citation, no point.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

SUPPORTED = 0.5
# A citation hits a gold quote when it holds at least this share of the quote's characters.
HIT = 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `start` to `end` of an article's text."""

    article: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CitedSupport:
    """How far a statement is borne out by what it cites, each in [0, 1].

    `together` is all its citations' support, None when it cites nothing; `alone` each one's by itself; `without` that
    of all the others when this one is left out.
    """

    together: float | None
    alone: tuple[float, ...] = ()
    without: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """A value that counts `weight` times in a mean: with it a ratio of sums is a mean, too."""

    value: float
    weight: float = 1.0


def faithfulness(supports: Sequence[float]) -> float | None:
    """The share of an answer's claims that the retrieved passages bear out. In [0, 1], higher is better.

    ragas' definition (Es et al., EACL 2024 demos): claims inferable from the context over all claims.
    """
    return _share_supported(supports)


def mean_support(supports: Sequence[float]) -> float | None:
    """The mean support of an answer's claims by the retrieved passages. In [0, 1], higher is better.

    Ours: faithfulness without the line at 0.5; a word lost from a quotation costs support long before the line.
    """
    return sum(supports) / len(supports) if supports else None


def citation_recall(statements: Sequence[CitedSupport]) -> float | None:
    """The share of statements that their citations, taken together, bear out; one without citation is not borne out.

    In [0, 1], higher is better (ALCE: Gao et al., EMNLP 2023).
    """
    if not statements:
        return None
    return sum(one.together is not None and one.together >= SUPPORTED for one in statements) / len(statements)


def citation_precision(statements: Sequence[CitedSupport]) -> float | None:
    """The share of citations that are of use. In [0, 1], higher is better (ALCE: Gao et al., EMNLP 2023).

    One is of use when the statement is borne out by its citations together, and it either bears the statement out
    alone or the others do not without it.
    """
    useful, cited = 0, 0
    for one in statements:
        cited += len(one.alone)
        if one.together is not None and one.together >= SUPPORTED:
            pairs = zip(one.alone, one.without, strict=True)
            useful += sum(alone >= SUPPORTED or rest < SUPPORTED for alone, rest in pairs)
    return useful / cited if cited else None


def points_covered(supports: Sequence[float]) -> float | None:
    """The share of a case's points that the answer bears out. In [0, 1], higher is better.

    RAGChecker's claim recall (Ru et al., NeurIPS 2024): the gold answer's claims entailed by the response.
    """
    return _share_supported(supports)


def must_not_said(supports: Sequence[float]) -> float | None:
    """The share of what must not be said that the answer says. In [0, 1], lower is better."""
    return _share_supported(supports)


def attribution(statements: Sequence[tuple[Collection[str], Collection[str]]]) -> float | None:
    """The share of statements that give the view to the right author, of those that name one. In [0, 1], higher is
    better.

    Each is the authors it names and the authors of what it cites; right is when one of the former is of the latter.
    """
    named = [(said, cited) for said, cited in statements if said]
    return sum(bool(set(said) & set(cited)) for said, cited in named) / len(named) if named else None


def groups_covered(gold: Sequence[Sequence[Place]], cited: Sequence[Place]) -> float | None:
    """The share of gold groups of which some alternative is quoted. In [0, 1], higher is better.

    A quote is hit when a citation holds at least half of its characters (`HIT`).
    """
    if not gold:
        return None
    return sum(any(_hits(one, quote) for one in group for quote in cited) for group in gold) / len(gold)


def hits_any(gold: Sequence[Sequence[Place]], cited: Sequence[Place]) -> float | None:
    """1.0 when a citation hits any gold quote, else 0.0."""
    covered = groups_covered(gold, cited)
    return None if covered is None else float(covered > 0)


def rightly_declined(answerable: bool, declined: bool) -> Counted | None:
    """Its mean is abstention's recall: the share of unanswerable questions that are declined. Higher is better."""
    return None if answerable else Counted(float(declined))


def wrongly_declined(answerable: bool, declined: bool) -> Counted | None:
    """Its mean is the share of answerable questions that are declined, in [0, 1]. Lower is better."""
    return Counted(float(declined)) if answerable else None


def abstention_precision(answerable: bool, declined: bool) -> Counted | None:
    """Its mean is the share of refusals that are right, in [0, 1]. Higher is better."""
    return Counted(float(not answerable)) if declined else None


def abstention_f1(answerable: bool, declined: bool) -> Counted | None:
    """Its weighed mean is F1 of refusals, 2 TP / (2 TP + FP + FN) (van Rijsbergen, 1979), in [0, 1]."""
    if declined and not answerable:
        return Counted(1.0, 2.0)
    return Counted(0.0) if declined or not answerable else None


def _share_supported(supports: Sequence[float]) -> float | None:
    return sum(one >= SUPPORTED for one in supports) / len(supports) if supports else None


def _hits(gold: Place, quote: Place) -> bool:
    shared = min(gold.end, quote.end) - max(gold.start, quote.start)
    return gold.article == quote.article and shared >= HIT * (gold.end - gold.start)
