"""The Gradio page: conversation, drafts, articles, and what is its owner's alone.

It lays the components out and connects them. rag.ui.handlers decides which data the page gets, rag.ui.answers how an
answer looks; no text reaches the page without them. The code that runs in the browser is in static/*.js. Nothing
here changes Gradio itself, so other Gradio apps in the process are not affected.
"""

import hmac
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr
from fastapi import FastAPI
from fastapi.concurrency import iterate_in_threadpool
from gradio.routes import App
from gradio_client import utils as client_utils

from rag.admission import AdmissionControl
from rag.engine import QueryEngine
from rag.errors import ServerBusy
from rag.settings import Settings
from rag.ui.bearer_login import BearerLogin
from rag.ui.debates.debate_requests import DebateRequests
from rag.ui.drafts.draft_requests import DraftRequests
from rag.ui.first_frame import FirstFrame
from rag.ui.handlers import PageHandlers
from rag.ui.payloads import TurnMessage
from rag.ui.published import cancelled_with_client, publish_functions
from rag.ui.requests.replies import as_functions
from rag.ui.static_files import STATIC, script_tags, serve_static_files, style_tag
from rag.ui.tabs.articles_tab import articles_tab
from rag.ui.tabs.draft_tab import draft_tab
from rag.ui.tabs.owner_tab import owner_tab

SANS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
_MASTHEAD = (
    '<header class="masthead"><h1>Commentary</h1>'
    "<p>Answers from the articles; every sentence cites the words that support it</p>"
    '<nav class="tools" aria-label="Tools"><button type="button" class="quiet open-pins">Pinboard</button>'
    '<button type="button" class="quiet open-settings">Settings</button>'
    '<button type="button" class="quiet open-help" aria-label="Keyboard shortcuts">?</button></nav></header>'
)
# Gradio's threads for requests other than questions: opening pages, reading articles, adding articles.
OTHER_THREADS = 24
# Gradio keeps a state for every caller, and for each call of a program. The page does not need it, and with Gradio's
# default of 10,000 states it fills the server's memory.
MAX_SESSIONS = 100
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


class PageBlocks(gr.Blocks):
    """Gradio's Blocks with the page's limits.

    This class, `event_payload`, `mount_page` and `rag.ui.published` are the only places that use undocumented parts of
    Gradio. Because of these pyproject.toml admits one minor version of Gradio; tests/ui/test_page.py fails first if one
    of them changes.
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


def mount_page(app: FastAPI, engine: QueryEngine, admission: AdmissionControl, *, for_owner: bool = False) -> FastAPI:
    """Mounts the page at / of `app` and returns `app`.

    Each question takes a slot of `admission`. `for_owner` is whether the page has what only its owner may use
    (rag.ui.owner.access). Gradio serves only its own files and does not share the page publicly.
    """
    blocks = _layout(engine, admission, for_owner=for_owner)
    blocks.restrict(question_slots=admission.capacity)
    blocks.queue(max_size=64, default_concurrency_limit=8)
    serve_static_files(app)
    app.add_middleware(FirstFrame)
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
        mcp_server=False,  # otherwise a variable of the environment decides
        theme=gr.themes.Base(font=SANS, font_mono=MONO).set(
            body_background_fill="#fbfaf6", body_background_fill_dark="#17181a"
        ),
        head=style_tag(),
    )
    key = engine.settings.api_key
    if key is not None:
        pages = (getattr(route, "app", None) for route in mounted.routes)
        (page,) = (page for page in pages if isinstance(page, App))
        page.add_middleware(BearerLogin, key=key, cookie=f"access-token-{page.cookie_id}", logins=page.tokens)
    return mounted


def _layout(engine: QueryEngine, admission: AdmissionControl, *, for_owner: bool) -> PageBlocks:
    handlers, debates = PageHandlers(engine), DebateRequests(engine)
    blocks = PageBlocks(title="Commentary", analytics_enabled=False, delete_cache=(3600, 3600), fill_width=True)
    with blocks:
        gr.HTML(_MASTHEAD, apply_default_css=False, elem_id="masthead")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", id="ask"):
                _conversation(handlers, debates, admission)
            with gr.Tab("Draft", id="draft"):
                draft_tab(DraftRequests(engine), admission, script_tags(), event_payload)
            with gr.Tab("Articles", id="articles"):
                articles_tab(engine, handlers, debates, script_tags())
            if for_owner:
                with gr.Tab("Evals", id="evals"):
                    _newest_report(handlers)
                with gr.Tab("Owner", id="owner-tab"):
                    owner_tab(engine, admission, script_tags(), event_payload)
        publish_functions(engine, admission)
    return blocks


def _newest_report(handlers: PageHandlers) -> None:
    # This is a server function and not an event of loading the page: such an event would end the stream of a question
    # that is asked meanwhile.
    gr.HTML(
        {},
        html_template='<div class="newest-report"></div>',
        head=script_tags(),
        js_on_load="commentary.report(element, server)",
        server_functions=as_functions(handlers.report),
        apply_default_css=False,
        elem_id="evals",
    )


def _conversation(handlers: PageHandlers, debates: DebateRequests, admission: AdmissionControl) -> None:
    talk = gr.HTML(
        {},
        html_template=(STATIC / "conversation.html").read_text(encoding="utf-8"),
        head=script_tags(),
        js_on_load="commentary.conversation(element, props, trigger, server, watch)",
        server_functions=as_functions(
            handlers.start,
            handlers.restore,
            handlers.export,
            handlers.read,
            handlers.rate,
            handlers.cite,
            handlers.offers,
            handlers.around,
            handlers.pinboard,
            handlers.shared,
            debates.debate,
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
