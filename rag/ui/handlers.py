"""The page's requests to the engine: plain data in; HTML and plain data out.

No handler raises: Gradio runs no event after an exception, and a page that waits for one stays locked. An error that
the user can act on is shown unchanged. Any other exception is a bug: it is logged with its traceback under a number,
and the user sees the number.
"""

import base64
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from rag.citing.forms import StyleName
from rag.engine import QueryEngine, workspace_of
from rag.errors import RagError
from rag.interrupts.cancellation import Cancellation
from rag.transcript.markdown import to_markdown
from rag.types.answer import Answer, AnswerStep
from rag.types.article import ArticleRef
from rag.types.feedback import Feedback
from rag.types.question import check_question_length
from rag.ui import articles_table, payloads, render_answer, render_article
from rag.ui.eval_report import report_html
from rag.ui.payloads import (
    ErrorReply,
    FileReply,
    HtmlReply,
    RestoredTurn,
    RestoreReply,
    SayReply,
    StartReply,
    TurnMessage,
)

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
# What a server function returns: one of the replies of rag.ui.payloads.
Reply = Mapping[str, object]
# Seconds between two versions of a draft. Every version is a message, and users do not read faster.
DRAFT_INTERVAL_SECONDS = 0.08
# Articles that the example questions are chosen from, and values that each filter offers (it takes any other too). The
# limits let a page open as fast over a large library as over a small one.
NEWEST_ARTICLES = 1_000
MAX_FILTER_VALUES = 2_000
# Articles that one request cites; each takes about 10 ms.
MAX_CITED_ARTICLES = 500


def with_error_reply(handler: Callable[P, R]) -> Callable[P, R | ErrorReply]:
    """`handler`, which replies {"error": message for the user} instead of raising."""

    @wraps(handler)
    def reply(*arguments: P.args, **named: P.kwargs) -> R | ErrorReply:
        try:
            return handler(*arguments, **named)
        except Exception as error:  # noqa: BLE001 - the page must get a reply
            return ErrorReply(error=user_message(error))

    return reply


def user_message(error: Exception) -> str:
    """The line that a user is shown for `error`.

    A bug is logged, with its traceback, under the number in the line.
    """
    if isinstance(error, RagError | payloads.InvalidPayload):
        return str(error)
    number = uuid.uuid4().hex[:8]
    log.error("something went wrong, number %s", number, exc_info=error)
    return f"Something went wrong, number {number}. The server's log has the details under this number."


def as_functions(*methods: Callable[[Any], Reply]) -> list[Callable[[Any], Reply]]:
    """The methods as plain functions of the same names.

    Gradio sets attributes on its server functions, which a method refuses.
    """

    def as_function(method: Callable[[Any], Reply]) -> Callable[[Any], Reply]:
        def function(sent: Any = None) -> Reply:
            return method(sent)

        function.__name__ = method.__name__
        return function

    return [as_function(method) for method in methods]


class PageHandlers:
    """The page's requests to one engine.

    Threads may share it; it stores nothing of what users ask. The example questions come from the `newest` articles;
    each filter offers at most `max_filter_values` values.
    """

    def __init__(
        self, engine: QueryEngine, *, newest: int = NEWEST_ARTICLES, max_filter_values: int = MAX_FILTER_VALUES
    ) -> None:
        self._engine = engine
        self._newest = newest
        self._max_filter_values = max_filter_values

    def ask(self, sent: Any, cancellation: Cancellation | None = None) -> Iterator[TurnMessage]:
        """Answers a question, unless it is cancelled.

        Each message is complete: the page may miss any of them except the last.
        """
        try:
            payload = payloads.QuestionPayload.parse(sent)
            yield from self._turn(payload, cancellation)
        except Exception as error:  # noqa: BLE001 - without a message the page would wait for ever
            yield self.refused(sent, error)

    def refusal(self, sent: Any) -> TurnMessage | None:
        """The reply to a question that is refused before any work, else None."""
        try:
            question = payloads.QuestionPayload.parse(sent).question
            check_question_length(question, self._engine.settings.max_question_characters)
        except Exception as error:  # noqa: BLE001 - without a message the page would wait for ever
            return self.refused(sent, error)
        return None

    def refused(self, sent: Any, error: Exception) -> TurnMessage:
        """The last message of a turn that has no answer."""
        turn_id = sent.get("id", "") if isinstance(sent, dict) else ""
        text = "Ask something first." if _is_empty(sent) else user_message(error)
        return {"id": turn_id, "state": "failed", "html": render_answer.error_html(text), "say": text}

    def _turn(self, payload: payloads.QuestionPayload, cancellation: Cancellation | None) -> Iterator[TurnMessage]:
        steps: list[AnswerStep] = []
        draft, draft_sent_at = "", 0.0
        chat = self._engine.chat(before=payload.turns())
        options = payload.filters.given()
        for event in chat.events(payload.question, ignore=payload.ignore, cancellation=cancellation, **options):
            if isinstance(event, Answer):
                yield _answered(payload.id, event)
                return
            announcement = ""
            if isinstance(event, AnswerStep):
                steps.append(event)
                announcement = str(event)
            else:
                draft += event
                if time.monotonic() - draft_sent_at < DRAFT_INTERVAL_SECONDS:
                    continue
                draft_sent_at = time.monotonic()
            html = render_answer.working_html(steps, draft)
            yield {"id": payload.id, "state": "working", "html": html, "say": announcement}

    @with_error_reply
    def start(self, _: Any) -> StartReply:
        """Data for opening the page: counts, the writer, examples, filter values."""
        counts = self._engine.counts()
        return {
            "articles": counts.articles,
            "passages": counts.passages,
            "writer": render_answer.writer_label(self._engine.writer),
            "examples": self._engine.example_questions(),
            "authors": self._engine.values("author")[: self._max_filter_values],
            "sources": self._engine.values("source")[: self._max_filter_values],
            "topics": self._engine.values("topics")[: self._max_filter_values],
            "read_only": self._engine.settings.read_only,
            "max_question_characters": self._engine.settings.max_question_characters,
        }

    @with_error_reply
    def restore(self, sent: Any) -> RestoreReply:
        """The answers that the browser stored, as HTML.

        A record that cannot be read becomes None.
        """
        return {"turns": [_restored(record) for record in payloads.records_in(sent)]}

    @with_error_reply
    def export(self, sent: Any) -> FileReply:
        """The conversation as Markdown with footnotes, or as a Word document."""
        request = payloads.ExportRequest.parse(sent)
        answers = [payloads.answer_from_record(record) for record in request.records]
        if request.word:
            from rag.transcript.word import to_word

            return _file("conversation.docx", to_word(answers, request.style))
        text = to_markdown(answers, request.style)
        return _file("conversation.md", text.encode("utf-8", "replace"), text)

    @with_error_reply
    def cite(self, sent: Any) -> FileReply:
        """The sources of answers or the articles of a search, cited or as cards."""
        from rag.citing.citations import cite, cite_in_word, cited_articles
        from rag.citing.forms import STYLES, SUFFIXES, format_of, style_of

        request = payloads.CiteRequest.parse(sent)
        answers = [_citing_only(payloads.answer_from_record(record), request.number) for record in request.records]
        if request.cards:
            return self._cards(answers, style_of(request.form) or STYLES[0], word=request.word)
        refs = cited_articles(answers) if request.search is None else self._matching(request.search)
        if request.word:
            return _file("citations.docx", cite_in_word(refs, request.form))
        text = cite(refs, request.form)
        known = format_of(request.form)
        html = "" if known else cite(refs, request.form, markup="html")
        name = f"citations{SUFFIXES[known] if known else '.txt'}"
        return _file(name, f"{text.rstrip()}\n".encode("utf-8", "replace"), text.rstrip(), html)

    def _cards(self, answers: list[Answer], style: StyleName, *, word: bool) -> FileReply:
        from rag.citing.debate_card import cards_to_word

        cards = self._engine.debate_cards(answers, style)
        if word:
            return _file("cards.docx", cards_to_word(cards))
        text = "\n".join(card.markdown for card in cards)
        return _file("cards.md", text.encode("utf-8", "replace"), text, "".join(card.html for card in cards))

    def _matching(self, search: str) -> list[ArticleRef]:
        """The articles that the search lists.

        Raises RagError for more than one request can cite.
        """
        library = workspace_of(self._engine).library
        entries = articles_table.matching_articles(library, search, MAX_CITED_ARTICLES + 1)
        if len(entries) > MAX_CITED_ARTICLES:
            raise RagError(f"more than {MAX_CITED_ARTICLES} articles match; search for fewer, or use: rag cite")
        return [entry.ref for entry in entries]

    @with_error_reply
    def read(self, sent: Any) -> HtmlReply:
        """An article for the reading pane."""
        request = payloads.ArticleRequest.parse(sent)
        article = self._engine.article(request.article)
        spans = [render_article.QuoteSpan(*span) for span in request.spans]
        return {"html": render_article.article_html(article, spans) if article else render_article.missing_html()}

    @with_error_reply
    def catalogue(self, sent: Any) -> HtmlReply:
        """A page of the table of articles."""
        request = payloads.CatalogueRequest.parse(sent)
        page = articles_table.catalogue_page(workspace_of(self._engine).library, request)
        return {"html": articles_table.table_html(page, request, removable=not self._engine.settings.read_only)}

    @with_error_reply
    def report(self, sent: Any) -> HtmlReply:
        """The newest eval report."""
        return {"html": report_html(self._engine.settings.eval_results)}

    @with_error_reply
    def remove(self, sent: Any) -> SayReply:
        """Removes one article."""
        if self._engine.settings.read_only:
            raise RagError("this library is read-only")
        missing = self._engine.remove(str(sent))
        return {"say": "It had been removed already." if missing else "Removed."}

    @with_error_reply
    def rate(self, sent: Any) -> SayReply:
        """Stores a rating with its note."""
        payload = payloads.RatingPayload.parse(sent)
        answer = payloads.answer_from_record(payload.record)
        self._engine.rate(Feedback.from_answer(answer, payload.id, payload.rating, payload.note))
        return {"say": "Thank you. Stored with the question, the answer and its sources."}


def _file(name: str, content: bytes, text: str = "", html: str = "") -> FileReply:
    return {"name": name, "file": base64.b64encode(content).decode("ascii"), "text": text, "html": html}


def _citing_only(answer: Answer, number: int | None) -> Answer:
    """The answer with the citation of that number alone; the whole answer for None."""
    if number is None:
        return answer
    return replace(answer, citations=tuple(each for each in answer.citations if each.number == number))


def _is_empty(sent: Any) -> bool:
    return isinstance(sent, dict) and not str(sent.get("question", "")).strip()


def _answered(turn_id: str, answer: Answer) -> TurnMessage:
    return {
        "id": turn_id,
        "state": "done",
        "html": render_answer.turn_html(answer),
        "say": render_answer.announcement(answer),
        "text": str(answer),
        "record": payloads.answer_to_record(answer),
    }


def _restored(record: Any) -> RestoredTurn | None:
    try:
        answer = payloads.answer_from_record(record)
    except payloads.InvalidPayload:
        return None
    return {"html": render_answer.turn_html(answer), "text": str(answer)}
