"""What is offered below an answer: questions; below a refusal, help.

Each question is tried before it is offered.

Trying asks no language model. It answers from quotes, which takes about as long as the search of a question.
"""

from typing import Any, cast

from rag.engine import QueryEngine
from rag.errors import RagError
from rag.types.answer import Answer, Turn
from rag.types.article import dotted_byline
from rag.types.question import FilterArgs
from rag.ui.answers import render_answer
from rag.ui.answers.follow_ups import follow_ups, instead_of, is_about_the_same
from rag.ui.payloads import (
    LiftOffer,
    NearQuote,
    OffersReply,
    OffersRequest,
    SharedReply,
    SharedRequest,
    answer_from_record,
)
from rag.ui.requests.replies import with_error_reply

MAX_QUESTIONS = 3
# Filters that are tried to be lifted, of those that a question has.
MAX_LIFTED = 3
# Passages whose authors may have another view.
SEARCHED_PASSAGES = 12
MAX_NEAR_CHARACTERS = 400
_WITHOUT = {
    "author": "Ask all authors",
    "source": "Ask all publications",
    "topic": "Ask on all topics",
    "article": "Ask all articles",
    "since": "Ask without the first day",
    "until": "Ask without the last day",
}


class OfferRequests:
    """The requests for offers below an answer, and for a shared answer."""

    _engine: QueryEngine

    @with_error_reply
    def offers(self, sent: Any) -> OffersReply:
        """Follow-ups that have an answer; for a refusal, what would help."""
        request = OffersRequest.parse(sent)
        answer = answer_from_record(request.record)
        filters = request.filters.given()
        before = [Turn(question, text) for question, text in request.before]
        if answer.abstained:
            return {
                "questions": self._answered_instead(answer, filters),
                "near": self._near(answer, filters),
                "lift": self._lifts(answer, request, filters, before),
            }
        return {"questions": self._answered_follow_ups(answer, filters, before)}

    @with_error_reply
    def shared(self, sent: Any) -> SharedReply:
        """An answer from a link, compared with the library's articles."""
        answer = answer_from_record(SharedRequest.parse(sent).record)
        articles = {citation.article.id: self._engine.article(citation.article.id) for citation in answer.citations}
        standing = sum(
            article is not None and article.text[citation.start : citation.end] == citation.quote
            for citation in answer.citations
            for article in [articles[citation.article.id]]
        )
        total = len(answer.citations)
        if not total:
            checked = "It cites no words, so nothing in it could be compared."
        elif standing == total:
            checked = f"All {total} of its quotes stand here." if total > 1 else "Its quote stands here."
        else:
            checked = f"Only {standing} of its {total} quotes stand in the articles here."
        return {"question": answer.question, "html": render_answer.turn_html(answer), "checked": checked}

    def _answered_follow_ups(self, answer: Answer, filters: FilterArgs, before: list[Turn]) -> list[str]:
        passages = self._engine.search(answer.standalone_question, k=SEARCHED_PASSAGES, **filters)
        turns = [*before, Turn(answer.standalone_question, answer.text)]
        return [
            question
            for question in follow_ups(answer, passages)
            if is_about_the_same(answer, self._engine.quoted(question, turns=turns, **filters))
        ][:MAX_QUESTIONS]

    def _answered_instead(self, answer: Answer, filters: FilterArgs) -> list[str]:
        candidates = instead_of(answer)
        answers = [(question, self._engine.quoted(question, **filters)) for question in candidates]
        return [question for question, tried in answers if not tried.abstained and tried.citations][:MAX_QUESTIONS]

    def _near(self, answer: Answer, filters: FilterArgs) -> NearQuote | None:
        near = self._engine.nearest_quote(answer.standalone_question, **filters)
        if near is None or len(near.quote) > MAX_NEAR_CHARACTERS:
            return None
        return {
            "article": near.article.id, "start": near.start, "end": near.end, "quote": near.quote,
            "byline": f"{dotted_byline(near.article)} · {near.article.title}",
        }  # fmt: skip

    def _lifts(
        self, answer: Answer, request: OffersRequest, filters: FilterArgs, before: list[Turn]
    ) -> list[LiftOffer]:
        """The filters without which the question has an answer."""
        lifts: list[LiftOffer] = []
        for name in list(filters)[:MAX_LIFTED]:
            others = cast(FilterArgs, {other: value for other, value in filters.items() if other != name})
            try:
                tried = self._engine.quoted(answer.question, turns=before, ignore=request.ignore, **others)
            except RagError:
                continue
            if not tried.abstained:
                lifts.append({"name": name, "words": _WITHOUT[name]})
        return lifts
