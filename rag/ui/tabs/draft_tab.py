"""The tab that checks a draft: the text on the left, the findings on the right."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import gradio as gr
from fastapi.concurrency import iterate_in_threadpool

from rag.admission import AdmissionControl
from rag.errors import ServerBusy
from rag.ui.drafts.draft_requests import DraftMessage, DraftRequests, refused
from rag.ui.published import cancelled_with_client
from rag.ui.requests.replies import as_functions
from rag.ui.static_files import STATIC


def draft_tab(
    requests: DraftRequests,
    admission: AdmissionControl,
    scripts: str,
    payload_of: Callable[[gr.EventData], Any],
) -> None:
    """Lays the tab out inside the Blocks that are open.

    `scripts` are the script tags for the head of its component, `payload_of` gives what the browser sent with an event.
    A draft takes a slot of `admission`, as a question does.
    """
    tab = gr.HTML(
        {},
        html_template=(STATIC / "draft.html").read_text(encoding="utf-8"),
        head=scripts,
        js_on_load="commentary.draft(element, props, trigger, server, watch)",
        server_functions=as_functions(requests.restore),
        apply_default_css=False,
        elem_id="drafting",
    )

    async def check(event: gr.EventData) -> AsyncIterator[DraftMessage]:
        payload = payload_of(event)
        async with cancelled_with_client() as cancellation:
            try:
                slot = await admission.acquire()
            except ServerBusy as busy:
                yield refused(payload, busy)
                return
            with slot:
                async for message in iterate_in_threadpool(requests.check(payload, cancellation)):
                    yield message

    checking = tab.submit(
        check, None, tab, api_visibility="private", show_progress="hidden", trigger_mode="multiple",
        concurrency_limit=None,
    )  # fmt: skip
    tab.stop(None, None, None, cancels=[checking], api_visibility="private")
    checking.failure(None, None, None, js="() => commentary.draftLost()", api_visibility="private")
