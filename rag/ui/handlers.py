"""The page's requests to the engine: plain data in; HTML and plain data out.

No handler raises (rag.ui.requests.replies). The requests beside the conversation are in rag.ui.requests.
"""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rag.engine import QueryEngine, workspace_of
from rag.interrupts.cancellation import Cancellation
from rag.retrieval.filters import Filters
from rag.types.answer import Answer, AnswerStep
from rag.types.feedback import Feedback
from rag.types.question import check_question_length
from rag.ui import payloads
from rag.ui.answers import render_answer
from rag.ui.answers.wording import announcement, writer_label
from rag.ui.eval_report import report_html
from rag.ui.payloads import FilterValuesReply, HtmlReply, RestoredTurn, RestoreReply, SayReply, StartReply, TurnMessage
from rag.ui.requests.articles import ArticleRequests
from rag.ui.requests.exports import ExportRequests
from rag.ui.requests.offers import OfferRequests
from rag.ui.requests.replies import user_message, with_error_reply

# Seconds between two versions of a draft. Every version is a message, and users do not read faster.
DRAFT_INTERVAL_SECONDS = 0.08
# Articles that the example questions are chosen from, and values that each filter offers (it takes any other too). The
# limits let a page open as fast over a large library as over a small one.
NEWEST_ARTICLES = 1_000
# Passages of an answer of another length than the setting's.
PASSAGES_OF_LENGTH = {"short": 2, "long": 12}
# Titles that a filter offers.
MAX_TITLES = 1_000
MAX_FILTER_VALUES = 2_000


class PageHandlers(ExportRequests, ArticleRequests, OfferRequests):
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
        k = PASSAGES_OF_LENGTH.get(payload.length)
        for event in chat.events(payload.question, k=k, ignore=payload.ignore, cancellation=cancellation, **options):
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
            "writer": writer_label(self._engine.writer),
            "examples": self._engine.example_questions(),
            **self._filter_values(),
            "read_only": self._engine.settings.read_only,
            "max_question_characters": self._engine.settings.max_question_characters,
        }

    def _filter_values(self) -> FilterValuesReply:
        """The values of each filter, the most frequent first; the newest titles."""
        articles = workspace_of(self._engine).catalogue.in_scope(Filters())
        counts: dict[str, Counter[str]] = {"authors": Counter(), "sources": Counter(), "topics": Counter()}
        for article in articles:
            counts["authors"].update([article.ref.author] if article.ref.author else [])
            counts["sources"].update([article.ref.source] if article.ref.source else [])
            counts["topics"].update(article.topics)
        limit = self._max_filter_values
        return {
            "authors": counts["authors"].most_common(limit),
            "sources": counts["sources"].most_common(limit),
            "topics": counts["topics"].most_common(limit),
            "titles": [(article.ref.id, article.ref.title) for article in articles[:MAX_TITLES]],
        }

    @with_error_reply
    def restore(self, sent: Any) -> RestoreReply:
        """The answers that the browser stored, as HTML.

        A record that cannot be read becomes None.
        """
        return {"turns": [_restored(record) for record in payloads.records_in(sent)]}

    @with_error_reply
    def report(self, sent: Any) -> HtmlReply:
        """The newest eval report."""
        return {"html": report_html(self._engine.settings.eval_results)}

    @with_error_reply
    def rate(self, sent: Any) -> SayReply:
        """Stores a rating with its note."""
        payload = payloads.RatingPayload.parse(sent)
        answer = payloads.answer_from_record(payload.record)
        self._engine.rate(Feedback.from_answer(answer, payload.id, payload.rating, payload.note))
        return {"say": "Thank you. Stored with the question, the answer and its sources."}


def _is_empty(sent: Any) -> bool:
    return isinstance(sent, dict) and not str(sent.get("question", "")).strip()


def _answered(turn_id: str, answer: Answer) -> TurnMessage:
    return {
        "id": turn_id,
        "state": "done",
        "html": render_answer.turn_html(answer),
        "say": announcement(answer),
        "text": str(answer),
        "record": payloads.answer_to_record(answer),
    }


def _restored(record: Any) -> RestoredTurn | None:
    try:
        answer = payloads.answer_from_record(record)
    except payloads.InvalidPayload:
        return None
    return {"html": render_answer.turn_html(answer), "text": str(answer)}
