"""Answers as HTML.

All text that comes from an article, a model or a person is escaped here. Ids are never made from text: a chip and its
card are connected by the citation's number within their turn.
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import groupby

from rag.types.answer import Answer, AnswerStep, Citation, Statement
from rag.types.answer_parts import closing_paragraphs, split_introduction
from rag.types.article import ArticleRef, day_in_words, dotted_byline, is_web_address, reference_line, source_notes
from rag.types.understanding import Section
from rag.ui.render_understanding import understanding_html, wider_search_html

# The sign and the words of each verdict on a sentence that a language model wrote.
_VERDICTS = {
    "supported": ("✓", "supported"),
    "partly": ("◐", "partly supported"),
    "unsupported": ("✗", "not supported"),
}
# A quote is compared with itself, so a verdict would say nothing.
_VERBATIM = ("✓", "quoted verbatim")
# Characters before and after the quote on its card; the reading pane shows the rest.
SHOWN_CONTEXT_CHARACTERS = 90


def turn_html(answer: Answer) -> str:
    """A turn: the answer, and its sources beside it."""
    cards = sources_html(answer.citations)
    aside = (
        f'<aside class="sources" aria-label="Sources"><h3 class="label">Sources</h3>{cards}</aside>' if cards else ""
    )
    return f'<div class="answer-side">{answer_html(answer)}</div>{aside}'


def answer_html(answer: Answer) -> str:
    """The answer: statements with citation chips and verdicts, or an abstention.

    How the question was understood is above it; further articles are below it.
    """
    notice = f'<p class="notice" role="note">{escape(answer.notice)}</p>' if answer.notice else ""
    understood = understanding_html(answer)
    if answer.abstained:
        return (
            f'<section class="answer abstained">{understood}{notice}{_abstention(answer)}{_freshness(answer)}</section>'
        )
    citations = {citation.number: citation for citation in answer.citations}
    body = _body(answer, citations)
    also = _article_list("Also on this", answer.nearest)
    return f'<section class="answer">{understood}{notice}{body}{also}{_summary(answer)}{_freshness(answer)}</section>'


def _body(answer: Answer, citations: dict[int, Citation]) -> str:
    """The answer itself: talk, a list, sections, or statements in paragraphs."""
    if answer.kind == "talk":
        return _talk(answer.text)
    if answer.kind == "collection":
        return _catalogue_list(answer.statements, citations)
    closing = "".join(f'<p class="said">{escape(paragraph)}</p>' for paragraph in closing_paragraphs(answer))
    if _is_sectioned(answer):
        sections = "".join(_section(answer, section, citations) for section in answer.sections if section.statements)
        return f'<div class="view">{sections}{closing}</div>'
    authors_view = _by_author(answer, citations)
    switch = (
        '<div class="views" role="group" aria-label="Order of the answer">'
        '<button type="button" data-view="answer" aria-pressed="true">As one answer</button>'
        '<button type="button" data-view="authors" aria-pressed="false">By author</button></div>'
        if authors_view
        else ""
    )
    whole = f'<div class="view" data-view="answer">{_paragraphs(answer, citations)}{closing}</div>'
    by_author = f'<div class="view" data-view="authors" hidden>{authors_view}</div>' if authors_view else ""
    return switch + whole + by_author


def sources_html(citations: Sequence[Citation]) -> str:
    """A card for each citation: the article, and the quote highlighted in its context."""
    return "".join(_card(citation) for citation in citations)


def working_html(steps: Sequence[AnswerStep], draft: str) -> str:
    """A turn in progress: the steps so far, and below them the draft so far."""
    steps_text = " · ".join(escape(str(step)) for step in steps)
    paragraphs = "".join(f"<p>{escape(part.strip())}</p>" for part in draft.split("\n\n") if part.strip())
    text = f'<section class="answer draft">{paragraphs}</section>' if paragraphs else ""
    doing = f'<p class="steps"><span class="pulse" aria-hidden="true"></span>{steps_text} …</p>'
    return f'<div class="answer-side">{doing}{text}</div>'


def error_html(message: str) -> str:
    """An alert with one line: what went wrong and what to do."""
    return f'<p class="notice failed" role="alert">{escape(message)}</p>'


def announcement(answer: Answer) -> str:
    """The text for screen readers when the answer has arrived."""
    if answer.abstained:
        return "The articles do not answer this."
    summary = support_summary(answer)
    return f"Answer ready. {summary}." if summary else "Answer ready."


def support_summary(answer: Answer) -> str:
    """The number of sentences that are supported, or quoted verbatim.

    For a computed answer it says that it is computed; for talk it is empty.
    """
    if answer.is_computed:
        return "Counted in the catalogue" if answer.kind == "collection" else ""
    total = len(answer.statements)
    sentences = f"{total} sentence{'s' if total != 1 else ''}"
    supported = sum(statement.verdict == "supported" for statement in answer.statements)
    if _is_verbatim(answer):
        return f"{sentences} quoted verbatim"
    return "; ".join(filter(None, (f"{supported} of {sentences} supported", answer.left_out_text)))


def writer_label(writer: str) -> str:
    """Who wrote the answer, as the page names it."""
    return "Quotes, word for word" if writer == "quotes" else f"Written by {writer.removeprefix('llm:')}"


def article_link(article: ArticleRef, label: str) -> str:
    """A link to the article's own page; empty where it has no web address."""
    if article.url and is_web_address(article.url):
        return f'<a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer">{escape(label)}</a>'
    return ""


def byline_html(article: ArticleRef) -> str:
    """Author, publication and day, as far as they are known, as HTML."""
    return escape(dotted_byline(article))


def _is_verbatim(answer: Answer) -> bool:
    return answer.is_quoted and all(statement.verdict == "supported" for statement in answer.statements)


def _abstention(answer: Answer) -> str:
    reason = (answer.reason or "").strip()
    why = f'<p class="why">{escape(reason[:1].upper() + reason[1:])}.</p>' if reason else ""
    near = _article_list("The nearest articles", answer.nearest)
    return f"<h3>The articles do not answer this.</h3>{why}{wider_search_html(answer)}{near}"


def _article_list(label: str, articles: Sequence[ArticleRef]) -> str:
    """A list of articles, each a button that opens it; empty for no articles."""
    items = "".join(
        f'<li><button type="button" class="open-article" data-article="{escape(article.id)}">'
        f'{escape(article.title)}</button><span class="meta">{byline_html(article)}</span></li>'
        for article in articles
    )
    return f'<div class="further"><p class="label">{label}</p><ul class="nearest">{items}</ul></div>' if items else ""


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
    lines = [f"{escape(statement.text)} {_chips(statement, citations)}".strip() for statement in statements]
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
    heading = f'<h3>{escape(names[0] or "No author named")}<span class="meta">{escape(names[1])}</span></h3>'
    statements = "".join(_statement(answer, answer.statements[index], citations) for index in section.statements)
    return f'<section class="viewpoint">{heading}{statements}</section>'


def _statement(answer: Answer, statement: Statement, citations: dict[int, Citation]) -> str:
    return _quote(statement, citations) if answer.is_quoted else f"<p>{_sentence(statement, citations)}</p>"


def _paragraphs(answer: Answer, citations: dict[int, Citation]) -> str:
    if answer.is_quoted:
        return "".join(_quote(statement, citations) for statement in answer.statements)
    return "".join(
        f'<p class="said">{" ".join(_sentence(statement, citations) for statement in paragraph)}</p>'
        for paragraph in _statements_by_paragraph(answer)
    )


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


def _by_author(answer: Answer, citations: dict[int, Citation]) -> str:
    """The statements by the author of their first citation, the newest first.

    Empty for a single author.
    """

    def first_citation(statement: Statement) -> Citation | None:
        return next((citations[number] for number in statement.citations if number in citations), None)

    def published(citation: Citation) -> date:
        return citation.article.published or date.min

    def author(citation: Citation) -> str:
        return citation.article.author or ""

    cited = [(first, statement) for statement in answer.statements if (first := first_citation(statement))]
    if len({first.article.author for first, _ in cited}) < 2:
        return ""
    newest: dict[str, date] = {}
    for first, _ in cited:
        newest[author(first)] = max(newest.get(author(first), date.min), published(first))
    cited.sort(key=lambda pair: published(pair[0]), reverse=True)
    cited.sort(key=lambda pair: (newest[author(pair[0])], author(pair[0])), reverse=True)
    groups = []
    for name, group in groupby(cited, key=lambda pair: author(pair[0])):
        statements = "".join(_statement(answer, statement, citations) for _, statement in group)
        day = day_in_words(newest[name]) if newest[name] > date.min else ""
        groups.append(
            f'<section class="viewpoint"><h3>{escape(name or "No author named")}'
            f'<span class="meta">{escape(day)}</span></h3>{statements}</section>'
        )
    return "".join(groups)


def _quote(statement: Statement, citations: dict[int, Citation]) -> str:
    """A statement that is a quote: who says it, then the words."""
    label = _VERBATIM if statement.verdict == "supported" else _VERDICTS[statement.verdict]
    marks = f'<span class="marks">{_chips(statement, citations)}{_label(*label)}</span>'
    lead, words = split_introduction(statement.text)
    if not lead:
        return f'<p class="statement {statement.verdict}">{escape(statement.text)} {marks}</p>'
    return (
        f'<div class="statement {statement.verdict}"><p class="lead">{escape(lead)}</p>'
        f"<blockquote><p>{escape(words)} {marks}</p></blockquote></div>"
    )


def _sentence(statement: Statement, citations: dict[int, Citation]) -> str:
    """A sentence that a language model wrote, with its verdict."""
    label = _label(*_VERDICTS[statement.verdict], title=f"support {statement.support:.2f}")
    marks = f'<span class="marks">{_chips(statement, citations)}{label}</span>'
    return f'<span class="statement {statement.verdict}">{escape(statement.text)} {marks}</span>'


def _chips(statement: Statement, citations: dict[int, Citation]) -> str:
    return "".join(
        f'<button type="button" class="chip" data-cite="{number}" '
        f'aria-label="Source {number}: {escape(reference_line(citations[number].article))}">{number}</button>'
        for number in statement.citations
        if number in citations
    )


def _label(sign: str, words: str, title: str = "") -> str:
    hover = f' title="{title}"' if title else ""
    return f'<span class="verdict"{hover}><span aria-hidden="true">{sign}</span> {words}</span>'


def _summary(answer: Answer) -> str:
    if answer.is_computed:
        summary = support_summary(answer)
        return f'<p class="summary"><span>{summary}</span></p>' if summary else ""
    kind = "whole" if all(statement.verdict == "supported" for statement in answer.statements) else "part"
    return (
        f'<p class="summary"><span class="tally {kind}">{escape(support_summary(answer))}</span>'
        f'<span class="writer">{escape(writer_label(answer.writer))}</span></p>{_revisions(answer)}'
    )


def _revisions(answer: Answer) -> str:
    """The sentences that do not stand as the model wrote them, folded."""
    if not answer.revisions:
        return ""
    items = "".join(f"<li>{escape(str(revision))}</li>" for revision in answer.revisions)
    return f'<details class="revisions"><summary>Changed or left out</summary><ul>{items}</ul></details>'


def _freshness(answer: Answer) -> str:
    """How new the library was, a line each; empty for talk."""
    if not answer.freshness or answer.kind == "talk":
        return ""
    lines = "<br>".join(escape(line) for line in str(answer.freshness).splitlines())
    return f'<p class="meta freshness">{lines}</p>'


def _card(citation: Citation) -> str:
    article, passage = citation.article, citation.passage
    before = passage.text[: max(0, citation.start - passage.start)]
    after = passage.text[max(0, citation.end - passage.start) :]
    lead = (
        f"…{before[-SHOWN_CONTEXT_CHARACTERS:].partition(' ')[2]}" if len(before) > SHOWN_CONTEXT_CHARACTERS else before
    )
    tail = (
        f"{after[:SHOWN_CONTEXT_CHARACTERS].rpartition(' ')[0]} …" if len(after) > SHOWN_CONTEXT_CHARACTERS else after
    )
    original = article_link(article, "original ↗")
    notes = "".join(f'<p class="correction">{escape(note)}</p>' for note in source_notes(article))
    return (
        f'<article class="card" data-cite="{citation.number}" data-article="{escape(article.id)}" '
        f'data-start="{citation.start}" data-end="{citation.end}" data-quote="{escape(citation.quote)}">'
        f'<h4><span class="number" aria-hidden="true">{citation.number}</span>'
        f'<button type="button" class="open-quote" aria-label="Source {citation.number}, read in the article: '
        f'{escape(article.title)}">{escape(article.title)}</button></h4>'
        f'<p class="meta">{byline_html(article)}{" · " + original if original else ""}</p>'
        f'<p class="excerpt">{escape(lead)}<mark>{escape(citation.quote)}</mark>{escape(tail)}</p>{notes}'
        '<p class="card-acts">'
        '<button type="button" class="quiet cite-source" data-cite-as="citation">Copy citation</button>'
        '<button type="button" class="quiet cite-source" data-cite-as="card">Copy debate card</button></p></article>'
    )
