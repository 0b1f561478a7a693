"""The tab of the articles: the table, and, unless the library is read-only, the ways to add to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from rag.engine import QueryEngine
from rag.readers.files import SUFFIXES
from rag.ui import adding
from rag.ui.handlers import Handlers, functions

_TABLE = """
<div class="catalogue-top"><label for="catalogue-search" class="unseen">Search the articles</label>
<input id="catalogue-search" type="search" placeholder="Search title, author, publication, topic" autocomplete="off">
</div>
<p class="unseen found" role="status"></p>
<div class="catalogue-rows"></div>
<dialog class="confirm" aria-labelledby="confirm-title"><h2 id="confirm-title">Remove this article?</h2>
<p class="what"></p><p>It is taken out of the library, and answers will no longer draw on it.</p>
<div class="choices"><button type="button" class="quiet cancel">Keep it</button>
<button type="button" class="danger really">Remove it</button></div></dialog>
"""


def corpus_tab(engine: QueryEngine, handlers: Handlers, scripts: str) -> None:
    """Lays the tab out, inside the Blocks that are open; `scripts` is what its parts need in the page's head."""
    if not engine.settings.read_only:
        _ways_to_add(engine, scripts)
    gr.HTML(
        {},
        html_template=_TABLE,
        head=scripts,
        js_on_load="commentary.catalogue(element, server)",
        server_functions=functions(handlers.catalogue, handlers.remove),
        apply_default_css=False,
        elem_id="catalogue",
    )


def _ways_to_add(engine: QueryEngine, scripts: str) -> None:
    with gr.Accordion("Add articles", open=False, elem_id="add-articles"):
        with gr.Tabs():
            with gr.Tab("Files"):
                gr.Markdown(f"One or several: {', '.join(SUFFIXES)}")
                # What is no article is named in the results, a line for each, so Gradio need not refuse the whole lot.
                files = gr.UploadButton("Choose files", file_count="multiple", variant="primary")
            with gr.Tab("Paste"):
                text = gr.Textbox(
                    label="Text; its first line is the title unless you name one", lines=6, max_lines=14,
                    max_length=1_000_000,
                )  # fmt: skip
                with gr.Row():
                    title, author = (
                        gr.Textbox(label="Title", max_length=500),
                        gr.Textbox(label="Author", max_length=500),
                    )
                    source = gr.Textbox(label="Publication", max_length=500)
                    published = gr.Textbox(label="Published", placeholder="2024-06-30", max_length=60)
                paste = gr.Button("Add this text", variant="primary")
            with gr.Tab("Web address"):
                address = gr.Textbox(
                    label="Address of an article or a feed", placeholder="https://example.org/essay", max_length=2_000
                )
                fetch = gr.Button("Fetch and add", variant="primary")
        results = gr.HTML(
            "",
            head=scripts,
            js_on_load="commentary.results(element, watch)",
            apply_default_css=False,
            elem_id="added",
        )

    def add_files(paths: list[str] | None) -> Iterator[tuple[Any, Any]]:
        # Whatever a visitor names: read, and taken away after it, is what lies among the uploads.
        here = Path(get_upload_folder()).resolve()
        sent = [path for path in paths or [] if Path(path).resolve().is_relative_to(here)]
        yield from _shown(adding.uploaded(engine, sent), gr.skip(), None)

    def add_text(*fields: str) -> Iterator[tuple[Any, Any]]:
        yield from _shown(adding.pasted(engine, *(field or "" for field in fields)), gr.skip(), "")

    def add_address(where: str) -> Iterator[tuple[Any, Any]]:
        yield from _shown(adding.fetched(engine, where or ""), gr.skip(), "")

    # One at a time: there is one writer, and the second would wait for its lock with a visitor's patience.
    private: dict[str, Any] = {
        "api_visibility": "private", "show_progress": "hidden", "concurrency_id": "adding", "concurrency_limit": 1,
    }  # fmt: skip
    files.upload(add_files, files, [results, files], **private)
    paste.click(add_text, [text, title, author, source, published], [results, text], **private)
    gr.on([fetch.click, address.submit], add_address, address, [results, address], **private)


def _shown(pieces: Iterator[str], meanwhile: Any, at_last: Any) -> Iterator[tuple[Any, Any]]:
    """Each piece of HTML beside what the input is to hold: as it is while adding, and emptied at the end."""
    last = ""
    try:
        for piece in pieces:
            last = piece
            yield piece, meanwhile
    except Exception as error:  # noqa: BLE001 - after a raise Gradio would run nothing more
        last = adding.refused_html(error)
    yield last, at_last
