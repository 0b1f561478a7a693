"""The response with an answer.

The answer is computed while the response holds a slot. Its work ends when the client goes away.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from rag.admission import Slot
from rag.answering.streaming import SUPERSEDED_PATTERN
from rag.engine import QueryEngine
from rag.interrupts.cancellation import Cancellation
from rag.server.openai_protocol.chat_request import ChatRequest, Message
from rag.server.openai_protocol.replies import ChatReply
from rag.types.answer import Event, Turn
from rag.types.question import MAX_TURNS

# The beginning of the footer in an answer of this server that a client sends back with the conversation: the sources,
# or another part of Answer.footer if there are none.
_FOOTER = re.compile(
    r"\n\n(?:\[1\] |Also on this: |Understood as: |Searched: |Corrected: |Newest article: ).*", re.DOTALL
)


class AnswerResponse(Response):
    """The response with the answer to `chat_request`.

    When the client disconnects, the work stops and the slot is released.
    """

    def __init__(self, slot: Slot, engine: QueryEngine, chat_request: ChatRequest, reply: ChatReply) -> None:
        super().__init__()
        self._slot, self._engine, self._request, self._reply = slot, engine, chat_request, reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._slot:
            if await Request(scope, receive).is_disconnected():
                return
            cancellation, is_gone = Cancellation(), asyncio.Event()
            watch = asyncio.create_task(_watch_client(receive, cancellation, is_gone))
            try:
                events = _events(self._engine, self._request, cancellation)
                if self._request.stream:
                    chunks = self._reply.chunks(events)
                    response: Response = StreamingResponse(chunks, media_type="text/event-stream")
                else:
                    response = await run_in_threadpool(self._reply.completion, events)
                await response(scope, _receive_disconnect(is_gone), send)
            finally:
                cancellation.cancel()
                watch.cancel()


async def _watch_client(receive: Receive, cancellation: Cancellation, is_gone: asyncio.Event) -> None:
    """Cancels the work when the client disconnects after its request was read."""
    while (await receive())["type"] != "http.disconnect":
        pass
    cancellation.cancel()
    is_gone.set()


def _receive_disconnect(is_gone: asyncio.Event) -> Receive:
    """The `receive` of a response: returns the disconnect message.

    A server sends this message to one receiver only, which is `_watch_client`.
    """

    async def receive() -> dict[str, Any]:
        await is_gone.wait()
        return {"type": "http.disconnect"}

    return receive


def _events(engine: QueryEngine, chat_request: ChatRequest, cancellation: Cancellation) -> Iterator[Event]:
    *earlier, last = chat_request.turns
    return engine.events(last.text, turns=_turns(earlier), cancellation=cancellation, **chat_request.options)


def _turns(messages: list[Message]) -> list[Turn]:
    """The last of the earlier turns, each question as it was typed.

    The engine rewrites them as standalone questions by rule. A language model's rewrites, which the page sends back,
    are lost here, because the protocol has no field for them.
    """
    sent: list[Turn] = []
    question = ""
    for message in messages:
        if message.role == "user":
            question = message.text
        elif message.role == "assistant" and question.strip():
            sent.append(Turn(question, message.text))
            question = ""
    # The draft comes before the final text, so the final text is extracted before the engine shortens the turn.
    return [Turn(turn.question, _final_text(turn.answer)) for turn in sent[-MAX_TURNS:]]


def _final_text(answer: str) -> str:
    """The text of an earlier answer, without a superseded draft and the footer."""
    return _FOOTER.sub("", re.split(SUPERSEDED_PATTERN, answer)[-1])
