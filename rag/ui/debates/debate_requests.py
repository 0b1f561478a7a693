"""The page's requests for debates and for timelines of articles.

A debate comes after the answer and never delays it.
"""

from threading import BoundedSemaphore
from typing import Any

from pydantic import Field

from rag.engine import QueryEngine, workspace_of
from rag.errors import RagError
from rag.retrieval.filters import Filters
from rag.types.understanding import UNDERSTOOD_PARTS, UnderstoodPart
from rag.ui.articles.articles_table import admitted_by
from rag.ui.debates.render_debate import debate_html, debate_summary
from rag.ui.debates.written import written_html
from rag.ui.payloads import DebateReply, FilterPayload, HtmlReply, ListedArticles, Payload
from rag.ui.requests.replies import with_error_reply

# A debate takes about as long as a question. More than this many at once would take the processors from the questions.
MAX_AT_ONCE = 1
MAX_WAIT_SECONDS = 60.0


class DebateRequest(Payload):
    """A question that has an answer, and its filters.

    The parts in `ignore` are left out when it is understood.
    """

    question: str = Field(min_length=1)
    ignore: list[UnderstoodPart] = Field(default=[], max_length=len(UNDERSTOOD_PARTS))
    filters: FilterPayload = FilterPayload()


class DebateRequests:
    """Debates and timelines of one engine. Threads may share it; it stores nothing."""

    def __init__(self, engine: QueryEngine) -> None:
        self._engine = engine
        self._places = BoundedSemaphore(MAX_AT_ONCE)

    @with_error_reply
    def debate(self, sent: Any) -> DebateReply:
        """The debate on a question.

        Without one, `html` is empty and `say` has the reason.
        """
        request = DebateRequest.parse(sent)
        if not self._places.acquire(timeout=MAX_WAIT_SECONDS):
            raise RagError("the server is busy; try again in a moment")
        try:
            debate = self._engine.debate(request.question, ignore=request.ignore, **request.filters.given())
        finally:
            self._places.release()
        return {"html": debate_html(debate), "authors": len(debate.rows), "say": debate_summary(debate)}

    @with_error_reply
    def written(self, sent: Any) -> HtmlReply:
        """How much was written by month, of the articles that the table lists."""
        listed = ListedArticles.parse(sent)
        is_listed = admitted_by(listed) or (lambda ref, topics: True)
        articles = workspace_of(self._engine).catalogue.in_scope(Filters())
        return {"html": written_html([article.ref for article in articles if is_listed(article.ref, article.topics)])}
