"""What kind of answer a question wants, and whether a sentence has something of that kind."""

import re
from typing import Literal

Kind = Literal["number", "date", "name", "reason", "any"]

_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|trillions?|half|third|quarter|twice|double[ds]?|"
    r"dozens?)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:1[0-9]|20)\d\d\b|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\b(?:spring|summer|autumn|winter|century|decades?|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
_DAY = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)? (?=(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December)\b)|(?<=[a-z] )\d{1,2}(?=, (?:19|20)\d\d)|\b(?:19|20)\d\d\b"
)
_NAME = re.compile(r"(?<!^)(?<![.!?] )(?<![“\"])\b[A-Z][\w’'-]+")
_REASON = re.compile(
    r"\b(?:because|since|as a result|therefore|thus|so that|in order to|reasons?|why|due to|owing to|thanks to|"
    r"means that|"
    r"fears?|feared|wants?|wanted|needs?|needed|dreads?|would rather|prefers?|lest|leads? to|led to|causes?|caused|"
    r"allows?|forces?|forced|lets|keeps?|to (?:avoid|show|keep|prevent|protect|win|buy|get|make))\b",
    re.IGNORECASE,
)
_ASKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"\bhow (?:many|much|large|big|high|long|often|old|far|fast|tall|costly)\b"
            r"|\bwhat (?:share|percentage|proportion|number|price|amount|size|sum)\b",
            re.IGNORECASE,
        ),
    ),
    ("date", re.compile(r"\bwhen\b|\b(?:what|which) (?:year|month|day|date|century|decade)\b", re.IGNORECASE)),
    (
        "name",
        re.compile(
            r"\bwho\b|\bwhom\b|\bwhose\b|\bwhere\b|\b(?:which|what) (?:country|countries|company|companies|person|"
            r"minister|president|city|states?|governments?|leader|firm)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "reason",
        re.compile(r"\bwhy\b|\bwhat (?:explains|caused|causes|made|makes|led|reasons?)\b|\bhow come\b", re.IGNORECASE),
    ),
)
# Whose view it is, an article says by its author: no name has to stand in the sentence.
_ASKS_FOR_AN_AUTHOR = re.compile(
    r"\bwho (?:else )?(?:thinks?|thought|argues?|argued|says?|said|believes?|doubts?|doubted|warns?|warned|reckons?|"
    r"maintains?|claims?|holds?|insists?|agrees?|disagrees?|objects?|defends?|criticis\w+|is (?:for|against))\b"
    r"|\b(?:which|what) (?:columns?|columnists?|authors?|writers?|commentators?)\b",
    re.IGNORECASE,
)
_HAS: dict[Kind, re.Pattern[str]] = {"number": _NUMBER, "date": _DATE, "name": _NAME, "reason": _REASON}


def kind_of(question: str) -> Kind:
    """The kind of answer that the first telling word of `question` asks for."""
    if _ASKS_FOR_AN_AUTHOR.search(question):
        return "any"
    found = [(match.start(), kind) for kind, pattern in _ASKS if (match := pattern.search(question))]
    return min(found)[1] if found else "any"


def has(kind: Kind, text: str, question: str) -> bool:
    """Whether `text` holds something of that kind which the question does not say itself."""
    if kind == "any":
        return True
    said = question.casefold()
    if kind == "number":
        text = _DAY.sub(" ", text)  # a day or a year is no amount
    return any(match[0].casefold() not in said for match in _HAS[kind].finditer(text))
