"""The page's requests: to check a draft, and to show a kept report.

Plain data in; HTML and plain data out. Nothing of the draft is stored.
"""

import base64
import time
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rag.drafts.checker import check_draft_length
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
_REPORT: TypeAdapter[DraftReport] = TypeAdapter(DraftReport)


class DraftMessage(TypedDict):
    """A message about one draft.

    It has what was found so far, the whole report, or the error.

    `share` of the draft has been checked, in [0, 1]. `marked` and `findings` are HTML, `say` is announced and shown.
    The last one has the report as Markdown, as a Word document in Base64, and as the `record` that the browser keeps.
    """

    id: str
    state: Literal["working", "done", "failed"]
    share: float
    say: str
    marked: str
    findings: str
    markdown: NotRequired[str]
    word: NotRequired[str]
    record: NotRequired[Any]


class DraftPayload(BaseModel):
    """A draft to check; the engine limits its length."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    text: str


class _RecordPayload(BaseModel):
    """The record of a report, to be shown again."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    record: dict[str, Any]


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

    def restore(self, sent: Any) -> DraftMessage:
        """The last message of a check, from the `record` that the browser kept.

        Fails for anything else, such as the record of an earlier version.
        """
        try:
            payload = _RecordPayload.model_validate(sent)
            report = _REPORT.validate_python(payload.record)
            _check_record(report)
            return _finished(payload.id, report)
        except ValidationError:
            return refused(sent, InvalidPayload())
        except Exception as error:  # noqa: BLE001 - without a reply the page would wait for ever
            return refused(sent, error)

    def _messages(self, payload: DraftPayload, cancellation: Cancellation) -> Iterator[DraftMessage]:
        made: list[DraftFinding] = []
        sent_at = time.monotonic()
        for finding in until_cancelled(self._engine.stream_draft(payload.text), cancellation):
            made.append(finding)
            if time.monotonic() - sent_at >= MESSAGE_INTERVAL_SECONDS:
                yield _message(payload.id, "working", DraftReport.of(payload.text, made))
                sent_at = time.monotonic()
        yield _finished(payload.id, DraftReport.of(payload.text, made))


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


def _check_record(report: DraftReport) -> None:
    """Refuses a report that is not one of ours.

    Raises InvalidPayload if its findings do not stand in its text, RagError if the text is too long.
    A browser's copy may be old, cut off or forged.
    """
    check_draft_length(report.text)
    for finding in report.findings:
        is_inside = 0 <= finding.start < finding.end <= len(report.text)
        if not is_inside or report.text[finding.start : finding.end] != finding.text:
            raise InvalidPayload


def _message(draft_id: str, state: Literal["working", "done"], report: DraftReport) -> DraftMessage:
    end = max((finding.end for finding in report.findings), default=0)
    return {
        "id": draft_id,
        "state": state,
        "share": 1.0 if state == "done" else end / len(report.text),
        "say": summary_in_words(report),
        "marked": marked_text_html(report.text, report.findings),
        "findings": findings_html(report),
    }


def _finished(draft_id: str, report: DraftReport) -> DraftMessage:
    """The last message, with the report as Markdown, for Word, and as a record."""
    from rag.drafts.reports.word import to_word

    message = _message(draft_id, "done", report)
    message["markdown"] = to_markdown(report)
    message["word"] = base64.b64encode(to_word(report)).decode("ascii")
    message["record"] = _REPORT.dump_python(report, mode="json")
    return message
