"""Is a statement of an answer borne out by what it cites, and is the view given to whoever holds it?

Better informed than comparing two texts: it knows whose article the words are from, when it came out, and what stands
before them. A name or number that is nowhere there, or a view in the wrong mouth, counts against a statement however
close its words are; other words for the same do not.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from rag.aliases import in_one_word, with_aliases
from rag.article import ArticleRef
from rag.attribution import MONTHS, Held, holder_of, speakers_in
from rag.claims import hedges, is_negated, names, numbers, opposes
from rag.encoder import Encoder
from rag.filters import named
from rag.ranking import coverage
from rag.sentences import sentence_spans
from rag.terms import STOP_TERMS, content_weights, terms
from rag.verifier import VERBATIM, Verifier

WEIGHTS = Path(__file__).parent / "models" / "checking.json"
# What stands before the quote and tells who "he" is.
CONTEXT = 400
# What says the same in other words is seldom further off than that (true statements of dev: mean 0.76, three below).
RELATED = 0.6
# A claim that has less than this share of its words from what it cites is put in other words.
FEW_WORDS = 0.7
# "The two" and "three years later" are no amounts that a source has to name.
_NO_AMOUNT = {2.0}
_SPAN = re.compile(
    r"\b\w+ (?:years?|months?|weeks?|days?|decades?) (?:later|earlier|before|after|on|ago)\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Cited:
    """What a statement points at: the words, those of the passage that come before them, and whose article it is."""

    quote: str
    before: str
    article: ArticleRef


@dataclass(frozen=True, slots=True)
class Signals:
    """What support is judged by.

    `near` says in [0, 1] how much the claim keeps to the words cited; `near_support` is that much of the verifier's
    log-odds, which are worth little where the words are others. `cosine` is that of the claim to the closest cited
    sentence, `far` how much it lacks to RELATED, `recall` the share of the claim's words in what is cited. The others
    are 1.0 or 0.0: a number or a name that neither the quote nor what stands before it nor the article's title and date
    hold; a name that only those hold; one in the place of another in the closest sentence (as far as the claim keeps to
    its words); a view given to somebody who is named nowhere there, to an author who only reports it, or to somebody
    while another says it; beside the closest sentence, a denial on one side only, the opposite word, a hedge that is
    gone.
    """

    near: float
    near_support: float
    cosine: float
    far: float
    recall: float
    number_missing: float
    name_missing: float
    name_apart: float
    name_exchanged: float
    wrong_holder: float
    only_reported: float
    other_speaker: float
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

    def supports(self, checked: Sequence[tuple[str, Sequence[Cited]]], authors: Sequence[str] = ()) -> list[float]:
        """How far each statement is borne out by what it cites, 0 to 1; 0.5 is the line, 0 for citing nothing.

        `authors` are those of the library: whoever of them is named without being cited is given what is not his.
        """
        rows = iter(self.signals([(statement, cited) for statement, cited in checked if cited], authors))
        return [self._score(next(rows)) if cited else 0.0 for _, cited in checked]

    def _score(self, signals: Signals) -> float:
        values = astuple(signals)
        if signals.near == 1.0 and signals.near_support >= _log_odds(VERBATIM) and not any(values[5:12]):
            return VERBATIM
        return 1 / (1 + math.exp(-(float(self._weights @ np.array(values)) + self._bias)))

    def signals(self, checked: Sequence[tuple[str, Sequence[Cited]]], authors: Sequence[str] = ()) -> list[Signals]:
        """What each score is made of; each statement cites something."""
        held = [holder_of(statement) for statement, _ in checked]
        claims = [one.claim if one else statement for one, (statement, _) in zip(held, checked, strict=True)]
        supports = self._verifier.supports(
            [(claim, [one.quote for one in cited]) for claim, (_, cited) in zip(claims, checked, strict=True)]
        )
        closest_ones = self._closest([(claim, cited) for claim, (_, cited) in zip(claims, checked, strict=True)])
        found = []
        for claim, one, (statement, cited), support, (cosine, closest) in zip(
            claims, held, checked, supports, closest_ones, strict=True
        ):
            quoted = in_one_word(" ".join(each.quote for each in cited))
            around = in_one_word(" ".join(f"{each.before[-CONTEXT:]} {_byline(each.article)}" for each in cited))
            words = in_one_word(claim)
            mine, quoted_terms = _names(words, f"{around} {quoted}"), with_aliases(terms(quoted))
            all_terms = quoted_terms | with_aliases(terms(around))
            recall = coverage(quoted_terms, content_weights(words))
            near = min(1.0, max(0.0, (recall - FEW_WORDS) / (1.0 - FEW_WORDS)))
            wrong, reported, other = _misheld(one, claim, cited) if one else (False, False, False)
            wrong = wrong or bool(_strangers(statement, authors, cited))
            found.append(
                Signals(
                    near=near,
                    near_support=near * _log_odds(support),
                    cosine=cosine,
                    far=max(0.0, RELATED - cosine),
                    recall=recall,
                    number_missing=float(bool(_amounts(claim) - numbers(f"{quoted} {around}") - _years(quoted, cited))),
                    name_missing=float(bool(mine - all_terms)),
                    name_apart=float(bool(mine - quoted_terms)),
                    name_exchanged=near * float(_is_exchanged(mine, in_one_word(closest))),
                    wrong_holder=float(wrong),
                    only_reported=float(reported),
                    other_speaker=float(other),
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


def _names(claim: str, around: str) -> set[str]:
    """The claim's names; its first word is one too where the cited text has it as one inside a sentence."""
    found = names(claim)
    first = re.match(r"[“\"'‘(]*([A-Z][\w’'-]+)", claim)
    if first and re.search(rf"(?<=[a-z,;] ){re.escape(first[1])}\b", around):
        found |= set(terms(first[1])) - STOP_TERMS
    return found


def _amounts(claim: str) -> set[float]:
    return numbers(_SPAN.sub("", claim)) - _NO_AMOUNT


def _years(quoted: str, cited: Sequence[Cited]) -> set[float]:
    """The years that "in July" may mean: that of publication and the one before, where the quote names none."""
    if _YEAR.search(quoted):
        return set()
    published = [one.article.published.year for one in cited if one.article.published]
    return {float(year - back) for year in published for back in (0, 1)}


def _is_exchanged(mine: set[str], closest: str) -> bool:
    """Whether the claim has a name that the closest sentence lacks, and lacks one that it has."""
    theirs = _names(closest, closest)
    return bool(mine - with_aliases(terms(closest))) and bool(theirs - with_aliases(mine))


def _misheld(held: Held, claim: str, cited: Sequence[Cited]) -> tuple[bool, bool, bool]:
    """Whether the holder is named nowhere near the quotes, is an author who only reports, is not the one who speaks."""
    words = set(terms(in_one_word(held.holder))) - STOP_TERMS
    if not words:
        return False, False, False
    speakers = [_speakers(one.quote) for one in cited]
    own = [at for at, one in enumerate(cited) if words <= set(terms(_names_of(one.article)))]
    if own:
        named = set(terms(claim))
        says_it = [all(speaker & named for speaker in speakers[at]) for at in own]
        return False, not (held.reports or any(says_it)), False
    near = with_aliases(terms(in_one_word(" ".join(f"{one.before[-CONTEXT:]} {one.quote}" for one in cited))))
    spoken = [speaker for some in speakers for speaker in some]
    has_own = any(re.search(rf"{re.escape(held.holder.split()[-1])}[’']s?\b", one.quote) for one in cited)
    is_other = bool(spoken) and not has_own
    is_other = is_other and not any(with_aliases(words) & with_aliases(speaker) for speaker in spoken)
    return not words & near, False, is_other


def _speakers(quote: str) -> list[set[str]]:
    return [set(terms(words)) - STOP_TERMS for words in speakers_in(in_one_word(quote))]


def _strangers(statement: str, authors: Sequence[str], cited: Sequence[Cited]) -> list[str]:
    """The authors whom the statement names and who neither wrote what it cites nor are named there."""
    around = " ".join(f"{one.before[-CONTEXT:]} {one.quote} {_names_of(one.article)}" for one in cited)
    return [author for author in named(statement, authors) if not set(terms(author)) - STOP_TERMS <= set(terms(around))]


def _names_of(article: ArticleRef) -> str:
    return f"{article.author or ''} {article.source or ''}"


def _byline(article: ArticleRef) -> str:
    when = f"{MONTHS[article.published.month - 1]} {article.published.year}" if article.published else ""
    return f"{article.title}. {article.author or ''} {article.source or ''} {when}"


def _log_odds(share: float) -> float:
    kept = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(kept / (1 - kept))
