"""The response with the answer to the conversation that a client sends."""

import re
from collections.abc import Iterator

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

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


async def respond(
    engine: QueryEngine, chat_request: ChatRequest, reply: ChatReply, cancellation: Cancellation
) -> Response:
    """The response with the answer to `chat_request`, whole or as a stream."""
    *earlier, _ = chat_request.turns
    events = question_events(engine, chat_request, turns_of(earlier), cancellation)
    if chat_request.stream:
        return StreamingResponse(reply.chunks(events), media_type="text/event-stream")
    return await run_in_threadpool(reply.completion, events)


def question_events(
    engine: QueryEngine, chat_request: ChatRequest, turns: list[Turn], cancellation: Cancellation
) -> Iterator[Event]:
    """The events of the question that the request's last message asks, after `turns`."""
    question = chat_request.turns[-1].text
    return engine.events(question, turns=turns, cancellation=cancellation, **chat_request.options)


def turns_of(messages: list[Message]) -> list[Turn]:
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
