"""Finds claims about all, both or none of the sources.

Examples are "all columns agree" and "nobody else has an opinion". A quote of one article cannot show what every author
holds, and no quote can show that something stands nowhere. The rules read only quantifiers over articles and their
authors; where a quote has such words itself, the claim is the source's own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.text.lexicon import HOLDING_VERBS, RELAYING_VERBS, alternation
from rag.types.article import ArticleRef
from rag.verification.cited_source import CitedSource

# Whom a claim is about: every retrieved author, two of them, or none.
Quantifier = Literal["all", "both", "none"]

_WRITTEN = r"article|column|columnist|author|writer|commentator|essay|op-ed"
# Without "the", these are often something else: "every passage through the strait", "all sources of income".
_AMBIGUOUS = r"source|passage|piece|excerpt|text|document"
# "Sources of revenue" and "authors of the treaty" are no articles and write none; "Article 5" is of a treaty.
_NOT_OF = r"(?! of\b(?! (?:the|these) (?:articles|columns|pieces|passages|corpus|collection)\b)| \d)"
_ONE = rf"(?:{_WRITTEN})\b{_NOT_OF}"
_SEVERAL = rf"(?:{_WRITTEN})s\b{_NOT_OF}"
_ADJECTIVE = r"(?: (?:other|cited|retrieved|given|provided|available|two|three|four|five|six|\d{1,2}))*"
_THE_SEVERAL = rf"(?:the|these|those){_ADJECTIVE} (?:{_WRITTEN}|{_AMBIGUOUS})s\b{_NOT_OF}"
_VERB = alternation((
    *HOLDING_VERBS, *RELAYING_VERBS, "agrees", "agreed", "disagrees", "disagreed", "objects", "disputes", "denies",
    "addresses", "discusses", "comments", "questions", "accepts",
))  # fmt: skip
_BASE_VERB = (
    r"(?:mention|say|state|discuss|address|cover|provide|give|specify|explain|contain|describe|report|offer|indicate|"
    r"tell|disagree|differ|dispute|deny|doubt|question|object|include|comment)"
)
_TOLD = r"(?:mentioned|discussed|addressed|covered|stated|specified|given|described|explained)"
_NEGATED = r"(?:(?:do|does|did) not|(?:do|does|did)n[’']t|never|nowhere)"
_FORMS: tuple[tuple[Quantifier, tuple[str, ...]], ...] = (
    (
        "none",
        (
            rf"(?:no|not one|not a single)(?: other| single)? (?:{_SEVERAL}|{_ONE})",
            rf"(?:none|neither|not one|not any) of {_THE_SEVERAL}",
            rf"neither (?:{_ONE})",
            rf"(?:nobody|no one|no-one|none) else (?:{_VERB})\b",
            r"(?:nobody|no one|no-one|none) else (?:has|had|holds|offers|gives) (?:an?|any|another|a different) "
            r"(?:opinion|view|position)\b",
            rf"{_THE_SEVERAL} {_NEGATED} {_BASE_VERB}\b",
            rf"(?:(?:is|are|was|were) not|(?:is|are|was|were)n[’']t) {_TOLD} (?:in|by) (?:any of )?{_THE_SEVERAL}",
            rf"(?:no mention|nothing)\b[^.;]{{0,60}}? (?:in|by) (?:any of )?{_THE_SEVERAL}",
        ),
    ),
    (
        "all",
        (
            rf"all(?: of)? {_THE_SEVERAL}",
            rf"all{_ADJECTIVE} {_SEVERAL}",
            rf"every (?:other |single |one of the )?(?:{_SEVERAL}|{_ONE})",
            rf"each (?:of {_THE_SEVERAL}|{_ONE})",
            rf"{_THE_SEVERAL} (?:all|unanimously|uniformly|universally|consistently|agree|concur|are unanimous|"
            r"are agreed)\b",
            r"(?:everyone|everybody) (?:else )?(?:agrees|agreed|concurs|concurred)\b",
            rf"(?:consensus|agreement|unanimity) (?:among|between|across) (?:all (?:of )?)?{_THE_SEVERAL}",
            rf"no (?:disagreement|dispute|dissent|doubt|difference) (?:among|between|in) {_THE_SEVERAL}",
        ),
    ),
    ("both", (rf"both(?: of)? {_THE_SEVERAL}", rf"both{_ADJECTIVE} {_SEVERAL}")),
)
_PATTERNS = tuple(
    (quantifier, re.compile("|".join(rf"\b{form}" for form in forms), re.IGNORECASE)) for quantifier, forms in _FORMS
)
# Articles that a claim about several sources cites at least.
MIN_ARTICLES = 2
_CLAIM = re.compile(r" that (?P<claim>[^.]+.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SourceClaim:
    """A claim about the sources together.

    `claim` is what they are said to hold: the words after "that", or the whole statement.
    """

    quantifier: Quantifier
    claim: str


def find_source_claim(statement: str, quotes: Sequence[str]) -> SourceClaim | None:
    """The claim about the sources that `statement` makes; None if it makes none.

    A quote with such a claim makes it the source's own, which is checked like any other.
    """
    plain = " ".join(statement.split())
    cited = " ".join(" ".join(quotes).split())
    for quantifier, pattern in _PATTERNS:
        match = pattern.search(plain)
        if match and not pattern.search(cited):
            claim = _CLAIM.search(plain, match.end())
            return SourceClaim(quantifier, _capitalized(claim["claim"]) if claim else plain)
    return None


def sharing_sources(
    source_claim: SourceClaim, cited: Sequence[CitedSource], retrieved: Sequence[ArticleRef]
) -> list[list[CitedSource]]:
    """Groups the citations of which each has to support the claim alone.

    There are no groups if citations are missing. A claim about every author needs each author of `retrieved`, the
    articles that the writer was shown. It needs two articles at least, and so does a claim about both.
    """
    if source_claim.quantifier == "none" or len({source.article.id for source in cited}) < MIN_ARTICLES:
        return []
    groups: dict[str, list[CitedSource]] = {}
    for source in cited:
        groups.setdefault(_holder_key(source.article, source_claim), []).append(source)
    required = {_holder_key(article, source_claim) for article in retrieved if source_claim.quantifier == "all"}
    return list(groups.values()) if required <= groups.keys() else []


def _holder_key(article: ArticleRef, source_claim: SourceClaim) -> str:
    """The author whose citations count together; for "both" the article."""
    return article.author or article.id if source_claim.quantifier == "all" else article.id


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
