"""Answers as HTML.

All text that comes from an article, a model or a person is escaped here and in the modules beside this one. Ids are
never made from text: a chip and its quote are connected by the citation's number within their turn.
"""

from collections.abc import Sequence
from html import escape

from rag.types.answer import Answer, AnswerStep, Citation, Statement
from rag.types.answer_parts import closing_paragraphs
from rag.types.article import ArticleRef, day_in_words
from rag.types.understanding import Section
from rag.ui.answers.notices import for_visitors
from rag.ui.answers.render_understanding import understanding_html, wider_search_html
from rag.ui.answers.source_cards import article_buttons_html, sources_html
from rag.ui.answers.statements import chips_html, quote_html, sentence_html, who_and_when
from rag.ui.answers.views import AuthorView, HeldStatement, views_of
from rag.ui.answers.wording import is_verbatim, revisions_label, support_summary, writer_label

_NOBODY = "No author named"


def turn_html(answer: Answer) -> str:
    """A turn: the answer, and its sources beside or below it."""
    cards = sources_html(answer.citations, quoted_in_answer=answer.is_quoted)
    aside = (
        f'<aside class="sources" aria-label="Sources"><h3 class="label">Sources</h3>{cards}</aside>' if cards else ""
    )
    return f'<div class="answer-side">{answer_html(answer)}</div>{aside}'


def answer_html(answer: Answer) -> str:
    """The answer: statements with citation chips, or an abstention.

    How the question was understood is above it; further articles are below it.
    """
    notice = f'<p class="notice" role="note">{escape(for_visitors(answer.notice))}</p>' if answer.notice else ""
    understood = understanding_html(answer)
    if answer.abstained:
        return (
            f'<section class="answer abstained">{understood}{notice}{_abstention(answer)}{_freshness(answer)}</section>'
        )
    citations = {citation.number: citation for citation in answer.citations}
    body = _body(answer, citations)
    also = _article_list("Also on this", answer.nearest)
    return f'<section class="answer">{understood}{notice}{body}{also}{_summary(answer)}{_freshness(answer)}</section>'


def working_html(steps: Sequence[AnswerStep], draft: str) -> str:
    """A turn in progress: the steps so far, and below them the draft so far."""
    steps_text = " · ".join(escape(str(step)) for step in steps)
    paragraphs = "".join(f"<p>{escape(part.strip())}</p>" for part in draft.split("\n\n") if part.strip())
    text = f'<section class="answer draft">{paragraphs}</section>' if paragraphs else ""
    doing = f'<p class="steps"><span class="pulse" aria-hidden="true"></span>{steps_text} …</p>'
    return f'<div class="answer-side">{doing}{text}</div>'


def error_html(message: str) -> str:
    """An alert with one line: what went wrong and what to do."""
    return f'<p class="notice failed" role="alert">{escape(for_visitors(message))}</p>'


# -- the kinds of answers ----------------------------------------------------------------------------------------------


def _body(answer: Answer, citations: dict[int, Citation]) -> str:
    """The answer itself: talk, a list, sections, quotes, or paragraphs."""
    if answer.kind == "talk":
        return _talk(answer.text)
    if answer.kind == "collection":
        return _catalogue_list(answer.statements, citations)
    closing = "".join(f'<p class="said">{escape(paragraph)}</p>' for paragraph in closing_paragraphs(answer))
    if _is_sectioned(answer):
        sections = "".join(_section(answer, section, citations) for section in answer.sections if section.statements)
        return f'<div class="view">{sections}{closing}</div>'
    if answer.is_quoted:
        return f'<div class="view">{_quotes(answer, citations)}{closing}</div>'
    return _prose(answer, citations, closing)


def _quotes(answer: Answer, citations: dict[int, Citation]) -> str:
    """The quote that answers best, then the others by author."""
    if not answer.statements:
        return ""
    opening, *others = answer.statements
    cited = next((citations[number] for number in opening.citations if number in citations), None)
    byline = who_and_when(cited.article, opening, with_author=True) if cited else ""
    first = quote_html(opening, citations, byline, first=True)
    return first + "".join(_view(answer, view, citations) for view in views_of(answer, others))


def _prose(answer: Answer, citations: dict[int, Citation], closing: str) -> str:
    """A model's paragraphs, with a switch to its sentences by holder."""
    views = views_of(answer, answer.statements)
    whole = "".join(
        f'<p class="said">{" ".join(sentence_html(statement, citations) for statement in paragraph)}</p>'
        for paragraph in _statements_by_paragraph(answer)
    )
    flagged = " flagged" if answer.flagged else ""
    if len(views) < 2:
        return f'<div class="view{flagged}">{whole}{closing}</div>'
    by_author = "".join(_view(answer, view, citations) for view in views)
    return (
        '<div class="views" role="group" aria-label="Order of the answer">'
        '<button type="button" data-view="answer" aria-pressed="true">As one answer</button>'
        '<button type="button" data-view="authors" aria-pressed="false">By author</button></div>'
        f'<div class="view{flagged}" data-view="answer">{whole}{closing}</div>'
        f'<div class="view{flagged}" data-view="authors" hidden>{by_author}</div>'
    )


def _view(answer: Answer, view: AuthorView, citations: dict[int, Citation]) -> str:
    """One holder's view: the name, and each statement with its own day."""
    reported = f"as {view.reported_by} reports" if view.reported_by else ""
    heading = f'<h3>{escape(view.holder or _NOBODY)}<span class="meta">{escape(reported)}</span></h3>'
    statements = "".join(_held_statement(answer, entry, citations) for entry in view.statements)
    return f'<section class="viewpoint">{heading}{statements}</section>'


def _held_statement(answer: Answer, entry: HeldStatement, citations: dict[int, Citation]) -> str:
    if answer.is_quoted:
        line = who_and_when(entry.citation.article, entry.statement, with_author=False) if entry.citation else ""
        return quote_html(entry.statement, citations, line)
    day = f'<span class="meta day">{escape(day_in_words(entry.published))}</span>' if entry.published else ""
    return f"<p>{sentence_html(entry.statement, citations)} {day}</p>"


def _talk(text: str) -> str:
    """Paragraphs; the lines of a list are questions, each a button that asks it."""
    parts = []
    for paragraph in text.split("\n\n"):
        lines = paragraph.split("\n")
        prose = " ".join(line for line in lines if not line.startswith("- "))
        questions = "".join(
            f'<li><button type="button" class="ask-this">{escape(line.removeprefix("- "))}</button></li>'
            for line in lines
            if line.startswith("- ")
        )
        parts.append(f'<p class="said">{escape(prose)}</p>' if prose else "")
        parts.append(f'<ul class="to-ask">{questions}</ul>' if questions else "")
    return f'<div class="view">{"".join(parts)}</div>'


def _catalogue_list(statements: Sequence[Statement], citations: dict[int, Citation]) -> str:
    """The heading, then the list; a chip opens the article that a line names."""
    lines = [f"{escape(statement.text)} {chips_html(statement, citations)}".strip() for statement in statements]
    rows = "".join(f"<li>{line}</li>" for line in lines[1:])
    listed = f'<ul class="listed">{rows}</ul>' if rows else ""
    return f'<div class="view"><p class="said">{lines[0]}</p>{listed}</div>' if lines else ""


def _is_sectioned(answer: Answer) -> bool:
    """Whether the sections hold every statement in its order.

    A model's text that returns to an earlier view is not divided into sections.
    """
    order = [index for section in answer.sections for index in section.statements]
    return bool(order) and order == list(range(len(answer.statements)))


def _section(answer: Answer, section: Section, citations: dict[int, Citation]) -> str:
    """A section: its heading with the day, and its statements."""
    day = day_in_words(section.published)
    names = (day, section.author or section.title or "") if answer.kind == "timeline" else (section.title or "", day)
    heading = f'<h3>{escape(names[0] or _NOBODY)}<span class="meta">{escape(names[1])}</span></h3>'
    statements = "".join(
        _statement(answer, answer.statements[index], citations, with_author=not section.author)
        for index in section.statements
    )
    return f'<section class="viewpoint">{heading}{statements}</section>'


def _statement(answer: Answer, statement: Statement, citations: dict[int, Citation], *, with_author: bool) -> str:
    if not answer.is_quoted:
        return f"<p>{sentence_html(statement, citations)}</p>"
    cited = next((citations[number] for number in statement.citations if number in citations), None)
    line = who_and_when(cited.article, statement, with_author=with_author) if cited else ""
    return quote_html(statement, citations, line)


def _statements_by_paragraph(answer: Answer) -> list[list[Statement]]:
    """The statements in the paragraphs of the answer's text."""
    paragraphs: list[list[Statement]] = []
    position = 0
    for statement in answer.statements:
        start = answer.text.find(statement.text, position)
        is_new = not paragraphs or (start >= 0 and "\n" in answer.text[position:start])
        if is_new:
            paragraphs.append([])
        paragraphs[-1].append(statement)
        position = start + len(statement.text) if start >= 0 else position
    return paragraphs


# -- around the answer -------------------------------------------------------------------------------------------------


def _abstention(answer: Answer) -> str:
    reason = (answer.reason or "").strip()
    why = f'<p class="why">{escape(reason[:1].upper() + reason[1:])}.</p>' if reason else ""
    near = _article_list("The nearest articles", answer.nearest)
    return f"<h3>The articles do not answer this.</h3>{why}{wider_search_html(answer)}{near}"


def _article_list(label: str, articles: Sequence[ArticleRef]) -> str:
    """A list of articles, each a button that opens it; empty for no articles."""
    listed = article_buttons_html(articles)
    return f'<div class="further"><p class="label">{label}</p>{listed}</div>' if listed else ""


def _summary(answer: Answer) -> str:
    if answer.is_computed:
        summary = support_summary(answer)
        return f'<p class="summary"><span>{summary}</span></p>' if summary else ""
    kind = "whole" if all(statement.verdict == "supported" for statement in answer.statements) else "part"
    writer = "" if is_verbatim(answer) else f'<span class="writer">{escape(writer_label(answer.writer))}</span>'
    return (
        f'<p class="summary"><span class="tally {kind}">{escape(support_summary(answer))}</span>{writer}</p>'
        f"{_revisions(answer)}"
    )


def _revisions(answer: Answer) -> str:
    """The number of sentences that were changed, and folded which."""
    if not answer.revisions:
        return ""
    items = "".join(f"<li>{escape(str(revision))}</li>" for revision in answer.revisions)
    label = escape(revisions_label(answer))
    return f'<details class="revisions"><summary>{label}</summary><ul>{items}</ul></details>'


def _freshness(answer: Answer) -> str:
    """How new the library was, a line each; empty for talk."""
    if not answer.freshness or answer.kind == "talk":
        return ""
    lines = "<br>".join(escape(line) for line in str(answer.freshness).splitlines())
    return f'<p class="meta freshness">{lines}</p>'
