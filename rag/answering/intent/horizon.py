"""Detects questions about a time after the newest article.

Past articles cannot say what will happen next year, or what something costs today. They may contain predictions: then
the article has the year that the question names.
"""

import re
from datetime import date

_FUTURE = re.compile(r"\b(?:will|won['’]?t|going to|gonna|shall)\b", re.IGNORECASE)
_NEXT = re.compile(
    r"\b(?:tomorrow|tonight|next (?:week|month|year|summer|winter|spring|autumn|decade|time)|in the (?:next|"
    r"coming) \w+|"
    r"in (?:ten|twenty|fifty|a hundred|\d+) years|years from now)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(20\d\d)\b")
_NOW = re.compile(
    r"\b(?:today|right now|at (?:the|this) moment|currently|as of now|this (?:morning|minute))\b", re.IGNORECASE
)
_QUOTATION = re.compile(
    r"\b(?:price|prices|rate|rates|cost|costs|weather|temperature|score|standing|exchange|worth|value|poll|polls|"
    r"time is it)\b",
    re.IGNORECASE,
)

# What these ask for is of this moment, with or without "now".
_OF_THIS_MOMENT = re.compile(
    r"^\W*(?:(?:hey|hi|hello|so|and|please|tell me)\W+)*(?:what(?:['’]?s| is| are)|how(?:['’]?s| is)) the "
    r"(?:weather|temperature|weather forecast|forecast|time|score)(?: like)?"
    r"(?: (?:in|at|for|over|outside)\b[\w\s.'’-]{0,40})?\W*$"
    r"|^\W*what (?:time|day|date) is it(?: (?:in|at) [\w\s.'’-]{1,40})?\W*$",
    re.IGNORECASE,
)
_WHEN_WILL = re.compile(
    r"\b(?:when|how long|how soon|in what year|what year) (?:will|won['’]?t|is .{1,60} going to|are .{1,60} going to|"
    r"do you think .{1,60} will|does .{1,60} (?:come out|launch|arrive))\b",
    re.IGNORECASE,
)


def asks_when_it_will(question: str) -> bool:
    """Whether `question` asks for the day of something to come.

    Only a sentence that names a time and speaks of the future answers it.
    """
    return _WHEN_WILL.search(question) is not None


def lies_beyond(question: str, newest: date | None) -> bool:
    """Whether `question` asks for a time after `newest`.

    `newest` is the day of the newest article. A year in the question counts if it is later than the year of `newest`.
    This function does not check whether an article mentions that year.
    """
    if _OF_THIS_MOMENT.search(question) or (_NOW.search(question) and _QUOTATION.search(question)):
        return True
    if not _FUTURE.search(question):
        return False
    years = [int(year) for year in _YEAR.findall(question)]
    return bool(_NEXT.search(question)) or bool(newest and any(year > newest.year for year in years))
