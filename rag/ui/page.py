"""The page: a conversation with its sources in sight, the articles, the newest eval report.

It only lays out and connects; what an answer looks like is decided in rag.ui.render, what is said by rag.ui.handlers,
and no text reaches the page without them. What happens in the browser alone is in page.js and reader.js.
"""

import hashlib
import hmac
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from fastapi.concurrency import iterate_in_threadpool, run_in_threadpool
from fastapi.responses import FileResponse
from gradio import processing_utils
from gradio.events import api

from rag.engine import QueryEngine
from rag.errors import RagError, ServerBusy, SettingsError
from rag.places import Places
from rag.settings import Settings
from rag.ui.corpus_tab import corpus_tab
from rag.ui.handlers import Handlers, explained, functions

HERE = Path(__file__).parent
SCRIPTS = ("store.js", "reader.js", "filters.js", "turns.js", "page.js", "corpus.js")
SYSTEM = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
_MASTHEAD = (
    '<header class="masthead"><h1>Commentary</h1>'
    "<p>Answers from the articles, each sentence with the words that bear it out</p></header>"
)
STYLE = "style.css"
# Gradio's threads and jobs beyond those of questions: pages that open, articles read, articles added.
OTHER_JOBS = 24
# Gradio keeps something of every caller, a program's every call included; nothing here needs it, and at its own 10,000
# it is the server's memory.
CALLERS_KEPT = 100
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


def mount_page(app: FastAPI, engine: QueryEngine, places: Places, *, mcp: bool = False) -> FastAPI:
    """`app` with the page at /, whose questions take `places`. Gradio serves no file but its own and shares nothing."""
    if mcp:
        _need_mcp()
    blocks = _layout(engine, places)
    blocks.max_threads = places.most + OTHER_JOBS
    blocks.state_session_capacity = CALLERS_KEPT
    blocks.queue(max_size=64, default_concurrency_limit=8)
    for name in (*SCRIPTS, STYLE):
        app.get(f"/page/{name}", include_in_schema=False)(_file(HERE / name))
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
        theme=gr.themes.Base(font=SYSTEM, font_mono=MONO),
        head=_style(),
    )
    return mounted


def _layout(engine: QueryEngine, places: Places) -> Any:
    handlers = Handlers(engine)
    with gr.Blocks(title="Commentary", analytics_enabled=False, delete_cache=(3600, 3600), fill_width=True) as blocks:
        gr.HTML(_MASTHEAD, apply_default_css=False, elem_id="masthead")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", id="ask"):
                _conversation(handlers, places)
            with gr.Tab("Articles", id="articles"):
                corpus_tab(engine, handlers, scripts())
            with gr.Tab("Evals", id="evals"):
                # Not by an event of the page's loading: Gradio would end the stream that brings what it asked for
                # under a question that is asked meanwhile.
                gr.HTML(
                    {},
                    html_template='<div class="newest-report"></div>',
                    head=scripts(),
                    js_on_load="commentary.report(element, server)",
                    server_functions=functions(handlers.report),
                    apply_default_css=False,
                    elem_id="evals",
                )
        _interface(engine, places)
    # Mounted and not launched, Gradio would take any file of this machine for one that its visitor has uploaded.
    blocks.has_launched = True
    return blocks


def _conversation(handlers: Handlers, places: Places) -> None:
    talk = gr.HTML(
        {},
        html_template=(HERE / "conversation.html").read_text(encoding="utf-8"),
        head=scripts(),
        js_on_load="commentary.conversation(element, props, trigger, server, watch)",
        server_functions=functions(handlers.start, handlers.restore, handlers.export, handlers.read, handlers.rate),
        apply_default_css=False,
        elem_id="conversation",
    )

    async def turn(event: gr.EventData) -> AsyncIterator[dict[str, Any]]:
        try:
            place = await places.take()
        except ServerBusy as busy:
            yield handlers.refused(event._data, busy)
            return
        with place:
            async for said in iterate_in_threadpool(handlers.ask(event._data)):
                yield said

    # Gradio counts nobody here: the places do, for whoever asks in whichever way.
    asking = talk.submit(
        turn, None, talk, api_visibility="private", show_progress="hidden", trigger_mode="multiple",
        concurrency_limit=None,
    )  # fmt: skip
    talk.stop(None, None, None, cancels=[asking], api_visibility="private")
    # A full queue, a server that went away: nothing above was run, and the page has to be told.
    asking.failure(None, None, None, js="() => commentary.lost()", api_visibility="private")


def _interface(engine: QueryEngine, places: Places) -> None:
    """What programs and language models may call: two functions, each with what it takes and gives."""

    async def ask(
        question: str,
        author: str | None = None,
        source: str | None = None,
        topic: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> dict[str, Any]:
        """Answers a question from the articles, every sentence with the quotes that bear it out and a verdict on it.

        Args:
            question: What is asked.
            author: Only articles by this author.
            source: Only articles of this publication.
            topic: Only articles on this topic.
            since: Only articles of this day or later, as 2024-06-30.
            until: Only articles of this day or earlier, as 2024-06-30.
        """
        try:
            with await places.take(announced=True):
                answer = await run_in_threadpool(
                    engine.ask, question, author=author, source=source, topic=topic, since=since, until=until
                )
                return answer.to_dict()
        except Exception as error:  # noqa: BLE001 - it goes to the log and to the caller
            raise gr.Error(explained(error), print_exception=False) from None

    async def search(
        query: str,
        k: int = 10,
        author: str | None = None,
        source: str | None = None,
        topic: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> list[dict[str, Any]]:
        """Finds the passages of the articles that bear most on a query, best first.

        Args:
            query: What is sought.
            k: How many passages, at most 100.
            author: Only articles by this author.
            source: Only articles of this publication.
            topic: Only articles on this topic.
            since: Only articles of this day or later, as 2024-06-30.
            until: Only articles of this day or earlier, as 2024-06-30.
        """
        try:
            if not isinstance(k, int | float) or k != k:  # JSON as Python reads it has NaN
                raise RagError("k is how many passages: a number from 1 to 100")
            some = int(max(1, min(100, k)))
            with await places.take(announced=True):
                found = await run_in_threadpool(
                    engine.search, query, k=some, author=author, source=source, topic=topic, since=since, until=until
                )
                return [passage.to_dict() for passage in found]
        except Exception as error:  # noqa: BLE001 - it goes to the log and to the caller
            raise gr.Error(explained(error), print_exception=False) from None

    api(ask, api_name="ask", concurrency_limit=None)
    api(search, api_name="search", concurrency_limit=None)


async def _fetched_by_gradio(*_: Any, **__: Any) -> str:
    """Gradio would fetch a file that a visitor names by its address, of any size; only `rag.readers.web` fetches."""
    raise gr.Error("a file is uploaded, and not named by its address", print_exception=False)


processing_utils.async_ssrf_protected_download = _fetched_by_gradio


def _login(settings: Settings) -> Any:
    if settings.api_key is None:
        return None
    key = settings.api_key.get_secret_value().strip().encode()

    def is_let_in(_name: str, password: str) -> bool:
        return hmac.compare_digest(password.strip().encode("utf-8", "replace"), key)

    return is_let_in


def _need_mcp() -> None:
    if find_spec("mcp") is None:  # Gradio would go on without, and say so in its log alone
        raise SettingsError("--mcp needs more packages; install them with: pip install 'commentary-rag[mcp]'")


def _style() -> str:
    """The style sheet, from this server and as a file of its own: Gradio rewrites the selectors of a style sheet that
    it is handed, and takes `:is(a, b)` apart at its comma."""
    return f'<link rel="stylesheet" href="page/{STYLE}?{_digest(HERE / STYLE)}">'


def scripts() -> str:
    """The scripts, in their order. For a component's own head, which is waited for; the page's is not."""
    return "".join(f'<script src="page/{name}?{_digest(HERE / name)}"></script>' for name in SCRIPTS)


def _file(path: Path) -> Any:
    kind = "text/css" if path.suffix == ".css" else "text/javascript"

    def file() -> FileResponse:
        return FileResponse(path, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})

    return file


def _digest(path: Path) -> str:
    """Part of the address: a new version is another address, so that the old one may be kept by browsers for good."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
