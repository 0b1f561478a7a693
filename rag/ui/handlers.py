"""What the page asks of the engine, and what it is told: plain data in, HTML and plain data out.

None of these raises: Gradio runs nothing after an exception, and a page that waits for it stays locked. What a person
can mend is said as it is; anything else goes to the log under a number that the person is shown.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from pydantic import ValidationError

from rag.answer import Answer, Step
from rag.engine import QueryEngine
from rag.errors import RagError
from rag.feedback import Feedback
from rag.transcript import markdown
from rag.ui import catalogue, reading, records, render
from rag.ui.evals_tab import report_html
from rag.ui.examples import examples

log = logging.getLogger(__name__)

Said = dict[str, Any]
# Seconds between two showings of a draft: faster than this nobody reads, and every showing is a message.
BETWEEN_DRAFTS = 0.08
# Articles looked at for the questions to begin with, and names offered for each filter, which takes any other too: a
# page opens as soon over a large library as over a small one.
NEWEST = 1_000
MOST_NAMES = 2_000


def never_raising(handler: Callable[..., Said]) -> Callable[..., Said]:
    """`handler`, with {"error": a line for the person} for whatever goes wrong."""

    @wraps(handler)
    def answered(*arguments: Any) -> Said:
        try:
            return handler(*arguments)
        except Exception as error:  # noqa: BLE001 - the page must hear something
            return {"error": explained(error)}

    return answered


def explained(error: Exception) -> str:
    """The line that a person is shown."""
    if isinstance(error, RagError):
        return str(error)
    if isinstance(error, ValidationError):
        return "This was not understood; load the page again."
    reference = uuid.uuid4().hex[:8]
    log.error("failed, shown to the person as %s", reference, exc_info=error)
    return f"Something went wrong here. The server's log has it under {reference}."


def functions(*methods: Callable[[Any], Said]) -> list[Callable[[Any], Said]]:
    """The methods as plain functions of the same names: Gradio writes on what it is given, and a method takes none."""

    def plain(method: Callable[[Any], Said]) -> Callable[[Any], Said]:
        def function(sent: Any = None) -> Said:
            return method(sent)

        function.__name__ = method.__name__
        return function

    return [plain(method) for method in methods]


class Handlers:
    """The page's side of one engine. Threads may share it; it keeps nothing of what people ask."""

    def __init__(self, engine: QueryEngine) -> None:
        self._engine = engine

    def ask(self, sent: Any) -> Iterator[Said]:
        """A question's turn, each message whole in itself: the page may miss any of them but the last."""
        try:
            asked = records.Asked.model_validate(sent)
            yield from self._turn(asked)
        except Exception as error:  # noqa: BLE001 - after a raise the page would wait for ever
            yield self.refused(sent, error)

    def refused(self, sent: Any, error: Exception) -> Said:
        """The last message of a turn that has no answer."""
        turn = sent.get("id", "") if isinstance(sent, dict) else ""
        said = "Ask something first." if _is_empty(sent) else explained(error)
        return {"id": turn, "state": "failed", "html": render.error_html(said), "say": said}

    def _turn(self, asked: records.Asked) -> Iterator[Said]:
        steps: list[Step] = []
        draft, shown_at = "", 0.0
        chat = self._engine.chat(before=asked.turns())
        for event in chat.events(asked.question, **asked.filters.given()):
            if isinstance(event, Answer):
                yield {"id": asked.id, "state": "done", "say": render.spoken(event), **_whole(event)}
                return
            if isinstance(event, Step):
                steps.append(event)
                say = str(event)
            else:
                draft += event
                say = ""
                if time.monotonic() - shown_at < BETWEEN_DRAFTS:
                    continue
                shown_at = time.monotonic()
            yield {"id": asked.id, "state": "working", "html": render.working_html(steps, draft), "say": say}

    @never_raising
    def start(self, _: Any) -> Said:
        """What the page opens with."""
        counts, held = self._engine.counts(), self._engine.articles(newest=NEWEST)
        return {
            "articles": counts.articles,
            "passages": counts.passages,
            "writer": render.writer_label(self._engine.writer),
            "examples": examples(held),
            "authors": self._engine.values("author")[:MOST_NAMES],
            "sources": self._engine.values("source")[:MOST_NAMES],
            "topics": self._engine.values("topics")[:MOST_NAMES],
            "read_only": self._engine.settings.read_only,
        }

    @never_raising
    def restore(self, sent: Any) -> Said:
        """Answers that the browser kept, as HTML again; one that is not to be read any more is empty."""
        return {"turns": [_restored(record) for record in records.listed(sent)]}

    @never_raising
    def export(self, sent: Any) -> Said:
        """The conversation as Markdown with footnotes."""
        return {"markdown": markdown([records.answer_of(record) for record in records.listed(sent)])}

    @never_raising
    def read(self, sent: Any) -> Said:
        """An article for the reading pane."""
        wanted = records.Wanted.model_validate(sent)
        article = self._engine.article(wanted.article)
        spans = [reading.Span(*span) for span in wanted.spans]
        return {"html": reading.article_html(article, spans) if article else reading.missing_html()}

    @never_raising
    def catalogue(self, sent: Any) -> Said:
        """A page of the table of articles."""
        listed = records.Listed.model_validate(sent)
        page = catalogue.page_of(self._engine, listed)
        return {"html": catalogue.page_html(page, listed, removable=not self._engine.settings.read_only)}

    @never_raising
    def report(self, sent: Any) -> Said:
        """The newest eval report."""
        return {"html": report_html(self._engine.settings.eval_results)}

    @never_raising
    def remove(self, sent: Any) -> Said:
        """Takes one article out."""
        if self._engine.settings.read_only:
            raise RagError("this library is read-only")
        missing = self._engine.remove(str(sent))
        return {"say": "It was not there any more." if missing else "Removed."}

    @never_raising
    def rate(self, sent: Any) -> Said:
        """Keeps a thumb and a note."""
        rated = records.Rated.model_validate(sent)
        answer = records.answer_of(rated.record)
        self._engine.rate(Feedback.on(answer, rated.id, rated.rating, rated.note))
        return {"say": "Thank you. Kept with the question, the answer and its sources."}


def _is_empty(sent: Any) -> bool:
    return isinstance(sent, dict) and not str(sent.get("question", "")).strip()


def _whole(answer: Answer) -> Said:
    return {"html": render.turn_html(answer), "text": str(answer), "record": records.record_of(answer)}


def _restored(record: Any) -> Said | None:
    try:
        return {key: value for key, value in _whole(records.answer_of(record)).items() if key != "record"}
    except ValueError:
        return None
