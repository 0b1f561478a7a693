"""What a statement commits itself to: its numbers, names, negations, directions, hedges.

Pure functions over text; each finds too little rather than too much, since what it finds and the evidence lacks counts
against the statement.
"""

import re

from rag.terms import STOP_TERMS, terms

_UP_TO_TWENTY = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
WORD_NUMBERS = {word: value for value, word in enumerate(_UP_TO_TWENTY)} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12,
}  # fmt: skip
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "bn": 1e9, "tn": 1e12}
_NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|bn|tn|m|k)\b)?"
    rf"|\b(?P<word>{'|'.join(WORD_NUMBERS)})(?:[\s-](?P<unit>one|two|three|four|five|six|seven|eight|nine))?"
    r"(?:[\s-](?P<wordscale>hundred|thousand|million|billion|trillion))?\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(?:[A-Z][\w’'&-]*[a-zA-Z]|[A-Z]{2,})(?:(?: of| the| and| de| al| bin| van| von)*[ -](?:[A-Z][\w’'&-]+))*"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|fail(?:s|ed|ing)?|refus(?:e|es|ed|ing)|"
    r"den(?:y|ies|ied)|reject(?:s|ed|ing)?|lack(?:s|ed|ing)?|hardly|unable|unlikely|avoid(?:s|ed)?|"
    r"declin(?:ed|es) to|stopped|absent)\b|n[’']t\b",
    re.IGNORECASE,
)
# The words that deny whatever stands beside them; `_NEGATION` also has verbs, which deny only what they govern.
DENIALS = frozenset(("not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "hardly"))
_HEDGE = re.compile(
    r"\b(?:may|might|could|perhaps|probably|possibly|likely|appear(?:s|ed)? to|seem(?:s|ed)? to|suggest(?:s|ed)?|"
    r"about|almost|nearly|some|expected to|plan(?:s|ned)? to|would)\b",
    re.IGNORECASE,
)
# Words that turn a statement round; each line holds the two sides, as index terms.
_OPPOSITES = tuple(
    (frozenset(terms(left)), frozenset(terms(right)))
    for left, right in (
        (
            "rise rose risen increase grow grew climb higher up surge gain expand raise",
            "fall fell fallen decrease shrink drop lower down decline plunge lose cut reduce slump",
        ),
        ("before", "after"),
        ("more most", "less fewer least"),
        ("win won victory", "lose lost defeat"),
        ("accept agree approve support back endorse favour", "refuse reject oppose veto resist block deny"),
        ("begin began start open launch", "end ended stop close finish halt"),
        ("strong stronger strengthen", "weak weaker weaken"),
        ("first earliest", "last latest"),
        ("import buy bought purchase", "export sell sold sale"),
        ("join enter", "leave left quit exit"),
        ("friend ally partner", "enemy foe rival adversary"),
        ("success succeed", "failure fail"),
        ("above over exceed", "below under"),
        ("like welcome want", "dislike dread fear unwelcome"),
        ("legal lawful", "illegal unlawful"),
        ("include", "exclude"),
        ("war conflict", "peace truce"),
        ("true right correct", "false wrong"),
        ("cheap cheaper", "expensive dear dearer"),
    )
)


def numbers(text: str) -> set[float]:
    """The amounts that `text` names, as numbers: "1.3 billion", "1,300 million" and "five" alike."""
    found: set[float] = set()
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            value = float(match["digits"].replace(",", ""))
            scale = (match["scale"] or "").lower()
            value *= {"m": 1e6, "k": 1e3}.get(scale, _SCALES.get(scale, 1.0))
        else:
            value = float(WORD_NUMBERS[match["word"].lower()] + WORD_NUMBERS.get((match["unit"] or "").lower(), 0))
            # "one" is seldom an amount.
            if value == 1 and not match["wordscale"]:
                continue
            value *= _SCALES.get((match["wordscale"] or "").lower(), 1.0)
        found.add(round(value, 6))
    return found


def names(text: str) -> set[str]:
    """Words that `text` capitalises inside its sentences, and all of a longer name at their start, as index terms."""
    found: set[str] = set()
    for match in _NAME.finditer(text):
        begins = not text[: match.start()].rstrip(" “\"'‘(") or text[: match.start()].rstrip(" “\"'‘(")[-1] in ".!?:"
        words = match[0].split()
        if begins and len(words) == 1 and not match[0].isupper():
            continue
        found.update(term for word in words for term in terms(word) if len(term) > 1)
    return found - STOP_TERMS


def is_negated(text: str) -> bool:
    """Whether `text` denies an odd number of times."""
    return len(_NEGATION.findall(text)) % 2 == 1


def hedges(text: str) -> int:
    return len(_HEDGE.findall(text))


def opposes(statement: set[str], evidence: set[str]) -> bool:
    """Whether the two, as index terms, take opposite sides of a pair, and neither takes both."""
    for left, right in _OPPOSITES:
        for mine, theirs in ((left, right), (right, left)):
            if statement & mine and not statement & theirs and evidence & theirs and not evidence & mine:
                return True
    return False


def clauses(text: str) -> list[str]:
    """The parts of a statement that can be true or false by themselves."""
    parts = re.split(r"[,;:—–]\s|\s(?:and|but|while|whereas|although|because|which|who)\s", text)
    long = [part for part in parts if len([term for term in terms(part) if term not in STOP_TERMS]) >= 2]
    return long or [text]
