"""Does what a statement cites bear it out, and is the view given to whoever holds it?

The verifier compares claim and text; who is said to hold the claim is compared with who wrote and who spoke, which the
quoted words alone do not tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.article import ArticleRef
from rag.attribution import holder_of, speakers_in
from rag.terms import STOP_TERMS, terms
from rag.verifier import Verifier

# A view given to somebody who neither wrote the cited words nor is named near them is not borne out, whatever it says.
WRONG_HOLDER = 0.1
# The author only reports the view and the statement gives it to him: right words, wrong mouth.
NOT_THE_AUTHORS = 0.45


@dataclass(frozen=True, slots=True)
class Cited:
    """What a statement points at: the words, those of the passage that come before them, and whose article it is."""

    quote: str
    before: str
    article: ArticleRef


def supports(verifier: Verifier, checked: Sequence[tuple[str, Sequence[Cited]]]) -> list[float]:
    """For each statement with what it cites how far it is borne out, 0 to 1; 0.5 is the line, 0 for citing nothing."""
    claims = [_claim(statement, cited) for statement, cited in checked]
    scores = verifier.supports(
        [(claim.text, [one.quote for one in cited]) for claim, (_, cited) in zip(claims, checked, strict=True)]
    )
    return [min(score, claim.most) for score, claim in zip(scores, claims, strict=True)]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What the cited words have to bear out, and the most that they can."""

    text: str
    most: float


def _claim(statement: str, cited: Sequence[Cited]) -> _Claim:
    found = holder_of(statement)
    if found is None or not cited:
        return _Claim(statement, 1.0)
    holder = set(terms(found.holder)) - STOP_TERMS
    if not holder:
        return _Claim(found.claim, 1.0)
    of_author = [one for one in cited if holder <= set(terms(f"{one.article.author or ''} {one.article.source or ''}"))]
    if of_author:
        is_own = found.reports or any(_says_it_himself(one.quote, found.claim) for one in of_author)
        return _Claim(found.claim, 1.0 if is_own else NOT_THE_AUTHORS)
    if any(holder & set(terms(one.quote)) for one in cited):
        return _Claim(statement, 1.0)
    if any(holder & set(terms(one.before)) for one in cited):
        return _Claim(found.claim, 1.0)
    return _Claim(found.claim, WRONG_HOLDER)


def _says_it_himself(quote: str, claim: str) -> bool:
    """Whether the author of `quote` can be taken to hold `claim`: nobody else says it there, or `claim` names him."""
    named = set(terms(claim))
    return all((set(terms(words)) - STOP_TERMS) & named for words in speakers_in(quote))
