"""The tab of the articles: the table, and three ways to add articles.

A read-only library shows the table alone.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from rag.engine import QueryEngine
from rag.readers.formats.table import suffixes_in_words
from rag.ui.debates.debate_requests import DebateRequests
from rag.ui.handlers import PageHandlers
from rag.ui.requests.replies import as_functions
from rag.ui.tabs import add_articles

_TABLE = """
<div class="catalogue-top"><label for="catalogue-search" class="unseen">Search the articles</label>
<input id="catalogue-search" type="search" placeholder="Search title, author, publication, topic" autocomplete="off">
<label class="choose" hidden>Author <select name="author"></select></label>
<label class="choose" hidden>Topic <select name="topic"></select></label>
</div>
<details class="written"><summary>Written over time</summary><div class="written-body"></div></details>
<p class="unseen matches" role="status"></p>
<p class="no-matches" hidden>No article matches.
<button type="button" class="quiet all-articles">Show all articles</button></p>
<div class="cite-list"></div>
<div class="catalogue-rows"></div>
<dialog class="confirm" aria-labelledby="confirm-title"><h2 id="confirm-title">Remove this article?</h2>
<p class="what"></p><p>It is removed from the library, and answers no longer use it.</p>
<div class="choices"><button type="button" class="quiet cancel">Keep it</button>
<button type="button" class="danger really">Remove it</button></div></dialog>
"""


def articles_tab(engine: QueryEngine, handlers: PageHandlers, debates: DebateRequests, scripts: str) -> None:
    """Lays the tab out inside the Blocks that are open.

    `scripts` are the script tags for the heads of its components.
    """
    if not engine.settings.read_only:
        _ways_to_add(engine, scripts)
    gr.HTML(
        {},
        html_template=_TABLE,
        head=scripts,
        js_on_load="commentary.catalogue(element, server)",
        server_functions=as_functions(handlers.catalogue, handlers.remove, handlers.cite, debates.written),
        apply_default_css=False,
        elem_id="catalogue",
    )


def _ways_to_add(engine: QueryEngine, scripts: str) -> None:
    with gr.Accordion("Add articles", open=False, elem_id="add-articles"):
        with gr.Tabs():
            with gr.Tab("Files"):
                # Gradio's Markdown would load seven more files.
                gr.HTML(
                    f"<p>One or several: {escape(suffixes_in_words())}</p><p>Bookmarks, read-later lists, reference "
                    "managers and lists of feeds often have only links. Tick the box to read those pages from the web."
                    "</p>",
                    apply_default_css=False,
                    elem_id="add-files",
                )
                links = gr.Checkbox(label=add_articles.LINKS_LABEL, elem_id="add-links")
                # Any file type: the results name each file that is not an article, where Gradio would refuse all of
                # the files because of one.
                files = gr.UploadButton("Choose files", file_count="multiple", variant="primary")
            with gr.Tab("Paste"):
                text = gr.Textbox(
                    label="Text; its first line is the title unless you name one", lines=6, max_lines=14,
                    max_length=1_000_000, elem_id="add-text",
                )  # fmt: skip
                with gr.Row():
                    title, author = (
                        gr.Textbox(label="Title", max_length=500),
                        gr.Textbox(label="Author", max_length=500),
                    )
                    source = gr.Textbox(label="Publication", max_length=500)
                    published = gr.Textbox(
                        label="Published", placeholder="2024-06-30", max_length=60, elem_id="add-published"
                    )
                paste = gr.Button("Add this text", variant="primary")
            with gr.Tab("Web address"):
                address = gr.Textbox(
                    label="Address of an article or a feed",
                    placeholder="https://example.org/essay",
                    max_length=2_000,
                    elem_id="add-address",
                )
                fetch = gr.Button("Fetch and add", variant="primary")
        results = gr.HTML(
            "",
            head=scripts,
            js_on_load="commentary.results(element, watch)",
            apply_default_css=False,
            elem_id="added",
        )

    def add_files(paths: list[str] | None, follow_links: bool) -> Iterator[tuple[Any, Any]]:
        # Only files in the upload folder are read and deleted, even if a visitor names another path.
        upload_folder = Path(get_upload_folder()).resolve()
        uploads = [path for path in paths or [] if Path(path).resolve().is_relative_to(upload_folder)]
        pieces = add_articles.add_uploads(engine, uploads, follow_links=follow_links is True)
        yield from _outputs(pieces, gr.skip(), None)

    def add_text(*fields: str) -> Iterator[tuple[Any, Any]]:
        yield from _outputs(add_articles.add_pasted_text(engine, *(field or "" for field in fields)), gr.skip(), "")

    def add_address(value: str) -> Iterator[tuple[Any, Any]]:
        yield from _outputs(add_articles.add_from_web(engine, value or ""), gr.skip(), "")

    # One at a time: there is one writer, and a second would wait for the write lock while its visitor waits too.
    private: dict[str, Any] = {
        "api_visibility": "private", "show_progress": "hidden", "concurrency_id": "adding", "concurrency_limit": 1,
    }  # fmt: skip
    files.upload(add_files, [files, links], [results, files], **private)
    paste.click(add_text, [text, title, author, source, published], [results, text], **private)
    gr.on([fetch.click, address.submit], add_address, address, [results, address], **private)


def _outputs(pieces: Iterator[str], input_while_adding: Any, input_at_end: Any) -> Iterator[tuple[Any, Any]]:
    """Pairs each piece of HTML with the input's value, which is emptied at the end.

    What was typed stays where a source was not added, so that it can be mended.
    """
    last_piece = ""
    try:
        for piece in pieces:
            last_piece = piece
            yield piece, input_while_adding
    except Exception as error:  # noqa: BLE001 - after an exception Gradio would run nothing more
        last_piece = add_articles.failure_html(error)
    yield last_piece, input_while_adding if add_articles.has_failed(last_piece) and input_at_end == "" else input_at_end
