"""The functions that the page publishes to programs: `ask` streams.

Gradio runs them, so this module imports it. A call ends when its caller has gone.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import gradio as gr
from fastapi.concurrency import iterate_in_threadpool, run_in_threadpool
from gradio.context import LocalContext
from gradio.events import api

from rag.admission import AdmissionControl, Slot
from rag.engine import QueryEngine
from rag.errors import RagError
from rag.interrupts.cancellation import Cancellation
from rag.types.answer import Answer, AnswerStep, Event
from rag.types.question import check_question_length
from rag.ui.requests.replies import user_message

# Seconds that a question continues after its page was closed.
CLIENT_POLL_SECONDS = 0.25
# Between two results that say how an answer grows.
RESULT_SECONDS = 0.1


@asynccontextmanager
async def cancelled_with_client() -> AsyncIterator[Cancellation]:
    """The cancellation of the call that Gradio runs.

    It is cancelled when the caller's stream of events breaks off, and when the block is left. Gradio itself reacts to
    the broken stream only after the call's next message, which may take a minute with a language model.
    """
    cancellation = Cancellation()
    blocks, event_id = LocalContext.blocks.get(None), LocalContext.event_id.get(None)
    event = blocks._queue.event_ids_to_events.get(event_id) if blocks and event_id else None

    async def watch() -> None:
        while event is not None and event.alive:
            await asyncio.sleep(CLIENT_POLL_SECONDS)
        if event is not None:
            cancellation.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield cancellation
    finally:
        cancellation.cancel()
        watching.cancel()


def publish_functions(engine: QueryEngine, admission: AdmissionControl) -> None:
    """Publishes `ask` and `search` to programs.

    Their docstrings are shown to those who write one.
    """

    async def admitted(question: str) -> Slot:
        """A slot for the question.

        A question that is too long is refused before it waits for a slot.
        """
        try:
            check_question_length(question, engine.settings.max_question_characters)
        except RagError:
            admission.cancel_reservation()
            raise
        return await admission.acquire(reserved=True)

    async def ask(
        question: str,
        author: str | None = None,
        source: str | None = None,
        topic: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        """Answers a question from the articles.

        Every sentence of the answer has a verdict and cites the quotes that support it. While the answer is made, the
        results are its step and its text so far; the last result is the answer.

        Args:
            question: The question.
            author: Only articles by this author.
            source: Only articles of this publication.
            topic: Only articles on this topic.
            since: Only articles of this day or later, as 2024-06-30.
            until: Only articles of this day or earlier, as 2024-06-30.
        """
        try:
            async with cancelled_with_client() as cancellation:
                with await admitted(question):
                    events = engine.events(
                        question, cancellation=cancellation,
                        author=author, source=source, topic=topic, since=since, until=until,
                    )  # fmt: skip
                    async for result in _results(iterate_in_threadpool(events)):
                        yield result
        except Exception as error:  # noqa: BLE001 - it goes to the log and to the caller
            raise gr.Error(user_message(error), print_exception=False) from None

    async def search(
        query: str,
        k: int = 10,
        author: str | None = None,
        source: str | None = None,
        topic: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> list[dict[str, Any]]:
        """Finds the passages that are most relevant to a query, best first.

        Args:
            query: The words to search for.
            k: How many passages, at most 100.
            author: Only articles by this author.
            source: Only articles of this publication.
            topic: Only articles on this topic.
            since: Only articles of this day or later, as 2024-06-30.
            until: Only articles of this day or earlier, as 2024-06-30.
        """
        try:
            if not isinstance(k, int | float) or k != k:  # Python's JSON parser accepts NaN
                raise RagError("k is how many passages: a number from 1 to 100")
            limit = int(max(1, min(100, k)))
            with await admitted(query):
                passages = await run_in_threadpool(
                    engine.search, query, k=limit, author=author, source=source, topic=topic, since=since, until=until
                )
                return [passage.to_dict() for passage in passages]
        except Exception as error:  # noqa: BLE001 - it goes to the log and to the caller
            raise gr.Error(user_message(error), print_exception=False) from None

    # Gradio describes each result by this type.
    ask.__annotations__["return"] = dict[str, Any]
    api(ask, api_name="ask", concurrency_limit=None)
    api(search, api_name="search", concurrency_limit=None)


async def _results(events: AsyncIterator[Event]) -> AsyncIterator[dict[str, Any]]:
    """What the caller gets: each step, the text so far, the answer.

    The text comes every RESULT_SECONDS.
    """
    step, text, sent = "", "", 0.0
    async for event in events:
        if isinstance(event, Answer):
            yield event.to_dict()
            continue
        if isinstance(event, AnswerStep):
            step = str(event)
        else:
            text += event
        if isinstance(event, AnswerStep) or time.monotonic() - sent >= RESULT_SECONDS:
            sent = time.monotonic()
            yield {"step": step, "answer": text}
