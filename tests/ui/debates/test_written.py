"""How much was written: lanes for few authors, bars alone for many, a sentence where no day is known."""

from datetime import date

from rag.types.article import ArticleRef
from rag.ui.debates.written import MAX_LANES, written_html

EVIL = "<script>alert('x')</script>"


def written_by(author: str | None, day: date | None, title: str = "Title") -> ArticleRef:
    return ArticleRef(f"{author}-{day}", title, author, None, day, None)


def test_few_authors_have_a_lane_each_the_busiest_first() -> None:
    days = (date(2024, 5, 1), date(2024, 6, 1))
    html = written_html(
        [written_by("Bo", days[0]), *(written_by("Ada", day) for day in days), written_by(None, days[0])]
    )
    assert html.index(">Ada<") < html.index(">Bo<")
    assert html.count('class="point"') == 3
    # An article without an author counts in the bars.
    assert "May 2024 · 3 articles" in html


def test_many_authors_have_bars_alone() -> None:
    html = written_html([written_by(f"Author {number}", date(2024, 5, 1)) for number in range(MAX_LANES + 1)])
    assert 'class="lane"' not in html
    assert 'class="point"' not in html
    assert f"May 2024 · {MAX_LANES + 1} articles" in html


def test_no_date_is_said_and_text_is_escaped() -> None:
    assert "None of these articles has a date" in written_html([written_by("Ada", None)])
    assert "<script" not in written_html([written_by(EVIL, date(2024, 5, 1), EVIL)])
