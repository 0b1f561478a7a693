"""What the page relies on of Gradio's undocumented parts: this file fails first when a new version changes one.

That visitors cannot name files of the machine or of the web is tested over HTTP in tests/security.
"""

import inspect
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio import processing_utils
from gradio_client import utils as client_utils

from rag import open_engine
from rag.admission import AdmissionControl
from rag.ui.page import MAX_SESSIONS, OTHER_THREADS, PageBlocks, event_payload, mount_page

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with open_engine(tmp_path_factory.mktemp("page") / "home", empty=True) as engine:
        yield mount_page(FastAPI(), engine, AdmissionControl(2, 3))


def _gradio_app(app: FastAPI) -> Any:
    """Gradio's own application inside `app`."""
    from gradio.routes import App

    for route in app.routes:
        mounted = getattr(route, "app", None)
        if isinstance(mounted, App):
            return mounted
    raise AssertionError("Gradio mounts no application of its own any more")


def test_gradio_is_held_at_one_minor_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    dependencies = project["dependencies"]
    bounds = {requirement.split(">=", 1)[1] for requirement in dependencies if requirement.startswith("gradio")}
    assert bounds == {"6.31,<6.32"}
    assert version("gradio").startswith("6.31.")


def test_an_event_carries_what_the_browser_sent() -> None:
    payload = {"id": "0" * 32, "question": "Why?"}
    assert event_payload(gr.EventData(None, payload)) == payload


def test_a_mounted_page_checks_the_files_that_visitors_name() -> None:
    blocks = PageBlocks(analytics_enabled=False)
    assert blocks.has_launched is False, "Gradio counts a mounted page as launched; drop our own setting"
    blocks.restrict(question_slots=5)
    assert blocks.has_launched
    assert "blocks.has_launched" in inspect.getsource(processing_utils._check_allowed)


def test_the_limits_reach_gradio_s_threads_and_sessions(page: FastAPI) -> None:
    app = _gradio_app(page)
    with TestClient(page):  # the limits are taken over when the application starts
        blocks = app.get_blocks()
        assert blocks.limiter.total_tokens == 2 + 3 + OTHER_THREADS
        assert app.state_holder.capacity == MAX_SESSIONS


def test_a_visitor_s_input_passes_through_our_check() -> None:
    parameters = list(inspect.signature(gr.Blocks.preprocess_data).parameters)
    assert parameters[:3] == ["self", "block_fn", "inputs"]
    assert inspect.iscoroutinefunction(gr.Blocks.preprocess_data)
    assert "self.preprocess_data(" in inspect.getsource(gr.Blocks.process_api)


@pytest.mark.parametrize("depth", [0, 1, 4])
@pytest.mark.parametrize("address", ["http://example.org/x", "https://example.org/x"])
def test_a_file_named_by_its_web_address_is_refused_at_any_depth(address: str, depth: int) -> None:
    import asyncio

    value: Any = {"path": address, "meta": {"_type": "gradio.FileData"}}
    assert client_utils.is_file_obj_with_meta(value)
    for _ in range(depth):
        value = {"inner": [value]}
    blocks = PageBlocks(analytics_enabled=False)
    with pytest.raises(gr.Error, match="not named by its address"):
        asyncio.run(blocks.preprocess_data(None, [value], None))
