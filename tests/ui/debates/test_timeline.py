"""Timelines: bars and options are the same periods; long axes have years; all text is escaped."""

import re
from datetime import date

from rag.debate.debate import MonthCount, month_counts
from rag.ui.debates.timeline import LANE, TimelinePoint, timeline_html

EVIL = "<script>alert('x')</script>"


def counted(*days: date) -> tuple[MonthCount, ...]:
    return month_counts(days)


def options(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<option value="([\d-]+)">([^<]+)<', html)


def test_the_list_has_every_period_of_the_graphic_the_newest_first() -> None:
    html = timeline_html(counted(date(2024, 12, 1), date(2025, 2, 3), date(2025, 2, 20)))
    graphic, rest = html.split("</svg>")
    assert 'aria-hidden="true"' in graphic
    assert options(rest) == [("2025-02", "February 2025 · 2 articles"), ("2024-12", "December 2024 · 1 article")]
    bars = re.findall(r'class="period" data-period="([\d-]+)"><title>([^<]+)<', graphic)
    assert sorted(bars) == sorted(options(rest))


def test_the_axis_is_whole_years_and_a_point_stands_at_its_day() -> None:
    html = timeline_html(
        counted(date(2024, 7, 1), date(2025, 7, 1)), ["Ada"], [TimelinePoint(0, date(2025, 7, 1), "A title")]
    )
    assert re.findall(r'<text class="year"[^>]*>(\d+)<', html) == ["2024", "2025"]
    (x,) = re.findall(r'class="point" data-period="2025-07" cx="([\d.]+)%"', html)
    assert float(x) == 75.0
    assert "<title>A title, 1 July 2025</title>" in html
    heights = {
        int(timeline_html(counted(date(2024, 1, 1)), lanes).split('height="')[1].split('"')[0])
        for lanes in ((), ("Ada",))
    }
    assert max(heights) - min(heights) == LANE


def test_an_axis_of_many_years_is_divided_into_years_with_few_labels() -> None:
    html = timeline_html(
        counted(date(1950, 3, 1), date(1950, 4, 1), date(2025, 3, 1)),
        ["Ada"],
        [TimelinePoint(0, date(1950, 3, 1), "T")],
    )
    assert options(html) == [("2025", "2025 · 1 article"), ("1950", "1950 · 2 articles")]
    assert 'class="point" data-period="1950"' in html
    assert 2 <= html.count('<text class="year"') <= 9
    assert "every year" in html


def test_all_text_is_escaped_and_nothing_is_shown_without_a_date() -> None:
    html = timeline_html(counted(date(2024, 1, 1)), [EVIL], [TimelinePoint(0, date(2024, 1, 1), EVIL)])
    assert "<script" not in html
    assert html.count("&lt;script") == 2
    assert timeline_html(()) == ""
