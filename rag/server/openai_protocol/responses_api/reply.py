"""An answer as a Response of OpenAI's protocol: a document, or its named events."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from fastapi.responses import JSONResponse, Response

from rag.server.openai_protocol.answer_text import AnswerText, WrittenAnswer, request_usage
from rag.server.openai_protocol.chat_request import MODEL, ChatRequest
from rag.server.openai_protocol.replies import structured_answer
from rag.server.openai_protocol.responses_api.request import ResponsesRequest
from rag.server.responses import failure_response
from rag.types.answer import Answer, Event, Usage

# Keeps a finished response; called with its document and the answer, None for a text that is no answer.
Keep = Callable[[dict[str, Any], Answer | None], None]


class ResponsesReply:
    """The reply to one request. `keep` is called with a response that is complete."""

    def __init__(self, request: ResponsesRequest, text: AnswerText, keep: Keep) -> None:
        self._text = text
        self._keep = keep
        self._head = _head(request)
        self._item_id = f"msg_{uuid.uuid4().hex}"

    def document(self, events: Iterator[Event]) -> Response:
        """The reply as one document."""
        try:
            return JSONResponse(self._finished(self._text.whole(events)))
        except Exception as error:  # noqa: BLE001
            return failure_response(error)

    def events(self, events: Iterator[Event]) -> Iterator[str]:
        """The reply as server-sent events, which are named and numbered."""
        numbered = _Numbered()
        started = {**self._head, "status": "in_progress", "output": [], "usage": None}
        yield numbered.event("response.created", response=started)
        yield numbered.event("response.in_progress", response=started)
        try:
            yield from self._output(events, numbered)
        except Exception as error:  # noqa: BLE001
            failed = json.loads(bytes(failure_response(error).body))["error"]
            document = {**started, "status": "failed", "error": {"code": "server_error", "message": failed["message"]}}
            yield numbered.event("response.failed", response=document)

    def text_document(self, chat_request: ChatRequest, text: str) -> dict[str, Any]:
        """The reply `text`, which is no answer from the articles."""
        item = self._item("completed", [_text_part(text, [])])
        usage = _usage(request_usage(chat_request, text))
        document = {**self._head, "status": "completed", "output": [item], "usage": usage}
        self._keep(document, None)
        return document

    def text_events(self, chat_request: ChatRequest, text: str) -> Iterator[str]:
        """The same as a stream."""
        numbered = _Numbered()
        started = {**self._head, "status": "in_progress", "output": [], "usage": None}
        yield numbered.event("response.created", response=started)
        yield from self._opening(numbered)
        yield self._delta(numbered, text)
        document = self.text_document(chat_request, text)
        yield from self._closing(numbered, document)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _output(self, events: Iterator[Event], numbered: "_Numbered") -> Iterator[str]:
        yield from self._opening(numbered)
        for piece in self._text.pieces(events):
            if isinstance(piece, str):
                yield self._delta(numbered, piece)
                continue
            document = self._finished(piece)
            for number, annotation in enumerate(_annotations(piece)):
                yield numbered.event(
                    "response.output_text.annotation.added",
                    **self._place,
                    annotation_index=number,
                    annotation=annotation,
                )
            yield from self._closing(numbered, document)

    def _opening(self, numbered: "_Numbered") -> Iterator[str]:
        yield numbered.event("response.output_item.added", output_index=0, item=self._item("in_progress", []))
        yield numbered.event("response.content_part.added", **self._place, part=_text_part("", []))

    def _closing(self, numbered: "_Numbered", document: dict[str, Any]) -> Iterator[str]:
        item = document["output"][0]
        part = item["content"][0]
        yield numbered.event("response.output_text.done", **self._place, text=part["text"], logprobs=[])
        yield numbered.event("response.content_part.done", **self._place, part=part)
        yield numbered.event("response.output_item.done", output_index=0, item=item)
        yield numbered.event(f"response.{document['status']}", response=document)

    def _delta(self, numbered: "_Numbered", text: str) -> str:
        return numbered.event("response.output_text.delta", **self._place, delta=text, logprobs=[])

    @property
    def _place(self) -> dict[str, Any]:
        return {"item_id": self._item_id, "output_index": 0, "content_index": 0}

    def _item(self, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self._item_id, "type": "message", "role": "assistant", "status": status, "content": content,
        }  # fmt: skip

    def _finished(self, written: WrittenAnswer) -> dict[str, Any]:
        """The document of a response that is complete, or was cut at its limit."""
        is_cut = written.finish_reason == "length"
        status = "incomplete" if is_cut else "completed"
        document = {
            **self._head,
            "status": status,
            "incomplete_details": {"reason": "max_output_tokens"} if is_cut else None,
            "output": [self._item(status, [_text_part(written.content, _annotations(written))])],
            "usage": _usage(written.usage),
            **structured_answer(written.answer),
        }
        self._keep(document, written.answer)
        return document


class _Numbered:
    """Formats events, which are numbered from 0."""

    def __init__(self) -> None:
        self._number = 0

    def event(self, name: str, **fields: Any) -> str:
        document = {"type": name, "sequence_number": self._number, **fields}
        self._number += 1
        return f"event: {name}\ndata: {json.dumps(document, ensure_ascii=False)}\n\n"


def _head(request: ResponsesRequest) -> dict[str, Any]:
    """The fields of a response that are known before its answer."""
    text_format = request.text.format if request.text and request.text.format else None
    return {
        "id": f"resp_{uuid.uuid4().hex}", "object": "response", "created_at": int(time.time()), "model": MODEL,
        "error": None, "incomplete_details": None, "instructions": None, "metadata": request.metadata or {},
        "max_output_tokens": request.max_output_tokens, "parallel_tool_calls": False,
        "previous_response_id": request.previous_response_id, "store": request.is_stored, "temperature": None,
        "text": {"format": {"type": text_format.type if text_format else "text"}}, "tool_choice": "none", "tools": [],
        "top_p": None, "truncation": "disabled",
    }  # fmt: skip


def _text_part(text: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}


def _annotations(written: WrittenAnswer) -> list[dict[str, Any]]:
    return [
        {
            "type": "url_citation", "start_index": citation.start, "end_index": citation.end, "title": citation.title,
            "url": citation.url,
        }
        for citation in written.citations
    ]  # fmt: skip


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.prompt_tokens, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }  # fmt: skip
