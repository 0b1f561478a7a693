"""An answer as the replies of chat completions: one completion, or chunks."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

from fastapi.responses import JSONResponse, Response

from rag.server.openai_protocol.answer_text import AnswerText, WrittenAnswer, request_usage
from rag.server.openai_protocol.chat_request import MODEL, ChatRequest
from rag.server.responses import failure_response, server_sent_event
from rag.types.answer import Answer, Event, Usage


class ChatReply:
    """The reply to one request."""

    def __init__(self, request: ChatRequest, text: AnswerText) -> None:
        self._request = request
        self._text = text

    def completion(self, events: Iterator[Event]) -> Response:
        """The reply as one document."""
        try:
            written = self._text.whole(events)
        except Exception as error:  # noqa: BLE001
            return failure_response(error)
        message = {"role": "assistant", "content": written.content, "refusal": None, **_extras(written)}
        return completion_response(message, written.usage, written.finish_reason)

    def chunks(self, events: Iterator[Event]) -> Iterator[str]:
        """The reply as server-sent events.

        They have the text as it is written, the footer, then annotations and citations.
        """
        head = _head("chat.completion.chunk")

        def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
            return server_sent_event({**head, "choices": [_choice("delta", delta, finish)]})

        yield chunk({"role": "assistant", "content": ""})
        try:
            for piece in self._text.pieces(events):
                if isinstance(piece, str):
                    yield chunk({"content": piece})
                    continue
                yield chunk(_extras(piece), piece.finish_reason)
                if self._request.include_usage:
                    yield server_sent_event({**head, "choices": [], "usage": _usage(piece.usage)})
        except Exception as error:  # noqa: BLE001
            yield server_sent_event(json.loads(bytes(failure_response(error).body)))
        yield "data: [DONE]\n\n"


def text_completion(request: ChatRequest, text: str) -> Response:
    """The reply `text`, which is no answer from the articles."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return completion_response(message, request_usage(request, text))


def text_chunks(request: ChatRequest, text: str) -> Iterator[str]:
    """The same as a stream."""
    head = _head("chat.completion.chunk")
    yield server_sent_event({**head, "choices": [_choice("delta", {"role": "assistant", "content": text}, None)]})
    yield server_sent_event({**head, "choices": [_choice("delta", {}, "stop")]})
    if request.include_usage:
        yield server_sent_event({**head, "choices": [], "usage": _usage(request_usage(request, text))})
    yield "data: [DONE]\n\n"


def completion_response(message: dict[str, Any], usage: Usage, finish: str = "stop") -> Response:
    """A completion with one choice."""
    choices = [_choice("message", message, finish)]
    return JSONResponse({**_head("chat.completion"), "choices": choices, "usage": _usage(usage)})


def structured_answer(answer: Answer) -> dict[str, Any]:
    """The fields of a reply that are not the protocol's.

    They are the citations with their quotes, and the whole answer.
    """
    return {"citations": [citation.to_dict() for citation in answer.citations], "answer": answer.to_dict()}


def _extras(written: WrittenAnswer) -> dict[str, Any]:
    annotations = [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": citation.start, "end_index": citation.end, "title": citation.title, "url": citation.url,
            },
        }
        for citation in written.citations
    ]  # fmt: skip
    return {"annotations": annotations, **structured_answer(written.answer)}


def _choice(name: str, content: dict[str, Any], finish: str | None) -> dict[str, Any]:
    return {"index": 0, name: content, "finish_reason": finish, "logprobs": None}


def _usage(usage: Usage) -> dict[str, int]:
    prompt, completion = usage.prompt_tokens, usage.completion_tokens
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}
