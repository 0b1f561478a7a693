"""The tab for the server's owner: who writes, what is followed, the library.

It is laid out only where rag.ui.owner.access.has_owner_page says so: elsewhere the page has none of its functions.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

import gradio as gr
from fastapi.concurrency import iterate_in_threadpool

from rag.admission import AdmissionControl
from rag.engine import QueryEngine
from rag.ui.owner.owner_requests import OwnerMessage, OwnerRequests
from rag.ui.owner.writers import questions_at_once
from rag.ui.static_files import STATIC


def owner_tab(
    engine: QueryEngine, admission: AdmissionControl, scripts: str, payload_of: Callable[[gr.EventData], Any]
) -> None:
    """Lays the tab out inside the Blocks that are open.

    `scripts` are the script tags for the head of its component, `payload_of` gives what the browser sent with an event.
    """
    requests = OwnerRequests(engine)

    def show(_: Any, request: gr.Request) -> Any:
        return requests.show(request.headers)

    tab = gr.HTML(
        {},
        html_template=(STATIC / "owner.html").read_text(encoding="utf-8"),
        head=scripts,
        js_on_load="commentary.owner(element, props, trigger, server, watch)",
        server_functions=[show],
        apply_default_css=False,
        elem_id="owner",
    )

    async def act(event: gr.EventData, request: gr.Request) -> AsyncIterator[OwnerMessage]:
        async for message in iterate_in_threadpool(requests.act(payload_of(event), request.headers)):
            yield message
        # A language model answers more questions at the same time than quotes.
        admission.resize(questions_at_once(engine.writer))

    acting = tab.submit(
        act, None, tab, api_visibility="private", show_progress="hidden", trigger_mode="multiple",
        concurrency_limit=None,
    )  # fmt: skip
    acting.failure(None, None, None, js="() => commentary.ownerLost()", api_visibility="private")
