"""Is a statement of an answer borne out by what it cites, and is the view given to whoever holds it?

Better informed than comparing two texts: it knows whose article the words are from, when it came out, and what stands
before them. A name or number that is nowhere there, or a view in the wrong mouth, counts against a statement however
close its words are; other words for the same do not.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from rag.aliases import UNTELLING, with_aliases
from rag.article import ArticleRef
from rag.attribution import MONTHS, holder_of, speakers_in
from rag.claims import hedges, is_negated, names, numbers, opposes
from rag.encoder import Encoder
from rag.ranking import coverage
from rag.sentences import sentence_spans
from rag.terms import STOP_TERMS, content_weights, terms
from rag.verifier import VERBATIM, Verifier

WEIGHTS = Path(__file__).parent / "models" / "checking.json"
# What stands before the quote and tells who "he" is.
CONTEXT = 400
# "The two" counts nothing.
_NO_AMOUNT = {2.0}


@dataclass(frozen=True, slots=True)
class Cited:
    """What a statement points at: the words, those of the passage that come before them, and whose article it is."""

    quote: str
    before: str
    article: ArticleRef


@dataclass(frozen=True, slots=True)
class Signals:
    """What support is judged by.

    `support` is the verifier's, as log-odds; `cosine` that of the claim to the closest cited sentence, `recall` the
    share of its words in what is cited. The others are 1.0 or 0.0: a number or a name that neither the quote nor what
    stands before it nor the article's title and date hold; a name that only those hold; a view given to somebody who
    is named nowhere there, or to an author who only reports it; beside the closest sentence, a denial on one side
    only, the opposite word, a hedge that is gone.
    """

    support: float
    cosine: float
    recall: float
    number_missing: float
    name_missing: float
    name_apart: float
    wrong_holder: float
    only_reported: float
    negation: float
    opposite: float
    firmer: float


class Checker:
    """Checks statements. Threads may share one."""

    def __init__(self, verifier: Verifier, encoder: Encoder) -> None:
        self._verifier = verifier
        self._encoder = encoder
        fitted = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        self._weights = np.array([fitted["weights"][field.name] for field in fields(Signals)])
        self._bias = float(fitted["bias"])

    def supports(self, checked: Sequence[tuple[str, Sequence[Cited]]]) -> list[float]:
        """How far each statement is borne out by what it cites, 0 to 1; 0.5 is the line, 0 for citing nothing."""
        rows = iter(self.signals([(statement, cited) for statement, cited in checked if cited]))
        return [self._score(next(rows)) if cited else 0.0 for _, cited in checked]

    def _score(self, signals: Signals) -> float:
        values = astuple(signals)
        if signals.support >= _log_odds(VERBATIM) and not any(values[3:8]):
            return VERBATIM
        return 1 / (1 + math.exp(-(float(self._weights @ np.array(values)) + self._bias)))

    def signals(self, checked: Sequence[tuple[str, Sequence[Cited]]]) -> list[Signals]:
        """What each score is made of; each statement cites something."""
        held = [holder_of(statement) for statement, _ in checked]
        claims = [one.claim if one else statement for one, (statement, _) in zip(held, checked, strict=True)]
        supports = self._verifier.supports(
            [(claim, [one.quote for one in cited]) for claim, (_, cited) in zip(claims, checked, strict=True)]
        )
        near = self._closest([(claim, cited) for claim, (_, cited) in zip(claims, checked, strict=True)])
        found = []
        for claim, one, (_, cited), support, (cosine, closest) in zip(
            claims, held, checked, supports, near, strict=True
        ):
            quoted = " ".join(each.quote for each in cited)
            around = " ".join(f"{each.before[-CONTEXT:]} {_byline(each.article)}" for each in cited)
            mine, quoted_terms = names(claim) - UNTELLING, with_aliases(terms(quoted))
            all_terms = quoted_terms | with_aliases(terms(around))
            wrong, reported = _misheld(one.holder, one.reports, claim, cited) if one else (False, False)
            found.append(
                Signals(
                    support=_log_odds(support),
                    cosine=cosine,
                    recall=coverage(quoted_terms, content_weights(claim)),
                    number_missing=float(bool(numbers(claim) - numbers(f"{quoted} {around}") - _NO_AMOUNT)),
                    name_missing=float(bool(mine - all_terms)),
                    name_apart=float(bool(mine - quoted_terms)),
                    wrong_holder=float(wrong),
                    only_reported=float(reported),
                    negation=float(is_negated(claim) != is_negated(closest)),
                    opposite=float(opposes(set(terms(claim)), set(terms(closest)))),
                    firmer=float(hedges(closest) > 0 and hedges(claim) == 0),
                )
            )
        return found

    def _closest(self, claims: Sequence[tuple[str, Sequence[Cited]]]) -> list[tuple[float, str]]:
        """For each claim the cited sentence (or whole quote) that is closest by meaning, and its cosine."""
        near = [
            [one.quote for one in cited]
            + [one.quote[start:end] for one in cited for start, end in sentence_spans(one.quote)]
            for _, cited in claims
        ]
        texts = list(dict.fromkeys([claim for claim, _ in claims] + [text for some in near for text in some]))
        rows = dict(zip(texts, self._encoder.encode(texts), strict=True))
        return [
            max((float(rows[text] @ rows[claim]), text) for text in reversed(some))
            for (claim, _), some in zip(claims, near, strict=True)
        ]


def _misheld(holder: str, reports: bool, claim: str, cited: Sequence[Cited]) -> tuple[bool, bool]:
    """Whether the holder is named nowhere near the quotes, and whether he is an author who only reports the view."""
    words = set(terms(holder)) - STOP_TERMS
    if not words:
        return False, False
    own = [one for one in cited if words <= set(terms(f"{one.article.author or ''} {one.article.source or ''}"))]
    if own:
        named = set(terms(claim))
        says_it = [all((set(terms(said)) - STOP_TERMS) & named for said in speakers_in(one.quote)) for one in own]
        return False, not (reports or any(says_it))
    near = with_aliases(terms(" ".join(f"{one.before[-CONTEXT:]} {one.quote}" for one in cited)))
    return not words & near, False


def _byline(article: ArticleRef) -> str:
    when = f"{MONTHS[article.published.month - 1]} {article.published.year}" if article.published else ""
    return f"{article.title}. {article.author or ''} {article.source or ''} {when}"


def _log_odds(share: float) -> float:
    kept = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(kept / (1 - kept))
