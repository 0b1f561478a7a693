"""Debates on the page: escaped, each quote once, and nothing marked that the debate does not have."""

from datetime import date

from rag.debate.debate import Debate, DebateRow, Position, QuotePair, Reply, month_counts
from rag.types.answer import Citation, RankedPassage
from rag.types.article import ArticleRef
from rag.ui.debates.render_debate import debate_html, debate_summary

EVIL = "<script>alert('x')</script>"


def citation(number: int, author: str, day: date | None, quote: str) -> Citation:
    ref = ArticleRef(f"a{number}", f"Title {EVIL}", author, None, day, None)
    passage = RankedPassage(f"p{number}", ref, 0, len(quote), quote, 0.0, 0.0, 0.0)
    return Citation(number, ref, quote, 0, len(quote), passage, 1.0)


def debate() -> Debate:
    newest = citation(1, "Ada", date(2025, 2, 3), f"Yes. {EVIL}")
    reply = citation(2, "Ada", date(2025, 1, 9), "Bo is wrong to say no.")
    before = citation(3, "Ada", None, "Perhaps.")
    other = citation(4, "Bo", date(2024, 12, 1), "No & no.")
    rows = (
        DebateRow("Ada", (Position(newest, "changed"), Position(before)), (Reply("Bo", reply, "contradiction"),)),
        DebateRow("Bo", (Position(other),)),
    )
    months = month_counts([newest.article.published, other.article.published])
    return Debate("?", rows, (QuotePair("contradiction", other, reply),), months, (newest, reply, before, other))


def test_all_text_of_a_debate_is_escaped() -> None:
    html = debate_html(debate())
    assert "<script" not in html
    assert "No &amp; no." in html
    assert "<script" not in debate_html(Debate("?", (DebateRow(EVIL, debate().rows[0].positions), debate().rows[1])))


def test_a_row_has_the_newest_position_open_and_the_others_folded() -> None:
    html = debate_html(debate())
    row = html.split('<li class="debate-row"')[1]
    shown, *folded = row.split("<details")
    assert shown.count("<blockquote") == 1
    assert "3 February 2025" in shown
    assert "changed its mind" in shown
    assert "1 earlier position" in folded[0]
    assert "undated" in folded[0]
    assert "answers Bo (contradicts)" in folded[1]
    assert html.count('class="stance') == 1


def test_a_reply_beside_what_it_answers_is_not_quoted_twice() -> None:
    html = debate_html(debate())
    assert html.count("<blockquote>“Bo is wrong to say no.”") == 1
    assert html.index("No &amp; no.”", html.index("Side by side")) < html.index(
        "Bo is wrong", html.index("Side by side")
    )
    without = debate_html(Debate("?", debate().rows, months=debate().months))
    assert "Side by side" not in without
    assert without.count("<blockquote>“Bo is wrong to say no.”") == 1


def test_what_the_timeline_filters_has_its_days() -> None:
    html = debate_html(debate())
    assert '<li class="debate-row" data-days="2025-01-09 2025-02-03">' in html
    assert '<section class="pair contradiction" data-days="2024-12-01 2025-01-09">' in html
    assert '<div class="position" data-days="">' in html


def test_a_debate_is_summed_up_and_none_has_a_reason() -> None:
    assert debate_summary(debate()) == "2 authors, December 2024 to February 2025"
    none = Debate("?", reason=f"only {EVIL} has written on this")
    assert debate_html(none) == ""
    assert debate_summary(none).startswith("Only ")
