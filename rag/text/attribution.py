"""Attribution: who speaks in a quote, and whose view a statement reports.

Commentary is argument, and a quote without its speaker misleads. In a quote, the rules distinguish the author's own
judgement from another person's words that the author reports. In a statement of an answer, they separate the holder of
a view from the view. They use only the text. In doubt the result is that the author writes the quote, or that the
statement has no holder.
"""

import re
from dataclasses import dataclass

from rag.text.entities import NAME_PARTICLE
from rag.text.lexicon import HOLDING_VERBS, RELAYING_VERBS, SPEAKER_ROLES, SPEECH_VERBS, alternation
from rag.types.article import ArticleRef, byline

# A speaker other than the author: "according to the IMF", or a name or office with a verb of saying, for example
# "South Korea's Defense Minister said".
_REPORTED_SPEECH = re.compile(
    rf"\b[Aa]ccording to (?!this|our)\w"
    rf"|(?:\b[A-Z][\w’'.-]{{1,60}}|\b(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts) \w+(?: \w+)?"
    rf"|\b(?:{alternation(SPEAKER_ROLES)}|spokes\w+))"
    rf"(?:,[^,.]{{1,60}},)? (?:has |have |had |also |later |then )?(?:{alternation(SPEECH_VERBS)})\b"
)
_JUDGEMENT = re.compile(
    r"\b(?i:should(?:n[’']t)?|ought|must(?:n[’']t)?|cannot be|can[’']t be|would be wise|better to|wrong|mistake|"
    r"mistaken|foolish|wise|fair|unfair|naive|overrated|underrated|worth|deserves?|matters?|absurd|dangerous|welcome|"
    r"worst|best|remarkable|impressive|worry|worrying|hope|fear|honest|dishonest|illusion|myth|temptation|lesson|"
    r"real question|perhaps|probably|likely|unlikely|arguably|surely|clearly|plainly|of course|in truth|misread|"
    r"overstates?|understates?)\b|\b(?:I|[Ww]e|us|[Oo]ur|[Mm]y)\b"
)

_NAME = rf"(?:[Tt]he )?[A-Z][\w’'.&-]*(?:(?: {NAME_PARTICLE})* [A-Z][\w’'.&-]*){{0,4}}"
_PIECE_OR_AUTHOR = r"(?:author|columnist|column|writer|article|piece)"
_HOLDER = rf"(?P<holder>{_NAME}|[Hh]e|[Ss]he|[Tt]hey|[Tt]he {_PIECE_OR_AUTHOR})"
_ASIDE = r"(?: \([^()]{1,80}\)|, [^,]{3,80},)?"
_VERBS = f"{alternation(RELAYING_VERBS)}|{alternation(HOLDING_VERBS)}"
_VERB = rf"(?:(?:has|had|also|now|later|then|still|once|nevertheless|therefore|further) )*(?P<verb>{_VERBS})"
_OPINION = (
    r"(?:view|judgement|judgment|opinion|reading|account|telling|analysis|estimate|estimation|eyes|words|argument)"
)
_ATTRIBUTED = (
    re.compile(rf"^(?:According to|For|To|As) {_HOLDER}{_ASIDE}(?: {_VERB})?,? (?P<claim>.+)$"),
    re.compile(rf"^(?:In|On|By) (?P<holder>{_NAME})[’'](?:s )?\s?(?:own )?{_OPINION}{_ASIDE},? (?P<claim>.+)$"),
    re.compile(rf"^{_HOLDER}{_ASIDE} {_VERB}(?: in [A-Z]?[\w ]{{3,20}})?(?: that)?,? (?P<claim>.+)$"),
    re.compile(rf"^(?P<claim>.+?),? (?:according to|in the (?:view|words|judgement) of) {_HOLDER}{_ASIDE}\W*$"),
    re.compile(rf"^(?P<claim>.+?), (?:as )?{_HOLDER}{_ASIDE} {_VERB}(?: it)?\W*$"),
    re.compile(rf"^(?P<claim>.+?), (?P<verb>{_VERBS}) (?P<holder>{_NAME})\W*$"),
)
_UNNAMED_HOLDER = re.compile(rf"(?:he|she|they|the {_PIECE_OR_AUTHOR})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attribution:
    """A statement split into the holder of a view and the claim.

    `holder` is the name as written, "" for a pronoun or "the author"; `claim` is the rest of the statement.
    `is_relayed` is true for a verb that only passes on what others hold or what happened ("notes", "quotes").
    """

    holder: str
    claim: str
    is_relayed: bool


def introduction(article: ArticleRef, quote: str) -> str:
    """Introduces `quote` with its byline and a verb.

    It says who speaks, where, when and how: "Ian Bremmer (TIME, June 2024) argues".
    """
    return f"{byline(article)} {attribution_verb(quote)}"


def attribution_verb(quote: str) -> str:
    """The verb that introduces `quote`: "reports", "argues" or "writes".

    "reports" is for a quote in which another person speaks, "argues" for a judgement, and "writes" for any other quote.
    """
    if _REPORTED_SPEECH.search(quote):
        return "reports"
    if _JUDGEMENT.search(quote):
        return "argues"
    return "writes"


def parse_attribution(statement: str) -> Attribution | None:
    """Splits `statement` into its holder and claim.

    Returns None if the statement attributes nothing to anyone.
    """
    plain = " ".join(statement.split())
    for pattern in _ATTRIBUTED:
        match = pattern.match(plain)
        if match is None or not match["claim"].strip(" .,"):
            continue
        holder = "" if _UNNAMED_HOLDER.match(match["holder"]) else match["holder"]
        claim = match["claim"].strip()
        is_relayed = match.groupdict().get("verb") in RELAYING_VERBS
        return Attribution(holder, claim[:1].upper() + claim[1:], is_relayed)
    return None


def reported_speakers(quote: str) -> list[str]:
    """Finds the speakers in `quote` other than its author.

    Returns the words around each verb of saying whose subject is not the author.
    """
    return [match[0] for match in _REPORTED_SPEECH.finditer(quote)]
