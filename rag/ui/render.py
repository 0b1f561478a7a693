"""Answers into HTML. Everything that came from an article, a model or a person is escaped here, all of it."""

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from rag.answer import Answer, Citation, Statement, described
from rag.article import ArticleRef

_VERDICTS = {"supported": "supported", "partly": "partly supported", "unsupported": "not supported"}


def answer_html(answer: Answer) -> str:
    """The answer: its statements with numbered chips and verdicts, or the reason why there is none."""
    notice = f'<p class="rag-notice" role="status">{escape(answer.notice)}</p>' if answer.notice else ""
    if answer.abstained:
        nearest = "".join(f"<li>{_linked(article)}</li>" for article in answer.nearest)
        near = f"<p>The nearest articles:</p><ul>{nearest}</ul>" if nearest else ""
        reason = escape(_sentence(answer.reason or ""))
        said = f"<p><strong>Not in the corpus.</strong> {reason}</p>"
        return f'<section class="rag-answer rag-abstained">{notice}{said}{near}</section>'
    body = "".join(_statement(statement) for statement in answer.statements)
    return f'<section class="rag-answer">{notice}{body}<p class="rag-summary">{escape(_summary(answer))}</p></section>'


def sources_html(citations: Sequence[Citation]) -> str:
    """A card for each citation: whose it is, and the quote highlighted in its passage."""
    return "".join(_card(citation) for citation in citations)


def _statement(statement: Statement) -> str:
    chips = "".join(f'<a class="rag-chip" href="#rag-source-{number}">{number}</a>' for number in statement.citations)
    verdict = _VERDICTS[statement.verdict]
    return (
        f'<p class="rag-statement rag-{statement.verdict}">{escape(statement.text)} {chips}'
        f'<span class="rag-verdict" title="support {statement.support:.2f}">{verdict}</span></p>'
    )


def _summary(answer: Answer) -> str:
    good = sum(statement.verdict == "supported" for statement in answer.statements)
    writer = "quotes, word for word" if answer.writer == "quotes" else answer.writer
    return f"{good} of {len(answer.statements)} sentences supported · written by: {writer}"


def _card(citation: Citation) -> str:
    passage = citation.passage
    before = passage.text[: max(0, citation.start - passage.start)]
    after = passage.text[max(0, citation.end - passage.start) :]
    return (
        f'<article class="rag-card" id="rag-source-{citation.number}" tabindex="-1">'
        f"<h3>{citation.number}. {_linked(citation.article)}</h3>"
        f"<p>{_text(before)}<mark>{_text(citation.quote)}</mark>{_text(after)}</p></article>"
    )


def _linked(article: ArticleRef) -> str:
    name = escape(described(article))
    if article.url and _is_web_address(article.url):
        return f'<a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer">{name}</a>'
    return name


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _text(text: str) -> str:
    return re.sub(r"\n\s*\n", "<br><br>", escape(text))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def error_html(message: str) -> str:
    """One line on what went wrong and what to do."""
    return f'<p class="rag-notice" role="alert">{escape(message)}</p>'
