"""`POST /v1/drafts`: checks a draft as `rag check-draft` does.

The request is JSON with `text`, perhaps the filters and `stream`. The response is the report as JSON; with `stream` it
is one server-sent event for each finding and one for the summary. Nothing of the draft is stored.
"""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from rag.admission import AdmissionControl
from rag.drafts.findings import DraftFinding, DraftReport
from rag.engine import QueryEngine
from rag.errors import RagError, ServerBusy, first_problem
from rag.interrupts.cancellation import Cancellation, until_cancelled
from rag.server.openai_protocol.chat_request import FilterValues
from rag.server.responses import (
    SlotResponse,
    busy_response,
    error_response,
    failure_response,
    read_body,
    server_sent_event,
    wrong_key_response,
)
from rag.types.question import FilterArgs


class DraftRequest(BaseModel):
    """A draft and the filters of the articles that it is checked against."""

    model_config = ConfigDict(extra="forbid")

    text: str
    stream: bool = False
    author: FilterValues | None = None
    source: FilterValues | None = None
    topic: FilterValues | None = None
    article: FilterValues | None = None
    since: str | None = None
    until: str | None = None

    @property
    def filters(self) -> FilterArgs:
        return {
            "author": self.author, "source": self.source, "topic": self.topic, "article": self.article,
            "since": self.since, "until": self.until,
        }  # fmt: skip


def drafts_router(engine: QueryEngine, key: SecretStr | None, admission: AdmissionControl) -> APIRouter:
    """The route of drafts.

    With `key` it requires it as the API key. Each draft takes a slot of `admission`, as a question does.
    """
    routes = APIRouter(prefix="/v1")

    @routes.post("/drafts")
    async def check(request: Request) -> Response:
        refusal = wrong_key_response(request, key)
        if refusal:
            return refusal
        body = await read_body(request, "the draft")
        if isinstance(body, Response):
            return body
        try:
            draft_request = DraftRequest.model_validate_json(body, strict=True)
            findings = engine.stream_draft(draft_request.text, **draft_request.filters)
        except ValidationError as error:
            return error_response(400, first_problem(error, "body"), "invalid_request_error")
        except RagError as error:
            return error_response(400, str(error), "invalid_request_error", parameter="text")
        try:
            slot = await admission.acquire()
        except ServerBusy as busy:
            return busy_response(busy)
        return SlotResponse(slot, lambda cancellation: _respond(draft_request, findings, cancellation))

    return routes


async def _respond(
    draft_request: DraftRequest, findings: Iterator[DraftFinding], cancellation: Cancellation
) -> Response:
    findings = until_cancelled(findings, cancellation)
    if draft_request.stream:
        return StreamingResponse(_events(draft_request.text, findings), media_type="text/event-stream")
    return await run_in_threadpool(_report, draft_request.text, findings)


def _report(text: str, findings: Iterator[DraftFinding]) -> Response:
    try:
        return JSONResponse(DraftReport.of(text, findings).to_dict())
    except Exception as error:  # noqa: BLE001
        return failure_response(error)


def _events(text: str, findings: Iterator[DraftFinding]) -> Iterator[str]:
    made: list[DraftFinding] = []
    try:
        for finding in findings:
            made.append(finding)
            yield server_sent_event({"finding": finding.to_dict()})
        report: dict[str, Any] = DraftReport.of(text, made).to_dict()
        yield server_sent_event({"summary": report["summary"], "has_errors": report["has_errors"]})
    except Exception as error:  # noqa: BLE001
        yield server_sent_event(json.loads(bytes(failure_response(error).body)))
    yield "data: [DONE]\n\n"
