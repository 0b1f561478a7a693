"""Answers into HTML. Everything that came from an article, a model or a person is escaped here, all of it.

Ids never come from a text: a chip and its card find each other by number inside their own turn.
"""

import re
from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import groupby

from rag.answer import Answer, Citation, Statement, Step, described
from rag.article import ArticleRef, is_web_address

_VERDICTS = {
    "supported": ("✓", "supported"),
    "partly": ("◐", "partly supported"),
    "unsupported": ("✗", "not supported"),
}
# What stands around a quote on its card, in characters; the reading pane has the rest.
AROUND = 90
_QUOTED = re.compile(r"(?s)([^“]{1,400}:) (“.*”)\Z")


def turn_html(answer: Answer) -> str:
    """The whole of a turn: the answer, and its sources beside it."""
    cards = sources_html(answer.citations)
    beside = (
        f'<aside class="sources" aria-label="Sources"><h3 class="label">Sources</h3>{cards}</aside>' if cards else ""
    )
    return f'<div class="answer-side">{answer_html(answer)}</div>{beside}'


def answer_html(answer: Answer) -> str:
    """The answer: its statements with numbered chips and verdicts, or the reason why there is none."""
    notice = f'<p class="notice" role="note">{escape(answer.notice)}</p>' if answer.notice else ""
    understood = (
        f'<p class="understood">Understood as: {escape(answer.standalone_question)}</p>'
        if answer.standalone_question.strip() != answer.question.strip()
        else ""
    )
    if answer.abstained:
        return f'<section class="answer abstained">{understood}{notice}{_abstention(answer)}</section>'
    sources = {citation.number: citation for citation in answer.citations}
    views = _by_author(answer, sources)
    switch = (
        '<div class="views" role="group" aria-label="Order of the answer">'
        '<button type="button" data-view="answer" aria-pressed="true">As one answer</button>'
        '<button type="button" data-view="authors" aria-pressed="false">By author</button></div>'
        if views
        else ""
    )
    body = f'<div class="view" data-view="answer">{_paragraphs(answer, sources)}</div>'
    other = f'<div class="view" data-view="authors" hidden>{views}</div>' if views else ""
    return f'<section class="answer">{understood}{notice}{switch}{body}{other}{_summary(answer)}</section>'


def sources_html(citations: Sequence[Citation]) -> str:
    """A card for each citation: whose it is, and the quote highlighted in the words around it."""
    return "".join(_card(citation) for citation in citations)


def working_html(steps: Sequence[Step], draft: str) -> str:
    """What is being done, in the order it was begun, over the text as far as it is written; the answer has the last
    word."""
    said = " · ".join(escape(str(step)) for step in steps)
    paragraphs = "".join(f"<p>{escape(part.strip())}</p>" for part in draft.split("\n\n") if part.strip())
    text = f'<section class="answer draft">{paragraphs}</section>' if paragraphs else ""
    doing = f'<p class="steps"><span class="pulse" aria-hidden="true"></span>{said} …</p>'
    return f'<div class="answer-side">{doing}{text}</div>'


def error_html(message: str) -> str:
    """One line on what went wrong and what to do."""
    return f'<p class="notice failed" role="alert">{escape(message)}</p>'


def spoken(answer: Answer) -> str:
    """What a screen reader says when the answer is there."""
    return "The articles do not answer this." if answer.abstained else f"Answer ready. {support_line(answer)}."


def support_line(answer: Answer) -> str:
    good, total = sum(one.verdict == "supported" for one in answer.statements), len(answer.statements)
    return f"{good} of {total} sentence{'s' if total != 1 else ''} supported"


def writer_label(writer: str) -> str:
    """Who wrote, for a person."""
    return "Quotes, word for word" if writer == "quotes" else f"Written by {writer.removeprefix('llm:')}"


def linked(article: ArticleRef, words: str) -> str:
    """`words` as a link to the article's own page; plain where it has no address on the web."""
    if article.url and is_web_address(article.url):
        return f'<a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer">{escape(words)}</a>'
    return ""


def byline(article: ArticleRef) -> str:
    """Author, publication, day: what is known of them."""
    return escape(" · ".join(part for part in (article.author, article.source, day(article.published)) if part))


def day(when: date | None) -> str:
    return f"{when.day} {when:%B %Y}" if when else ""


def _abstention(answer: Answer) -> str:
    reason = (answer.reason or "").strip()
    why = f'<p class="why">{escape(reason[:1].upper() + reason[1:])}.</p>' if reason else ""
    nearest = "".join(
        f'<li><button type="button" class="open-article" data-article="{escape(article.id)}">'
        f'{escape(article.title)}</button><span class="meta">{byline(article)}</span></li>'
        for article in answer.nearest
    )
    near = f'<p class="label">The nearest articles</p><ul class="nearest">{nearest}</ul>' if nearest else ""
    return f"<h3>The articles do not answer this.</h3>{why}{near}"


def _paragraphs(answer: Answer, sources: dict[int, Citation]) -> str:
    if answer.writer == "quotes":
        return "".join(_quoted(statement, sources) for statement in answer.statements)
    return "".join(
        f'<p class="said">{" ".join(_sentence(statement, sources) for statement in paragraph)}</p>'
        for paragraph in _in_paragraphs(answer)
    )


def _in_paragraphs(answer: Answer) -> list[list[Statement]]:
    """The statements as the answer's text parts them."""
    paragraphs: list[list[Statement]] = []
    at = 0
    for statement in answer.statements:
        found = answer.text.find(statement.text, at)
        is_new = not paragraphs or (found >= 0 and "\n" in answer.text[at:found])
        if is_new:
            paragraphs.append([])
        paragraphs[-1].append(statement)
        at = found + len(statement.text) if found >= 0 else at
    return paragraphs


def _by_author(answer: Answer, sources: dict[int, Citation]) -> str:
    """The statements under the authors they lean on, newest first; nothing where one author speaks alone."""

    def leading(statement: Statement) -> Citation | None:
        return next((sources[number] for number in statement.citations if number in sources), None)

    cited = [(first, statement) for statement in answer.statements if (first := leading(statement))]
    if len({first.article.author for first, _ in cited}) < 2:
        return ""
    newest: dict[str, date] = {}
    for first, _ in cited:
        name = first.article.author or ""
        newest[name] = max(newest.get(name, date.min), first.article.published or date.min)
    cited.sort(key=lambda one: one[0].article.published or date.min, reverse=True)
    cited.sort(key=lambda one: (newest[one[0].article.author or ""], one[0].article.author or ""), reverse=True)
    groups = []
    for name, some in groupby(cited, key=lambda one: one[0].article.author or ""):
        said = "".join(
            _quoted(statement, sources) if answer.writer == "quotes" else f"<p>{_sentence(statement, sources)}</p>"
            for _, statement in some
        )
        when = day(newest[name]) if newest[name] > date.min else ""
        groups.append(
            f'<section class="viewpoint"><h3>{escape(name or "No author named")}'
            f'<span class="meta">{escape(when)}</span></h3>{said}</section>'
        )
    return "".join(groups)


def _quoted(statement: Statement, sources: dict[int, Citation]) -> str:
    """A statement that quotes: who says it, then the words."""
    marks = f'<span class="marks">{_chips(statement, sources)}{_verdict(statement)}</span>'
    parts = _QUOTED.match(statement.text)
    if not parts:
        return f'<p class="statement {statement.verdict}">{escape(statement.text)} {marks}</p>'
    lead, words = parts.groups()
    return (
        f'<div class="statement {statement.verdict}"><p class="lead">{escape(lead)}</p>'
        f"<blockquote><p>{escape(words)} {marks}</p></blockquote></div>"
    )


def _sentence(statement: Statement, sources: dict[int, Citation]) -> str:
    marks = f'<span class="marks">{_chips(statement, sources)}{_verdict(statement)}</span>'
    return f'<span class="statement {statement.verdict}">{escape(statement.text)} {marks}</span>'


def _chips(statement: Statement, sources: dict[int, Citation]) -> str:
    return "".join(
        f'<button type="button" class="chip" data-cite="{number}" '
        f'aria-label="Source {number}: {escape(described(sources[number].article))}">{number}</button>'
        for number in statement.citations
        if number in sources
    )


def _verdict(statement: Statement) -> str:
    sign, words = _VERDICTS[statement.verdict]
    return (
        f'<span class="verdict" title="support {statement.support:.2f}"><span aria-hidden="true">{sign}</span> '
        f"{words}</span>"
    )


def _summary(answer: Answer) -> str:
    kind = "whole" if all(one.verdict == "supported" for one in answer.statements) else "part"
    return (
        f'<p class="summary"><span class="tally {kind}">{escape(support_line(answer))}</span>'
        f'<span class="writer">{escape(writer_label(answer.writer))}</span></p>'
    )


def _card(citation: Citation) -> str:
    article, passage = citation.article, citation.passage
    before = passage.text[: max(0, citation.start - passage.start)]
    after = passage.text[max(0, citation.end - passage.start) :]
    lead = f"…{before[-AROUND:].partition(' ')[2]}" if len(before) > AROUND else before
    tail = f"{after[:AROUND].rpartition(' ')[0]} …" if len(after) > AROUND else after
    original = linked(article, "original ↗")
    return (
        f'<article class="card" data-cite="{citation.number}" data-article="{escape(article.id)}" '
        f'data-start="{citation.start}" data-end="{citation.end}" data-quote="{escape(citation.quote)}">'
        f'<h4><span class="number" aria-hidden="true">{citation.number}</span>'
        f'<button type="button" class="open-quote" aria-label="Source {citation.number}, read in the article: '
        f'{escape(article.title)}">{escape(article.title)}</button></h4>'
        f'<p class="meta">{byline(article)}{" · " + original if original else ""}</p>'
        f'<p class="excerpt">{escape(lead)}<mark>{escape(citation.quote)}</mark>{escape(tail)}</p></article>'
    )
