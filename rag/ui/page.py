"""The page: a question, its answer, and the sources beside it.

It only lays out; what an answer looks like is decided in rag.ui.render, and no text reaches the page without it.
"""

import logging
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from rag.engine import QueryEngine
from rag.errors import RagError
from rag.ui.render import answer_html, error_html, sources_html

log = logging.getLogger(__name__)

# The first questions that README.md proposes; tests/test_readme.py holds the two together.
EXAMPLES = (
    "Why does China dislike the pact?",
    "What did the Swiss peace summit achieve?",
    "Which countries did not sign the Bürgenstock communiqué?",
    "How many containers did North Korea send to Russia?",
    "Is BRICS an alliance?",
    "Who pays for America's tariffs?",
    "Why did Hard Power change its mind about the frozen Russian reserves?",
    "Why does Barrels and Grids think the price cap was never meant to bite?",
    "How did the vote on Chinese electric cars go?",
    "Why was the aid bill for Ukraine delayed?",
)


def mount_page(app: FastAPI, engine: QueryEngine) -> FastAPI:
    """`app` with the page at /. Gradio serves no file but its own, shares nothing and counts nobody."""
    blocks = _layout(engine)
    blocks.queue(max_size=64, default_concurrency_limit=2)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size="1mb",
        ssr_mode=False,
        enable_monitoring=False,
        css_paths=[Path(__file__).with_name("style.css")],
    )
    return mounted


def _layout(engine: QueryEngine) -> Any:
    with gr.Blocks(title="Commentary", analytics_enabled=False, delete_cache=(3600, 3600)) as blocks:
        gr.Markdown("# Commentary\nAnswers from the articles, each sentence with the words that bear it out.")
        with gr.Row():
            with gr.Column(scale=3):
                question = gr.Textbox(
                    label="Your question", placeholder=EXAMPLES[0], max_length=20_000, submit_btn="Ask", autofocus=True
                )
                gr.Examples(list(EXAMPLES), question, cache_examples=False)
                with gr.Accordion("Only articles …", open=False), gr.Row():
                    author = gr.Textbox(label="by the author")
                    source = gr.Textbox(label="of the publication")
                    since = gr.Textbox(label="since", placeholder="2024-01-01")
                    until = gr.Textbox(label="until", placeholder="2024-12-31")
                answer = gr.HTML(label="Answer")
            with gr.Column(scale=2):
                sources = gr.HTML(label="Sources")

        def ask(asked: str, by: str, of: str, first: str, last: str) -> tuple[str, str]:
            """Answers a question from the articles: the answer and its sources, as HTML."""
            # Never raises: after an exception Gradio leaves the page's input locked until it is loaded again.
            try:
                found = engine.ask(asked, author=by or None, source=of or None, since=first or None, until=last or None)
                return answer_html(found), sources_html(found.citations)
            except RagError as error:
                return error_html(str(error)), ""
            except Exception:
                log.exception("a question could not be answered")
                return error_html("Something went wrong here; the log of the server says what."), ""

        question.submit(ask, [question, author, source, since, until], [answer, sources], api_name="ask")
    return blocks
