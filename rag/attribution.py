"""Whose words a quote holds: the author's judgement, somebody whom the author reports on, or a reported fact.

Commentary is argument; a quote without its speaker misleads. The rules look at the quoted words alone and, in doubt,
say only that the author writes them.
"""

import re

from rag.article import ArticleRef

_SPEECH = (
    "said|says|saying|told|tells|argued|argues|claimed|claims|announced|announces|warned|warns|insisted|insists|denied|"
    "denies|accused|accuses|acknowledged|admitted|admits|called|calls|promised|vowed|declared|maintains|maintained|"
    "contends|contended|believes|believed|estimated|estimates|reported|predicted|predicts|suggested|suggests"
)
# "South Korea's Defense Minister said", "according to the IMF": a name or office, then a verb of saying.
_SOMEBODY = re.compile(
    rf"\b[Aa]ccording to (?!this|our)\w|(?:\b[A-Z][\w’'.-]+|\b(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts) \w+(?: \w+)?"
    rf"|\b(?:minister|officials?|ministry|government|president|spokes\w+|analysts?|economists?|generals?|bank|leaders?))"
    rf"(?:,[^,.]{{1,60}},)? (?:has |have |had |also |later |then )?(?:{_SPEECH})\b"
)
_JUDGEMENT = re.compile(
    r"\b(?i:should(?:n[’']t)?|ought|must(?:n[’']t)?|cannot be|can[’']t be|would be wise|better to|wrong|mistake|"
    r"mistaken|foolish|wise|fair|unfair|naive|overrated|underrated|worth|deserves?|matters?|absurd|dangerous|welcome|"
    r"worst|best|remarkable|impressive|worry|worrying|hope|fear|honest|dishonest|illusion|myth|temptation|lesson|"
    r"real question|perhaps|probably|likely|unlikely|arguably|surely|clearly|plainly|of course|in truth|misread|"
    r"overstates?|understates?)\b|\b(?:I|[Ww]e|us|[Oo]ur|[Mm]y)\b"
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def introduced(article: ArticleRef, quote: str) -> str:
    """Who says `quote`, where and when, and how: "Ian Bremmer (TIME, June 2024) argues"."""
    return f"{speaker(article)} {verb(quote)}"


def speaker(article: ArticleRef) -> str:
    """The article's author with publication and month; without an author, the piece itself."""
    when = f"{_MONTHS[article.published.month - 1]} {article.published.year}" if article.published else None
    inside = ", ".join(part for part in (article.source, when) if part)
    who = article.author or f"“{article.title}”"
    return f"{who} ({inside})" if inside else who


def verb(quote: str) -> str:
    """ "reports" for what somebody else said, "argues" for a judgement, else "writes"."""
    if _SOMEBODY.search(quote):
        return "reports"
    if _JUDGEMENT.search(quote):
        return "argues"
    return "writes"
