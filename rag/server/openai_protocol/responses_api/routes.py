"""The routes of Responses: create one, fetch it, forget it."""

from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse

from rag.engine import QueryEngine
from rag.errors import RagError
from rag.interrupts.cancellation import Cancellation
from rag.server.openai_protocol.answer_response import question_events, turns_of
from rag.server.openai_protocol.answer_text import AnswerText, article_addresses
from rag.server.openai_protocol.chat_request import ChatRequest
from rag.server.openai_protocol.front_end_tasks import task_reply
from rag.server.openai_protocol.guarded_routes import GuardedRoutes, ProtocolError, parsed_body
from rag.server.openai_protocol.responses_api.reply import ResponsesReply
from rag.server.openai_protocol.responses_api.request import ResponsesRequest
from rag.server.openai_protocol.responses_api.store import ResponseStore, StoredResponse
from rag.server.responses import SlotResponse
from rag.types.answer import Answer, Event, Turn
from rag.types.question import MAX_TURNS, bounded_turns, check_question_length

EVENT_STREAM = "text/event-stream"


def add_responses_routes(guarded: GuardedRoutes, engine: QueryEngine) -> None:
    """Adds the routes, which share one store."""
    store = ResponseStore()

    @guarded.route("/responses", ["POST"])
    async def create_response(request: Request) -> Response:
        responses_request = await parsed_body(request, ResponsesRequest)
        chat_request = responses_request.chat_request()
        before = _turns_before(store, responses_request)
        conversation = [*before, *turns_of(chat_request.turns[:-1])][-MAX_TURNS:]
        question = chat_request.turns[-1].text
        _check_length(engine, responses_request, chat_request)

        def keep(document: dict[str, Any], answer: Answer | None) -> None:
            if not responses_request.is_stored:
                return
            turn = Turn(answer.standalone_question, answer.text) if answer else None
            turns = [*conversation, *([turn] if turn else [])]
            bound = engine.settings.max_question_characters
            store.put(StoredResponse(document, bounded_turns(turns, bound)))

        answer_text = AnswerText(chat_request, article_addresses(str(request.base_url)))
        reply = ResponsesReply(responses_request, answer_text, keep)
        asked = [turn.question for turn in before]
        asked += [message.text for message in chat_request.turns[:-1] if message.role == "user"]
        if (text := task_reply(question, asked)) is not None:
            if responses_request.stream:
                return StreamingResponse(reply.text_events(chat_request, text), media_type=EVENT_STREAM)
            return JSONResponse(reply.text_document(chat_request, text))

        async def respond(cancellation: Cancellation) -> Response:
            events = question_events(engine, chat_request, conversation, cancellation)
            return await _responded(reply, events, is_stream=bool(responses_request.stream))

        return SlotResponse(await guarded.slot(), respond)

    @guarded.route("/responses/{response_id}", ["GET"])
    async def get_response(request: Request) -> Response:
        response_id = request.path_params["response_id"]
        if request.query_params.get("stream", "").casefold() == "true":
            raise ProtocolError("a stored response is one document; leave stream out", "stream")
        if (stored := store.get(response_id)) is None:
            raise _not_kept(response_id)
        return JSONResponse(stored.document)

    @guarded.route("/responses/{response_id}", ["DELETE"])
    async def delete_response(request: Request) -> Response:
        response_id = request.path_params["response_id"]
        if not store.delete(response_id):
            raise _not_kept(response_id)
        return JSONResponse({"id": response_id, "object": "response", "deleted": True})


async def _responded(reply: ResponsesReply, events: Iterator[Event], *, is_stream: bool) -> Response:
    if is_stream:
        return StreamingResponse(reply.events(events), media_type=EVENT_STREAM)
    return await run_in_threadpool(reply.document, events)


def _turns_before(store: ResponseStore, request: ResponsesRequest) -> tuple[Turn, ...]:
    """The conversation that the request continues."""
    if request.previous_response_id is None:
        return ()
    stored = store.get(request.previous_response_id)
    if stored is None:
        raise ProtocolError(
            f"there is no response {request.previous_response_id[:100]!r} (any more); send the conversation as input",
            "previous_response_id",
            code="previous_response_not_found",
        )
    return stored.turns


def _check_length(engine: QueryEngine, request: ResponsesRequest, chat_request: ChatRequest) -> None:
    try:
        check_question_length(chat_request.turns[-1].text, engine.settings.max_question_characters)
    except RagError as error:
        parameter = request.parameter(chat_request.question_parameter())
        raise ProtocolError(str(error), parameter, code="string_above_max_length") from None


def _not_kept(response_id: str) -> ProtocolError:
    return ProtocolError(f"there is no response {response_id[:100]!r} (any more)", status=404, code="not_found")
