"""Whose words a quote holds: the author's judgement, somebody whom the author reports on, or a reported fact.

Commentary is argument; a quote without its speaker misleads. The rules look at the quoted words alone and, in doubt,
say only that the author writes them.
"""

import re
from dataclasses import dataclass

from rag.article import ArticleRef

_SPEECH = (
    "said|says|saying|told|tells|argued|argues|claimed|claims|announced|announces|warned|warns|insisted|insists|denied|"
    "denies|accused|accuses|acknowledged|admitted|admits|called|calls|promised|vowed|declared|maintains|maintained|"
    "contends|contended|believes|believed|estimated|estimates|reported|predicted|predicts|suggested|suggests"
)
# "South Korea's Defense Minister said", "according to the IMF": a name or office, then a verb of saying.
_SOMEBODY = re.compile(
    rf"\b[Aa]ccording to (?!this|our)\w"
    rf"|(?:\b[A-Z][\w’'.-]{{1,60}}|\b(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts) \w+(?: \w+)?"
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
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def introduced(article: ArticleRef, quote: str) -> str:
    """Who says `quote`, where and when, and how: "Ian Bremmer (TIME, June 2024) argues"."""
    return f"{speaker(article)} {verb(quote)}"


def speaker(article: ArticleRef) -> str:
    """The article's author with publication and month; without an author, the piece itself."""
    when = f"{MONTHS[article.published.month - 1]} {article.published.year}" if article.published else None
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


@dataclass(frozen=True, slots=True)
class Held:
    """A statement taken apart: who is said to hold it, what is held, and whether it is only said to be reported."""

    holder: str
    claim: str
    reports: bool


_NAME = r"(?:[Tt]he )?[A-Z][\w’'.&-]*(?:(?: (?:of|the|and|de|van|von|al|bin))* [A-Z][\w’'.&-]*){0,4}"
_WHOM = rf"(?P<holder>{_NAME}|[Hh]e|[Ss]he|[Tt]hey|[Tt]he (?:author|columnist|column|writer|article|piece))"
_ASIDE = r"(?: \([^()]{1,80}\)|, [^,]{3,80},)?"
_REPORTS = (
    "reports|reported|notes|noted|records|recorded|recalls|recalled|points out|pointed out|observes|observed|describes|"
    "described|recounts|recounted|quotes|quoted|cites|cited|mentions|mentioned|relays|relayed|summarises|summarised"
)
_HOLDS = (
    "argues|argued|says|said|tells|told|thinks|thought|believes|believed|maintains|maintained|contends|contended|claims|claimed|"
    "writes|wrote|holds|held|insists|insisted|suggests|suggested|warns|warned|predicts|predicted|concludes|concluded|"
    "reckons|reckoned|doubts|doubted|sees|saw|expects|expected|judges|judged|estimates|estimated|adds|added|suspects|"
    "suspected|worries|worried|concedes|conceded|admits|admitted|acknowledges|acknowledged|stresses|stressed|explains|"
    "explained|calls|called|considers|considered|finds|found|proposes|proposed|reads|read|treats|treated|hopes|hoped"
)
_VERB = rf"(?:(?:has|had|also|now|later|then|still|once|nevertheless|therefore|further) )*(?P<verb>{_REPORTS}|{_HOLDS})"
_OPINION = (
    r"(?:view|judgement|judgment|opinion|reading|account|telling|analysis|estimate|estimation|eyes|words|argument)"
)
_ATTRIBUTED = (
    re.compile(rf"^(?:According to|For|To|As) {_WHOM}{_ASIDE}(?: {_VERB})?,? (?P<claim>.+)$"),
    re.compile(rf"^(?:In|On|By) (?P<holder>{_NAME})[’'](?:s )?\s?(?:own )?{_OPINION}{_ASIDE},? (?P<claim>.+)$"),
    re.compile(rf"^{_WHOM}{_ASIDE} {_VERB}(?: in [A-Z]?[\w ]{{3,20}})?(?: that)?,? (?P<claim>.+)$"),
    re.compile(rf"^(?P<claim>.+?),? (?:according to|in the (?:view|words|judgement) of) {_WHOM}{_ASIDE}\W*$"),
    re.compile(rf"^(?P<claim>.+?), (?:as )?{_WHOM}{_ASIDE} {_VERB}(?: it)?\W*$"),
    re.compile(rf"^(?P<claim>.+?), (?P<verb>{_REPORTS}|{_HOLDS}) (?P<holder>{_NAME})\W*$"),
)
_REPORTING = frozenset(_REPORTS.split("|"))
_NOBODY_NAMED = re.compile(r"(?:he|she|they|the (?:author|columnist|column|writer|article|piece))$", re.IGNORECASE)


def holder_of(statement: str) -> Held | None:
    """Who is said to hold what `statement` says; None where it says so of nobody. A pronoun is no holder: ""."""
    plain = " ".join(statement.split())
    for pattern in _ATTRIBUTED:
        found = pattern.match(plain)
        if found is None or not found["claim"].strip(" .,"):
            continue
        holder = "" if _NOBODY_NAMED.match(found["holder"]) else found["holder"]
        said = found.groupdict().get("verb")
        claim = found["claim"].strip()
        return Held(holder, claim[:1].upper() + claim[1:], said in _REPORTING)
    return None


def speakers_in(quote: str) -> list[str]:
    """The words around each verb of saying in `quote` that somebody else than the author is the subject of."""
    return [match[0] for match in _SOMEBODY.finditer(quote)]
