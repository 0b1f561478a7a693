"""An answer as the protocol's replies: one completion, or chunks of a stream."""

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from fastapi.responses import JSONResponse, Response

from rag.answering.streaming import SUPERSEDED_PATTERN, closing_text
from rag.server.openai_protocol.chat_request import MODEL, ChatRequest
from rag.server.openai_protocol.json_answer import json_answer
from rag.server.openai_protocol.output_limit import OutputLimit, count_tokens
from rag.server.responses import failure_response, server_sent_event
from rag.text.citation_markers import marker_spans
from rag.types.answer import Answer, Event, TextDelta

# The address of an article, for one that has none of its own.
ArticleAddress = Callable[[str], str]


class ChatReply:
    """The reply to one request.

    `article_address` gives the address of an article on this server.
    """

    def __init__(self, request: ChatRequest, article_address: ArticleAddress) -> None:
        self._request = request
        self._article_address = article_address

    def completion(self, events: Iterator[Event]) -> Response:
        """The reply as one document."""
        try:
            *_, answer = events
        except Exception as error:  # noqa: BLE001
            return failure_response(error)
        if not isinstance(answer, Answer):
            raise TypeError("events that end without an answer")
        limit = self._limit()
        content = limit.feed(neutralize_markup(self._content(answer)), is_last=True)
        message = {
            "role": "assistant", "content": content, "refusal": None, "annotations": self._annotations(content, answer),
            **_structured(answer),
        }  # fmt: skip
        return completion_response(message, self._usage(answer, content), limit.finish_reason)

    def chunks(self, events: Iterator[Event]) -> Iterator[str]:
        """The reply as server-sent events.

        They have the text as it is written, the footer, then annotations and citations.
        """
        head = _head("chat.completion.chunk")
        limit = self._limit()
        sent = shown = ""  # the answer's text, and what the client got of it

        def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
            return server_sent_event({**head, "choices": [_choice("delta", delta, finish)]})

        yield chunk({"role": "assistant", "content": ""})
        try:
            for event in events:
                if isinstance(event, TextDelta) and not self._request.writes_json:
                    # Two adjacent pieces must not form markup either.
                    piece = limit.feed(neutralize_markup(sent[-1:] + event)[len(sent[-1:]) :])
                    sent += event
                elif isinstance(event, Answer):
                    rest = json_answer(event) if self._request.writes_json else closing_text(sent, event)
                    piece = limit.feed(neutralize_markup(rest), is_last=True)
                else:
                    continue
                shown += piece
                if piece:
                    yield chunk({"content": piece})
                if isinstance(event, Answer):
                    last = {"annotations": self._annotations(shown, event), **_structured(event)}
                    yield chunk(last, limit.finish_reason)
                    if self._request.include_usage:
                        yield server_sent_event({**head, "choices": [], "usage": self._usage(event, shown)})
        except Exception as error:  # noqa: BLE001
            yield server_sent_event(json.loads(bytes(failure_response(error).body)))
        yield "data: [DONE]\n\n"

    # -- inside -------------------------------------------------------------------------------------------------------

    def _limit(self) -> OutputLimit:
        return OutputLimit(self._request.token_limit, self._request.stops)

    def _content(self, answer: Answer) -> str:
        return json_answer(answer) if self._request.writes_json else str(answer)

    def _annotations(self, content: str, answer: Answer) -> list[dict[str, Any]]:
        """A URL citation for each marker of the answer's text in `content`."""
        if self._request.writes_json:
            return []
        start = max((match.end() for match in re.finditer(SUPERSEDED_PATTERN, content)), default=0)
        end = start + len(neutralize_markup(answer.text))
        citations = {citation.number: citation for citation in answer.citations}
        return [
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": start + marker_start, "end_index": start + marker_end,
                    "title": citation.article.title,
                    "url": citation.article.url or self._article_address(citation.article.id),
                },
            }
            for marker_start, marker_end, numbers in marker_spans(content[start:end])
            for number in numbers
            if (citation := citations.get(number))
        ]  # fmt: skip

    def _usage(self, answer: Answer, content: str) -> dict[str, int]:
        """The language model's tokens.

        For an answer of quotes, they are those of the request and of the reply.
        """
        if answer.usage:
            return _usage(answer.usage.prompt_tokens, answer.usage.completion_tokens)
        return _usage(sum(count_tokens(message.text) for message in self._request.messages), count_tokens(content))


def text_completion(request: ChatRequest, text: str) -> Response:
    """The reply `text`, which is no answer from the articles."""
    usage = _usage(sum(count_tokens(message.text) for message in request.messages), count_tokens(text))
    return completion_response({"role": "assistant", "content": text, "refusal": None}, usage)


def text_chunks(request: ChatRequest, text: str) -> Iterator[str]:
    """The same as a stream."""
    head = _head("chat.completion.chunk")
    yield server_sent_event({**head, "choices": [_choice("delta", {"role": "assistant", "content": text}, None)]})
    yield server_sent_event({**head, "choices": [_choice("delta", {}, "stop")]})
    if request.include_usage:
        usage = _usage(sum(count_tokens(message.text) for message in request.messages), count_tokens(text))
        yield server_sent_event({**head, "choices": [], "usage": usage})
    yield "data: [DONE]\n\n"


def completion_response(message: dict[str, Any], usage: dict[str, int], finish: str = "stop") -> Response:
    """A completion with one choice."""
    return JSONResponse({**_head("chat.completion"), "choices": [_choice("message", message, finish)], "usage": usage})


def neutralize_markup(text: str) -> str:
    """`text` without working links, images and tags.

    A client may render Markdown or HTML, so a word joiner (U+2060) is inserted after each character that would begin
    markup.
    """
    return re.sub(r"\](?=\()|!(?=\[)|<(?=[A-Za-z/!])", lambda match: match[0] + "\u2060", text)


def _structured(answer: Answer) -> dict[str, Any]:
    return {"citations": [citation.to_dict() for citation in answer.citations], "answer": answer.to_dict()}


def _choice(name: str, content: dict[str, Any], finish: str | None) -> dict[str, Any]:
    return {"index": 0, name: content, "finish_reason": finish, "logprobs": None}


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}
