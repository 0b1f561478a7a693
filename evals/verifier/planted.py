"""Statements made by rule out of running text: true ones said another way, false ones in the ways answers go wrong.

Every true statement is turned false in one way, so that both have the same style and length and only what is said
tells them apart.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.verifier.sources import Pair
from evals.verifier.vocabulary import HEDGES, SAME, TURNED
from rag.excerpts import excerpt

_VERBS = "is|was|are|were|has|have|had|will|can|could|would|should|must|may|might|does|did|do"
_AUXILIARY = re.compile(rf"\b({_VERBS})\b(?! (?:not|never|no)\b)")
_DENIAL = re.compile(rf"\b({_VERBS})(?: not|n[’']t)\b|\b(can)not\b|\bnever ")
_SIMPLE_PAST = re.compile(
    r"\b(?!need|seed|speed|hundred|red\b|indeed|exceed|proceed|feed|bed\b)([a-z]{3,}[^aeiou])ed\b"
)
_WORDS = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "fifteen", "twenty", "thirty", "forty", "fifty", "sixty",
)  # fmt: skip
_VALUES = dict(zip(_WORDS, (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 30, 40, 50, 60), strict=True))
_MONTHS = (
    "January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PLACES_IN_ORDER = ("first", "second", "third", "fourth", "fifth")
_NUMBER = re.compile(rf"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w,]*\d)|\b(?:{'|'.join(_WORDS)})\b")
_YEAR = re.compile(r"^(?:1[5-9]|20)\d\d$")
_NAME = re.compile(r"\b[A-Z][\w’'&-]*[a-zA-Z0-9](?:(?: (?:of|de|al|bin|van|von|the|and))? [A-Z][\w’'&-]*[a-zA-Z]){0,3}")
_SAYING = re.compile(
    r"^(?P<who>[A-Z][\w’'.-]+(?: [A-Z][\w’'.-]+){0,3}) (?P<says>said|says|argued|argues|claims|claimed|told|warned|"
    r"wrote|writes|believes|thinks|announced|insisted|insists|noted|notes|called|calls)\b"
)
_CLAUSE = re.compile(
    r"^(.{35,}?)(?:,|;|:| because| while| although| after| before| since| when| which| who) .{12,}[.]$"
)
_TAIL = re.compile(r"^(?:After|At|Before|By|During|For|From|In|On|Since|Under|Until|With)\b[\w’ ]{2,50}, (.{35,}[.])$")
_ATTRIBUTED = (
    "According to the article, {}", "The author says that {}", "The article says that {}", "{} The author says so.",
    "It is said that {}", "The text says: {}",
)  # fmt: skip
# Words that lose their capital when something comes before them.
_OPENING = (
    "The", "A", "An", "In", "On", "At", "It", "He", "She", "They", "We", "This", "That", "These", "Those", "But", "And",
    "For", "By", "With", "As", "There", "Its", "His", "Her", "Their", "From", "After",
)  # fmt: skip
Maker = Callable[["Source", random.Random], str | None]


@dataclass(frozen=True, slots=True)
class Source:
    """The statement to turn round, the sentence it comes from, and what else stands in the article."""

    text: str
    article: Sequence[str]
    at: int
    names: Sequence[str]
    numbers: Sequence[str]


def planted(document: str, article: Sequence[str], source: str, chance: random.Random, rounds: int = 1) -> list[Pair]:
    """Pairs out of one article's sentences: for each fit sentence a true statement, and a false one made of it."""
    found: list[Pair] = []
    known = sorted({name for sentence in article for name in named(sentence)})
    numbers = sorted({match[0] for sentence in article for match in _NUMBER.finditer(sentence)})
    for _ in range(rounds):
        for at, sentence in enumerate(article):
            if not 7 <= len(sentence.split()) <= 60 or not sentence[0].isalpha() or sentence[-1] not in ".!”\"’'":
                continue
            true, merged = _said_again(article, at, chance)
            spot = Source(true, article, at, known, numbers)
            evidence = _window(article, at, merged, true, chance)
            # Weighted draw without replacement (Efraimidis and Spirakis, 2006): the rarer ways wherever they fit.
            makers = sorted(_FALSE, key=lambda one: chance.random() ** (1 / _FALSE[one]), reverse=True)
            for make in makers:
                false = make(spot, chance)
                if false and false.casefold() != true.casefold():
                    kind = make.__name__.removeprefix("_")
                    found.append(Pair(true, evidence, True, f"{source}:{kind}", document))
                    found.append(Pair(false, evidence, False, f"{source}:{kind}", document))
                    break
            if chance.random() < 0.25:
                found.extend(_misplaced(spot, sentence, source, document, chance))
    return found


def named(sentence: str) -> list[str]:
    """Names inside the sentence; the word that begins it counts only when more of a name follows."""
    return [
        match[0]
        for match in _NAME.finditer(sentence)
        if (match.start() > 0 or " " in match[0]) and match[0] not in _MONTHS and match[0] not in _DAYS
        and not match[0].startswith(("The ", "In ", "A ", "But ", "It ", "And ")) and len(match[0]) > 2
    ]  # fmt: skip


def _window(article: Sequence[str], at: int, merged: int, true: str, chance: random.Random) -> str:
    """The sentences around the source, sometimes the part that the verifier would choose from the whole article."""
    if chance.random() < 0.25:
        chosen = set(excerpt(true, article, chance.choice([40, 60, 80]))) | {at, *([merged] if merged >= 0 else [])}
        return " ".join(article[one] for one in sorted(chosen)[:9])
    before, after = chance.choice([(0, 0), (1, 0), (0, 1), (1, 0), (0, 1), (1, 1), (1, 1), (2, 1), (1, 2)])
    first, last = max(0, at - before), at + after
    if merged >= 0:
        first, last = min(first, merged), max(last, merged)
    return " ".join(article[first : last + 1])


def _said_again(article: Sequence[str], at: int, chance: random.Random) -> tuple[str, int]:
    """A true statement out of a sentence, and the place of the second sentence that it takes in, or -1."""
    text, merged = article[at], -1
    draw = chance.random()
    tail, head = _TAIL.match(text), _CLAUSE.match(text)
    if draw < 0.45 and tail:
        text = tail[1][0].upper() + tail[1][1:]
    elif draw < 0.5 and head and len(head[1].split()) >= 6:
        text = head[1] + "."
    elif draw < 0.6 and at + 1 < len(article) and len(text.split()) + len(article[at + 1].split()) < 45:
        following = article[at + 1]
        first = following if following.split()[0] in ("I",) or following.split()[0].isupper() else _lowered(following)
        text, merged = f"{text.rstrip('.!')}{chance.choice([', and ', '; ', ' and '])}{first}", at + 1
    if chance.random() < 0.5:
        text = _reworded(text, chance)
    if chance.random() < 0.3:
        text = _opening_moved(text)
    if chance.random() < 0.08:
        form = chance.choice(_ATTRIBUTED)
        text = form.format(_lowered(text) if not form.startswith("{") and ":" not in form else text)
    return text, merged


def _lowered(text: str) -> str:
    """The sentence as it goes on after other words: common opening words lose their capital."""
    return text[0].lower() + text[1:] if text.split()[0] in _OPENING else text


def _reworded(text: str, chance: random.Random) -> str:
    for old, new in chance.sample(SAME, k=14):
        text = re.sub(old, new, text, count=1)
    number = [match for match in _NUMBER.finditer(text) if match[0] in _VALUES]
    if number and chance.random() < 0.5:
        one = number[0]
        text = text[: one.start()] + str(_VALUES[one[0]]) + text[one.end() :]
    return text


def _opening_moved(text: str) -> str:
    """ "In March, prices rose." and "Prices rose in March." say the same."""
    match = re.match(r"^((?:In|On|At|After|During|Since|By|Under)\b[\w’ -]{2,30}), ([^,;:]{20,})[.]$", text)
    return f"{match[2][0].upper()}{match[2][1:]} {match[1][0].lower()}{match[1][1:]}." if match else text


def _misplaced(spot: Source, sentence: str, source: str, document: str, chance: random.Random) -> list[Pair]:
    """The true statement against the closest other sentences of the article, which do not hold it."""
    near = {spot.at - 1, spot.at, spot.at + 1}
    rest = [text for at, text in enumerate(spot.article) if at not in near]
    if len(rest) < 6:
        return []
    evidence = " ".join(rest[at] for at in excerpt(sentence, rest, chance.choice([40, 60, 90])))
    return [Pair(spot.text, evidence, False, f"{source}:misplaced", document)]


def _other_number(spot: Source, chance: random.Random) -> str | None:
    found = list(_NUMBER.finditer(spot.text))
    if not found:
        return None
    one = chance.choice(found)
    old = one[0].rstrip(",")
    others = [number for number in spot.numbers if number not in spot.text and number.isalpha() == old.isalpha()
              and bool(_YEAR.match(number)) == bool(_YEAR.match(old))]  # fmt: skip
    if others and chance.random() < 0.5:
        new = chance.choice(others)
    elif old in _VALUES:
        new = chance.choice([word for word in _WORDS if word != old])
    elif _YEAR.match(old):
        new = str(int(old) + chance.choice([-20, -10, -5, -3, -2, -1, 1, 2, 3, 5, 10]))
    else:
        new = _changed_digits(old, chance)
    return spot.text[: one.start()] + new + spot.text[one.start() + len(old) :]


def _changed_digits(old: str, chance: random.Random) -> str:
    """One digit changed, or ten times as much; the way of writing stays."""
    places = [at for at, sign in enumerate(old) if sign.isdigit()]
    if chance.random() < 0.15 and "." not in old and "," not in old:
        return old + "0"
    at = chance.choice(places[: max(1, len(places) - 1)])
    digits = [digit for digit in "123456789" if digit != old[at]]
    return old[:at] + chance.choice(digits) + old[at + 1 :]


def _other_date(spot: Source, chance: random.Random) -> str | None:
    for names in (_MONTHS, _DAYS, _PLACES_IN_ORDER):
        found = list(re.finditer(rf"\b(?:{'|'.join(names)})\b", spot.text))
        if found:
            one = chance.choice(found)
            new = chance.choice([name for name in names if name != one[0]])
            return spot.text[: one.start()] + new + spot.text[one.end() :]
    return None


def _other_name(spot: Source, chance: random.Random) -> str | None:
    mine = named(spot.text)
    if not mine:
        return None
    old = chance.choice(mine)
    size = len(old.split())
    taken = set(spot.text.split())
    others = [name for name in spot.names if len(name.split()) == size and not taken & set(name.split())]
    if not others:
        return None
    # A name that stands near, so that the evidence holds it, is the mistake that answers make.
    near = " ".join(spot.article[max(0, spot.at - 3) : spot.at + 4])
    close = [name for name in others if name in near]
    new = chance.choice(close) if close and chance.random() < 0.6 else chance.choice(others)
    return re.sub(rf"\b{re.escape(old)}\b", new.replace("\\", ""), spot.text, count=1)


def _names_exchanged(spot: Source, chance: random.Random) -> str | None:
    """Who did it to whom, the other way round."""
    mine = list(dict.fromkeys(named(spot.text)))
    start = _NAME.match(spot.text)
    if start and start[0] in spot.names and start[0] not in mine:
        mine.insert(0, start[0])
    if len(mine) < 2:
        return None
    first, second = chance.sample(mine, 2)
    if first in second or second in first:
        return None
    if re.search(rf"{re.escape(first)}(?:,| and| or) {re.escape(second)}", spot.text) or re.search(
        rf"{re.escape(second)}(?:,| and| or) {re.escape(first)}", spot.text
    ):
        return None
    text = spot.text.replace(first, "\0", 1).replace(second, first, 1)
    return text.replace("\0", second, 1)


def _given_to_another(spot: Source, chance: random.Random) -> str | None:
    """A view or saying ascribed to somebody else."""
    saying = _SAYING.match(spot.text)
    others = [name for name in spot.names if name not in spot.text and 1 <= len(name.split()) <= 3]
    if saying and others:
        return chance.choice(others) + spot.text[saying.end("who") :]
    return None


def _denied(spot: Source, chance: random.Random) -> str | None:
    text = spot.text
    if _DENIAL.search(text):
        return _DENIAL.sub(lambda match: match[1] or match[2] or "", text, count=1)
    draw = chance.random()
    found = list(_AUXILIARY.finditer(text))
    if found and draw < 0.75:
        one = chance.choice(found[:2])
        return f"{text[: one.end()]} {'never' if draw < 0.1 else 'not'}{text[one.end() :]}"
    past = _SIMPLE_PAST.search(text)
    if past and draw < 0.9 and " " in text[: past.start()]:
        stem = past[1]
        if stem[-1] in "lptgn" and stem[-1] == stem[-2]:
            stem = stem[:-1]
        return f"{text[: past.start()]}did not {stem}{text[past.end() :]}"
    return f"It is not true that {_lowered(text)}" if draw > 0.97 else None


def _turned(spot: Source, chance: random.Random) -> str | None:
    found = [match for match in re.finditer(r"\b[a-z]+\b", spot.text) if match[0] in TURNED]
    if not found:
        return None
    one = chance.choice(found)
    return spot.text[: one.start()] + TURNED[one[0]] + spot.text[one.end() :]


def _firmer(spot: Source, chance: random.Random) -> str | None:
    found = list(re.finditer(rf"\b(?:{'|'.join(HEDGES)})\b(?! not)", spot.text))
    if not found:
        return None
    one = chance.choice(found)
    return spot.text[: one.start()] + HEDGES[one[0]] + spot.text[one.end() :]


def _cause_exchanged(spot: Source, chance: random.Random) -> str | None:
    match = re.match(r"^([^,;:]{20,}),? (because|so that|after|before|which led to) ([^,;:]{15,})[.]$", spot.text)
    if not match:
        return None
    first, second = match[1], match[3]
    return f"{second[0].upper()}{second[1:]} {match[2]} {_lowered(first)}."


def _wrongly_joined(spot: Source, chance: random.Random) -> str | None:
    """The beginning of one sentence with the end of another of the same article."""
    cuts = [match.start() for match in _AUXILIARY.finditer(spot.text)]
    others = [text for at, text in enumerate(spot.article) if abs(at - spot.at) in (1, 2, 3, 4)]
    chance.shuffle(others)
    for other in others:
        ends = [match.start() for match in _AUXILIARY.finditer(other)]
        if cuts and ends and cuts[0] > 8 and 20 < len(other) - ends[0] < 160:
            return spot.text[: cuts[0]] + other[ends[0] :]
    return None


def _detail_added(spot: Source, chance: random.Random) -> str | None:
    """A detail of another sentence hung on to this one."""
    others = [text for at, text in enumerate(spot.article) if abs(at - spot.at) > 4]
    chance.shuffle(others)
    form = re.compile(r"\b(?:in|at|by|for|from|during|with|to) (?:the )?[A-Z0-9][\w’-]+(?: [A-Z0-9][\w’-]+)*\b")
    for other in others[:12]:
        found = form.search(other[10:])
        if found and found[0] not in spot.text:
            return f"{spot.text.rstrip('.!”')} {found[0]}."
    return None


# How often each way is drawn where it fits.
_FALSE: dict[Maker, float] = {
    _other_number: 1.5, _other_date: 1.5, _other_name: 1.5, _names_exchanged: 0.7, _given_to_another: 3.0, _denied: 1.0,
    _turned: 1.0, _firmer: 1.0, _cause_exchanged: 3.0, _wrongly_joined: 0.4, _detail_added: 0.4,
}  # fmt: skip
