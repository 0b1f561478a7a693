"""A timeline as HTML: an SVG, and a list that chooses a month.

The SVG shows days and how much was written. It is for the eye and the mouse only. The list below it has the same months
with their numbers of articles; a keyboard and a screen reader use it. Places across are shares of the width, so that no
text is scaled. All text is escaped here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby

from rag.debate.debate import MonthCount
from rag.types.article import day_in_words, month_and_year

# Heights in pixels: a lane with its name above its line, the strip of bars, the years below it.
LANE, STRIP, YEARS = 34, 44, 20
_LINE_IN_LANE, _TOP_OF_STRIP = 24, 8
RADIUS = 5
# The longest axis that is divided into months; a longer one is divided into years.
MAX_YEARS_OF_MONTHS = 10
MAX_YEAR_LABELS = 8
MAX_NAME_CHARACTERS = 40
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """An article on the axis: its lane's number, its day, and its label."""

    lane: int
    day: date
    label: str


@dataclass(frozen=True, slots=True)
class _AxisPeriod:
    """A month or a year of the axis.

    `key` is how its days begin: "2024-06" or "2024".
    """

    key: str
    name: str
    articles: int

    def __str__(self) -> str:
        return f"{self.name} · {self.articles:,} article{'s' if self.articles != 1 else ''}"


def timeline_html(months: Sequence[MonthCount], lanes: Sequence[str] = (), points: Sequence[TimelinePoint] = ()) -> str:
    """The timeline of `months` with a lane for each name; empty without months."""
    if not months:
        return ""
    first, last = months[0].month.year, months[-1].month.year
    by_month = last - first < MAX_YEARS_OF_MONTHS
    periods = _months_of_years(months, first, last) if by_month else _years(months, first, last)
    most = max(period.articles for period in periods)
    unit = "month" if by_month else "year"
    graphic = _svg(periods, first, last, lanes, points)
    options = "".join(
        f'<option value="{period.key}">{escape(str(period))}</option>'
        for period in reversed(periods)
        if period.articles
    )
    return (
        f'<div class="timeline"><div class="axis" aria-hidden="true">{graphic}</div>'
        '<p class="timeline-choice"><label>Show <select>'
        f'<option value="">every {unit}</option>{options}</select></label>'
        f'<span class="meta">Bars: articles a {unit}, at most {most:,}.</span></p></div>'
    )


def _months_of_years(months: Sequence[MonthCount], first: int, last: int) -> list[_AxisPeriod]:
    """Every month of the years, those without an article too."""
    counts = {month.month: month.articles for month in months}
    days = [date(year, month, 1) for year in range(first, last + 1) for month in range(1, MONTHS_A_YEAR + 1)]
    return [_AxisPeriod(day.isoformat()[:7], month_and_year(day), counts.get(day, 0)) for day in days]


def _years(months: Sequence[MonthCount], first: int, last: int) -> list[_AxisPeriod]:
    counts = {
        year: sum(month.articles for month in of_year)
        for year, of_year in groupby(months, key=lambda month: month.month.year)
    }
    return [_AxisPeriod(f"{year:04}", str(year), counts.get(year, 0)) for year in range(first, last + 1)]


def _svg(
    periods: Sequence[_AxisPeriod], first: int, last: int, lanes: Sequence[str], points: Sequence[TimelinePoint]
) -> str:
    years = last - first + 1
    top = LANE * len(lanes) + _TOP_OF_STRIP
    base = top + STRIP
    parts = [_year(year, 100 * (year - first) / years, base, years) for year in range(first, last + 1)]
    parts += [_lane(name, number) for number, name in enumerate(lanes)]
    parts += _bars(periods, base)
    parts.append(f'<line class="base" x1="0" x2="100%" y1="{base}" y2="{base}"/>')
    parts += [_point(point, periods, 100 * _share(point.day, first, years)) for point in points]
    return f'<svg width="100%" height="{base + YEARS}" focusable="false">{"".join(parts)}</svg>'


def _share(day: date, first: int, years: int) -> float:
    """Where `day` is on the axis, in [0, 1]."""
    of_year = (day.month - 1 + (day.day - 1) / 31) / MONTHS_A_YEAR
    return (day.year - first + of_year) / years


def _year(year: int, x: float, base: int, years: int) -> str:
    every = -(-years // MAX_YEAR_LABELS)
    label = f'<text class="year" x="{x:.2f}%" dx="3" y="{base + 14}">{year}</text>' if year % every == 0 else ""
    return f'<line class="year" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="{base + 4}"/>{label}' if label else ""


def _lane(name: str, number: int) -> str:
    y = LANE * number + _LINE_IN_LANE
    return (
        f'<text class="lane" x="0" y="{y - 10}">{escape(_cut(name))}</text>'
        f'<line class="rule" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
    )


def _bars(periods: Sequence[_AxisPeriod], base: int) -> list[str]:
    """A bar for each period with articles.

    The mouse takes hold of it over the whole height.
    """
    most = max(period.articles for period in periods)
    step = 100 / len(periods)
    bars = []
    for number, period in enumerate(periods):
        if period.articles:
            height = max(3.0, STRIP * period.articles / most)
            bars.append(
                f'<g class="period" data-period="{period.key}"><title>{escape(str(period))}</title>'
                f'<rect class="column" x="{step * number:.2f}%" y="0" width="{step:.2f}%" height="{base}"/>'
                f'<rect class="bar" x="{step * (number + 0.1):.2f}%" y="{base - height:.1f}" width="{step * 0.8:.2f}%" '
                f'height="{height:.1f}"/></g>'
            )
    return bars


def _point(point: TimelinePoint, periods: Sequence[_AxisPeriod], x: float) -> str:
    key = point.day.isoformat()[: len(periods[0].key)]
    label = f"{point.label}, {day_in_words(point.day)}"
    return (
        f'<circle class="point" data-period="{key}" cx="{x:.2f}%" cy="{LANE * point.lane + _LINE_IN_LANE}" '
        f'r="{RADIUS}"><title>{escape(label)}</title></circle>'
    )


def _cut(name: str) -> str:
    return name if len(name) <= MAX_NAME_CHARACTERS else f"{name[: MAX_NAME_CHARACTERS - 1]}…"
