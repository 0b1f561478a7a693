"""The page's request to check a draft: plain data in; HTML and plain data out.

Nothing of the draft is stored.
"""

import base64
import time
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.drafts.findings import DraftFinding, DraftReport
from rag.drafts.reports.markdown import to_markdown
from rag.engine import QueryEngine
from rag.errors import QuestionCancelled
from rag.interrupts.cancellation import Cancellation, until_cancelled
from rag.ui.drafts.render_draft import findings_html, marked_text_html, summary_in_words
from rag.ui.payloads import InvalidPayload
from rag.ui.requests.replies import user_message

# Seconds between two messages. Each holds everything so far.
MESSAGE_INTERVAL_SECONDS = 0.5


class DraftMessage(TypedDict):
    """A message about one draft.

    It has what was found so far, the whole report, or the error.

    `share` of the draft has been checked, in [0, 1]. `marked` and `findings` are HTML, `say` is announced and shown.
    The last one has the report as Markdown and as a Word document in Base64.
    """

    id: str
    state: Literal["working", "done", "failed"]
    share: float
    say: str
    marked: str
    findings: str
    markdown: NotRequired[str]
    word: NotRequired[str]


class DraftPayload(BaseModel):
    """A draft to check; the engine limits its length."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    text: str


class DraftRequests:
    """Checks drafts for the page.

    It stores nothing and never raises, because Gradio would run no later event.
    """

    def __init__(self, engine: QueryEngine) -> None:
        self._engine = engine

    def check(self, sent: Any, cancellation: Cancellation) -> Iterator[DraftMessage]:
        """Checks a draft, unless it is cancelled.

        Each message is complete: the page may miss any of them except the last.
        """
        try:
            yield from self._messages(_parsed(sent), cancellation)
        except QuestionCancelled:
            return
        except Exception as error:  # noqa: BLE001 - without a message the page would wait for ever
            yield refused(sent, error)

    def _messages(self, payload: DraftPayload, cancellation: Cancellation) -> Iterator[DraftMessage]:
        made: list[DraftFinding] = []
        sent_at = time.monotonic()
        for finding in until_cancelled(self._engine.stream_draft(payload.text), cancellation):
            made.append(finding)
            if time.monotonic() - sent_at >= MESSAGE_INTERVAL_SECONDS:
                yield _message(payload, "working", DraftReport.of(payload.text, made))
                sent_at = time.monotonic()
        report = DraftReport.of(payload.text, made)
        yield _with_files(_message(payload, "done", report), report)


def refused(sent: Any, error: Exception) -> DraftMessage:
    """The last message about a draft that is not checked."""
    draft_id = sent.get("id", "") if isinstance(sent, dict) else ""
    return {
        "id": str(draft_id), "state": "failed", "share": 0.0, "say": user_message(error), "marked": "", "findings": "",
    }  # fmt: skip


def _parsed(sent: Any) -> DraftPayload:
    try:
        return DraftPayload.model_validate(sent)
    except ValidationError as error:
        raise InvalidPayload from error


def _message(payload: DraftPayload, state: Literal["working", "done"], report: DraftReport) -> DraftMessage:
    end = max((finding.end for finding in report.findings), default=0)
    return {
        "id": payload.id,
        "state": state,
        "share": 1.0 if state == "done" else end / len(payload.text),
        "say": summary_in_words(report),
        "marked": marked_text_html(report.text, report.findings),
        "findings": findings_html(report),
    }


def _with_files(message: DraftMessage, report: DraftReport) -> DraftMessage:
    """The message with the report as Markdown and for Word."""
    from rag.drafts.reports.word import to_word

    message["markdown"] = to_markdown(report)
    message["word"] = base64.b64encode(to_word(report)).decode("ascii")
    return message
