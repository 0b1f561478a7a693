"""Finds the periods that a text names: days, months, years, ranges.

A period is a first and a last day; "since March" and "before 2024" have an open end. A month without a year is the last
such month that has begun. dateparser parses days, but no halves, seasons, parts of a year or ranges. It takes 8 to 20
ms for each date (measured), more than all other steps of understanding a question together.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rag.text.lexicon import NUMBER_WORDS, alternation
from rag.types.article import MONTHS

_MONTH_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
_SHORT_MONTHS = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)} | {"sept": 9}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_DECADES = {"twenties": 2020, "nineties": 1990, "eighties": 1980, "seventies": 1970, "sixties": 1960}
# Parts of a year by their first and last month.
_YEAR_PARTS = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}
_PART_NAMES = {"beginning": "early", "start": "early", "middle": "mid", "end": "late"}
# Counts without a number. They are generous, because a small count could exclude the articles that are asked for.
_VAGUE_COUNTS = {"a couple of": 2, "couple of": 2, "a few": 3, "few": 3, "several": 6, "a": 1, "an": 1}

_MONTH = rf"(?:{alternation(MONTHS)})"
_SHORT = rf"(?:{alternation(_SHORT_MONTHS)})\.?"
_ANY_MONTH = rf"(?:{_MONTH}|{_SHORT})"
_YEAR = r"(?:19|20)\d\d(?![\d%]|[.,]\d)"
_NUMBER = rf"(?:\d{{1,3}}|{alternation([*NUMBER_WORDS, *_VAGUE_COUNTS])})"
_UNIT = r"(?:day|week|month|quarter|year|decade)"
_ORDINAL = rf"(?:{alternation(_ORDINALS)})"
_PERIOD = re.compile(
    rf"""(?<![\w.$€£])(?<!(?<!\bpre)(?<!\bpost)(?<!\d{{4}})-)(?:the\ )?(?:years?\ )?(?:
      (?P<numeric>\d{{1,2}}[/.]\d{{1,2}}[/.](?:19|20)\d\d)(?!\d)
    | (?P<iso>(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-\d\d)?)(?![\w-])
    | (?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\ (?:of\ )?(?P<month_of_day>{_ANY_MONTH})\b
        | (?P<day_month>{_ANY_MONTH})\ (?P<month_day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))
        (?:,?\ (?:of\ )?(?P<day_year>{_YEAR}))?
    | (?:(?P<part>early|mid|late|(?:beginning|start|middle|end)\ of|early\ in|late\ in)[ -](?:the\ )?)?
      (?:
        (?P<month>{_ANY_MONTH})[ ,]{{1,2}}(?:of\ |in\ )?(?P<month_year>{_YEAR})
      | (?:Q(?P<q>[1-4])|H(?P<h>[12]))[ ,/-]?(?:of\ )?(?P<qh_year>{_YEAR})
      | (?P<yq_year>{_YEAR})[ -]?(?:Q(?P<yq>[1-4])|H(?P<yh>[12]))
      | (?P<ordinal>{_ORDINAL})\ (?P<fraction>quarter|half|months?)\ of\ (?P<of>{_YEAR}|(?:this|last|the)\ year)
      | (?P<season>{alternation(_SEASONS)})(?:\ of|,)?\ (?P<season_year>{_YEAR})(?:[/-]\d\d(?:\d\d)?)?
      | (?P<decade>(?:19|20)\d0)['’]?s\b
      | (?P<decade_word>{alternation(_DECADES)})
      | (?P<which>last|this|past|previous|current)\ (?P<what>{_UNIT}|{_MONTH}|{alternation(_SEASONS)})(?!s)\b
      | (?:last|past|previous)\ (?P<count>{_NUMBER})\ (?P<units>{_UNIT})s?\b
      | (?:last|past)\ (?P<half_year>half\ (?:a\ )?year)
      | (?P<ago_count>{_NUMBER})\ (?P<ago_unit>{_UNIT})s?\ ago\b
      | (?P<named>yesterday|today)\b
      | (?P<year>{_YEAR})(?![\w-]*[a-z]|[-/]\d\d\b)
      | (?P<bare>{_MONTH})\b
      | (?P<bare_season>{alternation(_SEASONS)})\b
      ))""",
    re.IGNORECASE | re.VERBOSE,
)
_BEFORE = r"before|until|till|up\ to|up\ until|through|prior\ to|as\ of|no\ later\ than|earlier\ than|older\ than|pre"
_AFTER = r"since|after|later\ than|newer\ than|from|starting\ in|post"
_LEAD = re.compile(
    rf"(?:(?P<word>{_BEFORE}|{_AFTER}|in|during|of|on|over|within|around|between|dated|by|for)[ -])$", re.I | re.X
)
_ONWARD = re.compile(r"[, ]{1,2}(?:on(?:wards?)?\b(?! [a-z])|and (?:later|after|since)\b|or later\b|onwards?\b)", re.I)
_BACKWARD = re.compile(r" (?:and|or) (?:before|earlier)\b", re.I)
_JOINT = re.compile(r"(?: (?:and|to|until|till|through|or) (?:the )?| ?[-–—/] ?)$", re.I)
_MAX_PERIODS = 8


@dataclass(frozen=True, slots=True)
class Period:
    """A period that a text names in its characters [start:end).

    The characters include the preposition before the period.

    `first` and `last` are days, both included; None is an open end. `preposition` is in small letters, "" for none.
    """

    start: int
    end: int
    first: date | None
    last: date | None
    preposition: str


def find_periods(text: str, today: date) -> list[Period]:
    """The periods that `text` names, in order; relative ones are counted from `today`."""
    matches: list[tuple[re.Match[str], tuple[date, date]]] = []
    for match in _PERIOD.finditer(text):
        span = _days(match, today, text)
        if span is not None:
            matches.append((match, span))
            if len(matches) == _MAX_PERIODS:
                break
    return list(_with_prepositions(text, matches))


def _with_prepositions(text: str, matches: list[tuple[re.Match[str], tuple[date, date]]]) -> Iterator[Period]:
    index = 0
    while index < len(matches):
        match, (first, last) = matches[index]
        lead = _LEAD.search(text, max(0, match.start() - 16), match.start())
        word = re.sub(r"\s+", " ", lead["word"].lower()) if lead else ""
        start, end = (lead.start() if lead else match.start()), match.end()
        following = matches[index + 1] if index + 1 < len(matches) else None
        joint = (
            _JOINT.fullmatch(text, end, following[0].start()) if following and following[0].start() - end < 16 else None
        )
        if (
            joint
            and following
            and (joint[0].strip().lower() not in ("and", "or") or word in ("between", "in", "from", "of", "during"))
        ):
            # "from May to July 2024": the first month has the year of the second.
            (begin, ending), (other, finish) = (first, last), following[1]
            is_open = match["bare"] or ((match["day"] or match["month_day"]) and not match["day_year"])
            if is_open and (following[0]["month_year"] or following[0]["day_year"] or begin > finish):
                year = finish.year - (begin.month > finish.month)
                moved = _day(year, begin.month, begin.day)
                begin, ending = (moved[0], moved[0]) if moved else (begin, ending)
            yield Period(start, following[0].end(), min(begin, other), max(finish, ending), word or "from")
            index += 2
            continue
        index += 1
        onward = _ONWARD.match(text, end) if word in ("from", "in", "") else None
        backward = _BACKWARD.match(text, end)
        if onward:
            yield Period(start, onward.end(), first, None, "since")
        elif backward:
            yield Period(start, backward.end(), None, last, "until")
        elif re.fullmatch(_BEFORE, word, re.X):
            is_excluded = word in ("before", "prior to", "earlier than", "older than", "pre")
            yield Period(start, end, None, first - timedelta(days=1) if is_excluded else last, word)
        elif word in ("after", "later than", "newer than", "post"):
            yield Period(start, end, last + timedelta(days=1), None, word)
        elif word in ("since", "starting in"):
            yield Period(start, end, first, None, word)
        else:
            yield Period(start, end, first, last, word)


def _days(match: re.Match[str], today: date, text: str) -> tuple[date, date] | None:
    """The first and last day of the period that `match` names.

    None for a word that only looks like a period.
    """
    group = match.groupdict()
    part = _part_name(group["part"])
    if group["iso"]:
        iso_year, iso_month, *days = map(int, group["iso"].split("-"))
        return _day(iso_year, iso_month, days[0]) if days else _month(iso_year, iso_month)
    if group["numeric"]:
        day, other, numeric_year = map(int, re.split(r"[/.]", group["numeric"]))
        return _day(numeric_year, other, day) or _day(numeric_year, day, other)
    if group["day"] or group["month_day"]:
        month = _month_number(group["month_of_day"] or group["day_month"])
        number = int(group["day"] or group["month_day"])
        if group["day_year"]:
            return _day(int(group["day_year"]), month, number)
        days_of_year = _day(today.year, month, number)
        return days_of_year if days_of_year and days_of_year[0] <= today else _day(today.year - 1, month, number)
    if group["month_year"]:
        return _month(int(group["month_year"]), _month_number(group["month"]))
    if group["qh_year"] or group["yq_year"]:
        year = int(group["qh_year"] or group["yq_year"])
        quarter, half = group["q"] or group["yq"], group["h"] or group["yh"]
        return _months(year, int(quarter) * 3 - 2, 3) if quarter else _months(year, int(half) * 6 - 5, 6)
    if group["ordinal"]:
        return _fraction_of_year(group["ordinal"].lower(), group["fraction"].lower(), group["of"].lower(), today)
    if group["season_year"]:
        return _months(int(group["season_year"]), _SEASONS[group["season"].lower()], 3)
    if group["decade"] or group["decade_word"]:
        year = int(group["decade"]) if group["decade"] else _DECADES[group["decade_word"].lower()]
        return (
            date(year + 5 if part == "late" else year, 1, 1),
            date(year + 4 if part == "early" else year + 9, 12, 31),
        )
    if group["which"]:
        is_rolling = match[0].lower().startswith("the last ")
        return _relative(group["which"].lower(), group["what"].lower(), part, today, is_rolling=is_rolling)
    if group["count"] or group["half_year"]:
        count, unit = (_count(group["count"]), group["units"].lower()) if group["count"] else (6, "month")
        return _back(today, count, unit), today
    if group["ago_count"]:
        return _around(_back(today, _count(group["ago_count"]), group["ago_unit"].lower()), group["ago_unit"].lower())
    if group["named"]:
        named_day = today - timedelta(days=group["named"].lower() == "yesterday")
        return named_day, named_day
    if group["year"]:
        year = int(group["year"])
        return _months(year, _YEAR_PARTS[part][0], 4) if part else (date(year, 1, 1), date(year, 12, 31))
    if group["bare"]:
        return _latest_month(_MONTH_NUMBERS[group["bare"].lower()], today) if _is_month(match, text) else None
    return _latest_season(group["bare_season"].lower(), today) if _is_month(match, text) else None


def _is_month(match: re.Match[str], text: str) -> bool:
    """Whether a lone word with a preposition before it is a month or a season.

    "may", "march", "august", "fall" and "spring" are ordinary words as well.
    """
    before = text[max(0, match.start() - 12) : match.start()].lower()
    follows = re.match(r" (?:be|have|not|we|he|she|they|it|you|I)\b", text[match.end() : match.end() + 8])
    return (
        bool(re.search(r"\b(?:in|since|before|after|until|till|during|between|from|to|and|of) $", before))
        and not follows
    )


def _part_name(text: str | None) -> str | None:
    if not text:
        return None
    word = text.lower().split()[0]
    return _PART_NAMES.get(word, word)


def _month_number(name: str) -> int:
    name = name.lower().rstrip(".")
    return _MONTH_NUMBERS.get(name) or _SHORT_MONTHS[name]


def _month(year: int, month: int) -> tuple[date, date]:
    return _months(year, month, 1)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    """The first and last day of `count` months from `month` of `year` on."""
    index = year * 12 + month - 1 + count - 1
    last_year, last_month = index // 12, index % 12 + 1
    return date(year, month, 1), date(last_year, last_month, calendar.monthrange(last_year, last_month)[1])


def _day(year: int, month: int, day: int) -> tuple[date, date] | None:
    try:
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None


def _fraction_of_year(ordinal: str, fraction: str, year_text: str, today: date) -> tuple[date, date] | None:
    year = int(year_text) if year_text.isdigit() else today.year - year_text.startswith("last")
    size = {"quarter": 3, "half": 6}.get(fraction, 1)
    number = _ORDINALS[ordinal] if _ORDINALS[ordinal] > 0 else 12 // size
    return _months(year, (number - 1) * size + 1, size) if number <= 12 // size else None


def _count(text: str) -> int:
    text = text.lower()
    return int(text) if text.isdigit() else _VAGUE_COUNTS.get(text) or NUMBER_WORDS[text]


def _back(day: date, count: int, unit: str) -> date:
    """The day `count` units before `day`."""
    if unit in ("day", "week"):
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    months = count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit]
    index = max(12, day.year * 12 + day.month - 1 - months)
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _around(day: date, unit: str) -> tuple[date, date]:
    """The calendar unit that holds `day`."""
    if unit == "day":
        return day, day
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if unit == "quarter":
        return _months(day.year, (day.month - 1) // 3 * 3 + 1, 3)
    if unit == "decade":
        return date(day.year // 10 * 10, 1, 1), date(day.year // 10 * 10 + 9, 12, 31)
    return _month(day.year, day.month) if unit == "month" else (date(day.year, 1, 1), date(day.year, 12, 31))


def _relative(order: str, unit: str, part: str | None, today: date, *, is_rolling: bool) -> tuple[date, date]:
    """The period "last summer" or "this year"; "the last year" ends today."""
    is_last = order in ("last", "previous")
    if unit in _MONTH_NUMBERS:
        month = _latest_month(_MONTH_NUMBERS[unit], today)
        is_running = is_last and month[1] >= today
        return _month(month[0].year - is_running, month[0].month)
    if unit in _SEASONS:
        season = _latest_season(unit, today)
        is_running = is_last and season[1] >= today
        return _months(season[0].year - is_running, season[0].month, 3)
    if order == "past" or is_rolling:
        return _back(today, 1, unit), today
    first, last = _around(_back(today, 1, unit) if is_last else today, unit)
    if unit == "year" and part:
        return _months(first.year, _YEAR_PARTS[part][0], 4)
    return first, last


def _latest_month(month: int, today: date) -> tuple[date, date]:
    return _month(today.year - (month > today.month), month)


def _latest_season(season: str, today: date) -> tuple[date, date]:
    month = _SEASONS[season]
    return _months(today.year - (month > today.month), month, 3)
