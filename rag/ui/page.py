"""The Gradio page: conversation with sources, articles, newest eval report.

It lays the components out and connects them. rag.ui.handlers decides which data the page gets, rag.ui.render_answer how
an answer looks; no text reaches the page without them. The code that runs in the browser is in static/*.js. Nothing
here changes Gradio itself, so other Gradio apps in the process are not affected.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from fastapi.concurrency import iterate_in_threadpool, run_in_threadpool
from fastapi.responses import FileResponse
from gradio.context import LocalContext
from gradio.events import api
from gradio_client import utils as client_utils

from rag.admission import AdmissionControl, Slot
from rag.answering.streaming import final_answer
from rag.engine import QueryEngine
from rag.errors import RagError, ServerBusy, SettingsError
from rag.interrupts.cancellation import Cancellation
from rag.settings import Settings
from rag.types.question import check_question_length
from rag.ui.articles_tab import articles_tab
from rag.ui.handlers import PageHandlers, as_functions, user_message
from rag.ui.payloads import TurnMessage

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("store.js", "reader.js", "filters.js", "turns.js", "cite.js", "page.js", "articles.js")
SANS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
_MASTHEAD = (
    '<header class="masthead"><h1>Commentary</h1>'
    "<p>Answers from the articles; every sentence cites the words that support it</p></header>"
)
STYLE = "style.css"
# Gradio's threads for requests other than questions: opening pages, reading articles, adding articles.
OTHER_THREADS = 24
# Gradio keeps a state for every caller, and for each call of a program. The page does not need it, and with Gradio's
# default of 10,000 states it fills the server's memory.
MAX_SESSIONS = 100
# Seconds that a question continues after its page was closed.
CLIENT_POLL_SECONDS = 0.25
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


class PageBlocks(gr.Blocks):
    """Gradio's Blocks with the page's limits.

    This class, `event_payload` and `cancelled_with_client` are the only places that use undocumented parts of Gradio.
    Because of these pyproject.toml admits one minor version of Gradio; tests/ui/test_page.py fails first if one of them
    changes.
    """

    def restrict(self, question_slots: int) -> None:
        """Sets what `launch()` would set: a mounted page is not launched."""
        # Otherwise Gradio accepts any file of this machine as an upload of the visitor.
        self.has_launched = True
        self.max_threads = question_slots + OTHER_THREADS
        self.state_session_capacity = MAX_SESSIONS

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any) -> Any:
        """Refuses a file that a visitor names by its web address.

        Gradio would download a file of any size; only `rag.readers.fetch` may download.
        """
        client_utils.traverse(inputs, _refuse_web_address, client_utils.is_file_obj_with_meta)
        return await super().preprocess_data(block_fn, inputs, *rest, **named)


def event_payload(event: gr.EventData) -> Any:
    """The data that the browser sent with an event.

    `EventData` gives public access to its single fields only.
    """
    return event._data


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


def mount_page(app: FastAPI, engine: QueryEngine, admission: AdmissionControl, *, mcp: bool = False) -> FastAPI:
    """Mounts the page at / of `app` and returns `app`.

    Each question takes a slot of `admission`. Gradio serves only its own files and does not share the page publicly.
    Raises SettingsError when `mcp` needs packages that are not installed.
    """
    if mcp:
        _require_mcp()
    blocks = _layout(engine, admission)
    blocks.restrict(question_slots=admission.capacity)
    blocks.queue(max_size=64, default_concurrency_limit=8)
    for name in (*SCRIPTS, STYLE):
        app.get(f"/page/{name}", include_in_schema=False)(_file_route(STATIC / name))
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        auth=_login(engine.settings),
        auth_message="Any name will do; the password is the key that you were given.",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=int(engine.settings.max_file_mb * 1_000_000),
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=mcp,
        theme=gr.themes.Base(font=SANS, font_mono=MONO),
        head=_style_tag(),
    )
    return mounted


def _layout(engine: QueryEngine, admission: AdmissionControl) -> PageBlocks:
    handlers = PageHandlers(engine)
    blocks = PageBlocks(title="Commentary", analytics_enabled=False, delete_cache=(3600, 3600), fill_width=True)
    with blocks:
        gr.HTML(_MASTHEAD, apply_default_css=False, elem_id="masthead")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", id="ask"):
                _conversation(handlers, admission)
            with gr.Tab("Articles", id="articles"):
                articles_tab(engine, handlers, script_tags())
            with gr.Tab("Evals", id="evals"):
                # This is a server function and not an event of loading the page: such an event would end the stream of
                # a question that is asked meanwhile.
                gr.HTML(
                    {},
                    html_template='<div class="newest-report"></div>',
                    head=script_tags(),
                    js_on_load="commentary.report(element, server)",
                    server_functions=as_functions(handlers.report),
                    apply_default_css=False,
                    elem_id="evals",
                )
        _publish_functions(engine, admission)
    return blocks


def _conversation(handlers: PageHandlers, admission: AdmissionControl) -> None:
    talk = gr.HTML(
        {},
        html_template=(STATIC / "conversation.html").read_text(encoding="utf-8"),
        head=script_tags(),
        js_on_load="commentary.conversation(element, props, trigger, server, watch)",
        server_functions=as_functions(
            handlers.start, handlers.restore, handlers.export, handlers.read, handlers.rate, handlers.cite
        ),
        apply_default_css=False,
        elem_id="conversation",
    )

    async def turn(event: gr.EventData) -> AsyncIterator[TurnMessage]:
        payload = event_payload(event)
        if refusal := handlers.refusal(payload):
            yield refusal
            return
        async with cancelled_with_client() as cancellation:
            try:
                slot = await admission.acquire()
            except ServerBusy as busy:
                yield handlers.refused(payload, busy)
                return
            with slot:
                async for message in iterate_in_threadpool(handlers.ask(payload, cancellation)):
                    yield message

    # No limit by Gradio: the admission control limits the questions of the page, of programs and of /v1 together.
    asking = talk.submit(
        turn, None, talk, api_visibility="private", show_progress="hidden", trigger_mode="multiple",
        concurrency_limit=None,
    )  # fmt: skip
    talk.stop(None, None, None, cancels=[asking], api_visibility="private")
    # If the queue is full or the server is lost, no step above runs, so the page has to be informed.
    asking.failure(None, None, None, js="() => commentary.lost()", api_visibility="private")


def _publish_functions(engine: QueryEngine, admission: AdmissionControl) -> None:
    """Publishes `ask` and `search` to programs and, over MCP, to language models.

    Their docstrings are what a language model reads of them.
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
    ) -> dict[str, Any]:
        """Answers a question from the articles.

        Every sentence of the answer has a verdict and cites the quotes that support it.

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
                    answer = await run_in_threadpool(final_answer, events)
                    return answer.to_dict()
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

    api(ask, api_name="ask", concurrency_limit=None)
    api(search, api_name="search", concurrency_limit=None)


def _refuse_web_address(file: dict[str, Any]) -> dict[str, Any]:
    if client_utils.is_http_url_like(file.get("path")):
        raise gr.Error("a file is uploaded, and not named by its address", print_exception=False)
    return file


def _login(settings: Settings) -> Any:
    if settings.api_key is None:
        return None
    key = settings.api_key.get_secret_value().strip().encode()

    def is_right_key(_name: str, password: str) -> bool:
        return hmac.compare_digest(password.strip().encode("utf-8", "replace"), key)

    return is_right_key


def _require_mcp() -> None:
    if find_spec("mcp") is None:  # Gradio would continue without it and only log a message
        raise SettingsError("--mcp needs more packages; install them with: pip install 'commentary-rag[mcp]'")


def _style_tag() -> str:
    """The tag of the style sheet, a file of this server.

    A file is used because Gradio rewrites the selectors of a style sheet given as text, and splits `:is(a, b)` at its
    comma.
    """
    return f'<link rel="stylesheet" href="page/{STYLE}?{_digest(STATIC / STYLE)}">'


def script_tags() -> str:
    """The script tags, in their order, for a component's head.

    Gradio waits for a component's head before it starts the component; for the page's head it does not wait.
    """
    return "".join(f'<script src="page/{name}?{_digest(STATIC / name)}"></script>' for name in SCRIPTS)


def _file_route(path: Path) -> Callable[[], FileResponse]:
    kind = "text/css" if path.suffix == ".css" else "text/javascript"

    def file() -> FileResponse:
        return FileResponse(path, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})

    return file


def _digest(path: Path) -> str:
    """The version in a file's address: browsers may cache each version for good."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
