"""Detects the answer type that a question expects (as in TREC QA).

It also detects whether a sentence contains an answer of that type. The rules use words only: the first word of a
question that indicates a type, and patterns of numbers, dates, names, reasons, proposals and predictions.
"""

import re
from typing import Literal

from rag.text.entities import CAPITALIZED_WORD
from rag.text.lexicon import AUTHOR_QUESTION_VERBS, PERIODS, QUANTITY_WORDS, WEEKDAYS, alternation
from rag.types.article import MONTHS

AnswerType = Literal["number", "date", "name", "reason", "proposal", "prediction", "any"]

_MONTH = alternation(MONTHS)
_NUMBER = re.compile(rf"\d|\b(?:{alternation(QUANTITY_WORDS)})\b", re.IGNORECASE)
_DATE = re.compile(rf"\b(?:1[0-9]|20)\d\d\b|\b(?:{_MONTH})\b|\b(?:{alternation((*PERIODS, *WEEKDAYS))})\b")
_DAY = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?=(?:{_MONTH})\b)|(?<=[a-z] )\d{{1,2}}(?=, (?:19|20)\d\d)|\b(?:19|20)\d\d\b"
)
_NAME = re.compile(rf"(?<!^)(?<![.!?] )(?<![“\"])\b{CAPITALIZED_WORD}")
_REASON = re.compile(
    r"\b(?:because|since|as a result|therefore|thus|so that|in order to|reasons?|why|due to|owing to|thanks to|"
    r"means that|"
    r"fears?|feared|wants?|wanted|needs?|needed|dreads?|would rather|prefers?|lest|leads? to|led to|causes?|caused|"
    r"allows?|forces?|forced|lets|keeps?|to (?:avoid|show|keep|prevent|protect|win|buy|get|make))\b",
    re.IGNORECASE,
)
# What should be done, in the words of those who want it done.
_PROPOSAL = re.compile(
    r"\b(?:should|must|ought to|had better|needs? to|has to|have to|wants?|demands?|calls? for|asks? for|asked for|"
    r"recommends?|proposes?|suggests?|urges?|advises?|would (?:help|do better|be better)|better to|remed(?:y|ies))\b",
    re.IGNORECASE,
)
# What will be, in the words of those who expect it.
_PREDICTION = re.compile(
    r"\b(?:will|won['’]t|would|shall|is to be|are to be|expects?|expected|predicts?|forecasts?|foresees?|likely|"
    r"unlikely|(?-i:may)|might|bets?|"
    r"sooner or later|going to|next (?:year|winter|summer|spring|autumn|season)|is due|are due|risk|"
    r"(?:by|until|before|from) (?:\w+ |the end of )?20\d\d)\b",
    re.IGNORECASE,
)
_WHAT_ONE_DOES = r"\bwhat (?:do|does|did|would|has|have|is|are)\b[^,;:.]{1,60}?"
_ASKS: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
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
        "proposal",
        re.compile(
            rf"{_WHAT_ONE_DOES}\b(?:want|recommend|propose|suggest|advise|demand|urge|advocate|call for|ask for)"
            r"(?:ed)?\b"
            r"|\b(?:recommendations?|proposals?|remed(?:y|ies)|solutions?|advice)\b"
            r"|\b(?:what|how|who) should\b|\bwhat (?:must|ought)\b|\bto be done\b",
            re.IGNORECASE,
        ),
    ),
    (
        "prediction",
        re.compile(
            rf"{_WHAT_ONE_DOES}\b(?:predict|expect|forecast|foresee|anticipate)(?:ed)?\b|\b(?:predictions?|forecasts?|outlook)\b"
            r"|\bwhat (?:will|is going to|happens next|comes next)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "reason",
        re.compile(r"\bwhy\b|\bwhat (?:explains|caused|causes|made|makes|led|reasons?)\b|\bhow come\b", re.IGNORECASE),
    ),
)
# The answer to such a question is the article's author, who need not be named in the sentence.
_ASKS_FOR_AN_AUTHOR = re.compile(
    rf"\bwho (?:else )?(?:{alternation(AUTHOR_QUESTION_VERBS)}|criticis\w+|is (?:for|against))\b"
    r"|\b(?:which|what) (?:columns?|columnists?|authors?|writers?|commentators?)\b",
    re.IGNORECASE,
)
_PATTERNS: dict[AnswerType, re.Pattern[str]] = {
    "number": _NUMBER, "date": _DATE, "name": _NAME, "reason": _REASON, "proposal": _PROPOSAL,
    "prediction": _PREDICTION,
}  # fmt: skip
# Types that any wording may express: a sentence without one of their words may still answer the question.
FREELY_WORDED: frozenset[AnswerType] = frozenset({"proposal", "prediction"})


# The units of an answer to "how tall": a number without a unit is not a height.
_MEASURES = {
    "tall": r"tall|height|metres?|meters?|centimetres?|centimeters?|feet|foot|inch(?:es)?|cm",
    "old": r"old|age[ds]?|born|years?|since|founded",
    "heavy": r"heavy|weigh(?:s|ed|t)?|kilo\w*|kg|tons?|tonnes?|pounds?",
    "fast": r"fast|speed|quick\w*|km/h|mph|knots?|per (?:hour|second)|seconds?|minutes?|hours?|days?|weeks?|months?",
}
_HOW_MEASURED = re.compile(rf"\bhow ({'|'.join(_MEASURES)})\b", re.IGNORECASE)


def answer_type(question: str) -> AnswerType:
    """The answer type that `question` asks for.

    The first word that indicates a type decides; "any" where no word does.
    """
    if _ASKS_FOR_AN_AUTHOR.search(question):
        return "any"
    matches = [(match.start(), kind) for kind, pattern in _ASKS if (match := pattern.search(question))]
    return min(matches)[1] if matches else "any"


def contains_answer_type(kind: AnswerType, text: str, question: str) -> bool:
    """Whether `text` contains an answer of type `kind`.

    Words that `question` contains itself do not count.
    """
    if kind == "any":
        return True
    if kind in FREELY_WORDED:
        return _PATTERNS[kind].search(text) is not None
    question_text = question.casefold()
    if kind == "number":
        text = _DAY.sub(" ", text)  # a day or a year is not an amount
        measured = _HOW_MEASURED.search(question)
        if measured and not re.search(rf"\b(?:{_MEASURES[measured[1].lower()]})\b", text, re.IGNORECASE):
            return False
    return any(match[0].casefold() not in question_text for match in _PATTERNS[kind].finditer(text))
