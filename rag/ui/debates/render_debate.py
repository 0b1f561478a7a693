"""A debate as HTML: its timeline, a row an author, the pairs of quotes.

All text is escaped here. A part that the timeline can filter has its days in `data-days`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from rag.debate.debate import STANCE_TEXT, Debate, DebateRow, Position, QuotePair, Relation, Reply
from rag.types.answer import Citation
from rag.types.article import day_in_words, month_and_year
from rag.ui.debates.timeline import TimelinePoint, timeline_html

_RELATION_TEXT: dict[Relation, str] = {"agreement": "agrees", "contradiction": "contradicts"}
_PAIR_TEXT: dict[Relation, str] = {"agreement": "Agreement", "contradiction": "Contradiction"}


def debate_html(debate: Debate) -> str:
    """The debate; empty where there is none."""
    if not debate:
        return ""
    authors = [row.author for row in debate.rows]
    points = [
        TimelinePoint(lane, position.published, position.citation.article.title)
        for lane, row in enumerate(debate.rows)
        for position in row.positions
        if position.published
    ]
    in_pairs = {(pair.later.article.id, pair.later.start) for pair in debate.pairs}
    rows = "".join(_row(row, in_pairs) for row in debate.rows)
    pairs = "".join(_pair(pair) for pair in debate.pairs)
    side_by_side = f'<h4 class="label">Side by side</h4><div class="pairs">{pairs}</div>' if pairs else ""
    return (
        f"{timeline_html(debate.months, authors, points)}"
        '<p class="meta filtered" role="status"></p>'
        f'<ol class="debate-rows" aria-label="Who holds what, newest first">{rows}</ol>{side_by_side}'
    )


def debate_summary(debate: Debate) -> str:
    """The debate in a line: "3 authors, October 2023 to November 2025".

    Without a debate the line says why.
    """
    if not debate:
        reason = debate.reason or "nobody has written on this"
        return f"{reason[:1].upper()}{reason[1:]}."
    days = sorted(position.published for row in debate.rows for position in row.positions if position.published)
    months = list(dict.fromkeys(month_and_year(day) for day in (days[0], days[-1]))) if days else []
    return ", ".join(part for part in (f"{len(debate.rows)} authors", " to ".join(months)) if part)


def _row(row: DebateRow, in_pairs: set[tuple[str, int]]) -> str:
    newest, *earlier = (_position(position) for position in row.positions)
    days = {position.published for position in row.positions} | {
        reply.citation.article.published for reply in row.replies
    }
    return (
        f'<li class="debate-row"{_days(days)}><h4>{escape(row.author)}</h4>{newest}'
        f"{_folded('earlier', _earlier_label(len(earlier)), ''.join(earlier))}"
        f"{_folded('replies', f'answers {_answered(row.replies)}', _replies(row.replies, in_pairs))}</li>"
    )


def _earlier_label(count: int) -> str:
    return f"{count} earlier position{'s' if count != 1 else ''}"


def _folded(name: str, label: str, content: str) -> str:
    """`content` behind a line that opens it; empty without content."""
    if not content:
        return ""
    return f'<details class="{name}"><summary>{escape(label)}</summary><div>{content}</div></details>'


def _answered(replies: Sequence[Reply]) -> str:
    """Whom the author answers, with the sides that are certain: "Ada, Bo (agrees)"."""
    sides: dict[str, list[str]] = {}
    for reply in replies:
        sides.setdefault(reply.to, [])
        if reply.relation and _RELATION_TEXT[reply.relation] not in sides[reply.to]:
            sides[reply.to].append(_RELATION_TEXT[reply.relation])
    return ", ".join(f"{name} ({' and '.join(words)})" if words else name for name, words in sides.items())


def _replies(replies: Sequence[Reply], in_pairs: set[tuple[str, int]]) -> str:
    """A reply that stands in a pair is not shown twice."""
    return "".join(
        f'<div class="reply"{_days([reply.citation.article.published])}><p class="meta">'
        f"{_date(reply.citation)}, to {escape(reply.to)}</p>"
        + (
            '<p class="meta">The words are below, side by side.</p>'
            if (reply.citation.article.id, reply.citation.start) in in_pairs
            else _quote(reply.citation)
        )
        + "</div>"
        for reply in replies
    )


def _position(position: Position) -> str:
    stance = f' <span class="stance {position.stance}">{STANCE_TEXT[position.stance]}</span>' if position.stance else ""
    return (
        f'<div class="position"{_days([position.published])}><p class="meta">{_date(position.citation)}{stance}</p>'
        f"{_quote(position.citation)}</div>"
    )


def _pair(pair: QuotePair) -> str:
    sides = "".join(
        f'<div class="side"><p class="meta"><b>{escape(citation.article.author or citation.article.title)}</b>, '
        f"{_date(citation)}</p>{_quote(citation)}</div>"
        for citation in (pair.earlier, pair.later)
    )
    days = _days([pair.earlier.article.published, pair.later.article.published])
    return f'<section class="pair {pair.relation}"{days}><h5>{_PAIR_TEXT[pair.relation]}</h5>{sides}</section>'


def _days(days: Iterable[date | None]) -> str:
    """The days of a part; the timeline's periods are how they begin."""
    return f' data-days="{" ".join(sorted({day.isoformat() for day in days if day}))}"'


def _date(citation: Citation) -> str:
    return escape(day_in_words(citation.article.published)) or "undated"


def _quote(citation: Citation) -> str:
    title, quote, article_id = (escape(text) for text in (citation.article.title, citation.quote, citation.article.id))
    return (
        f"<blockquote>“{quote}”</blockquote>"
        f'<p class="meta"><button type="button" class="quiet open-position" data-article="{article_id}" '
        f'data-start="{citation.start}" data-end="{citation.end}" data-quote="{quote}" '
        f'aria-label="Read in the article: {title}">{title}</button></p>'
    )
