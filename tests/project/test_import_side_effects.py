"""Importing `rag` changes nothing outside it; the command and the server prepare their own process.

Each test runs in a process of its own: what an import changes can be seen once.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "rag").rglob("*.py")
    if path.name != "__main__.py"
)
# Everything of the process that an import could change, as text that can be compared.
STATE = """
import json, logging, os, signal, socket, sys, warnings

def state_of_process(packages):
    loggers = {name: (logger.level, [str(filter) for filter in logger.filters], len(logger.handlers), logger.propagate)
               for name, logger in logging.root.manager.loggerDict.items()
               if isinstance(logger, logging.Logger) and not name.startswith("rag")}
    attributes = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in packages:
            for key, value in list(vars(module).items()):
                if callable(value):
                    attributes[f"{name}.{key}"] = id(value)
                if isinstance(value, type) and value.__module__ == name:
                    attributes.update({f"{name}.{key}.{attribute}": id(member)
                                       for attribute, member in vars(value).items() if callable(member)})
    return {
        "environment": dict(os.environ),
        "loggers": {**loggers, "": (logging.root.level, len(logging.root.handlers), logging.root.manager.disable)},
        "signals": {number.name: str(signal.getsignal(number)) for number in signal.valid_signals()
                    if isinstance(number, signal.Signals)},
        "warnings": [str(entry) for entry in warnings.filters],
        "hooks": [id(sys.unraisablehook), id(sys.excepthook), id(sys.displayhook)],
        "socket timeout": socket.getdefaulttimeout(),
        "recursion limit": sys.getrecursionlimit(),
        "working folder": os.getcwd(),
        "attributes of other libraries": attributes,
    }
"""
LIBRARIES = {"chromadb", "gradio", "gradio_client", "llama_index", "httpx", "starlette", "fastapi", "uvicorn", "ray"}


def _output(code: str, **environment: str) -> str:
    kept = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": environment.pop("HOME", "/nonexistent")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, env={**kept, **environment}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_every_module_changes_nothing_outside_the_package() -> None:
    # Which modules of other libraries come with ours: they are imported first, so that only our own doing is seen.
    listing = f"import sys, json\nfor name in {MODULES!r}: __import__(name)\n"
    others = json.loads(_output(listing + "print(json.dumps([n for n in sys.modules if n.split('.')[0] != 'rag']))"))
    code = f"""
import contextlib, importlib, gradio.processing_utils
{STATE}
for name in {others!r}:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
before = state_of_process({LIBRARIES!r})
for name in {MODULES!r}:
    importlib.import_module(name)
after = state_of_process({LIBRARIES!r})
assert len(before["attributes of other libraries"]) > 5_000
print(json.dumps([(key, str(before[key])[:300], str(after[key])[:300]) for key in before if before[key] != after[key]]))
"""
    assert json.loads(_output(code)) == []


@pytest.mark.parametrize("module", ["rag", "rag.settings", "rag.engine", "rag.server.app", "rag.cli"])
def test_importing_leaves_the_variables_of_other_libraries_alone(module: str) -> None:
    names = "('ANONYMIZED_TELEMETRY', 'HF_HUB_OFFLINE', 'DO_NOT_TRACK', 'RAY_USAGE_STATS_ENABLED')"
    code = f"import os, {module}; print([n for n in os.environ if n in {names} or n.startswith('GRADIO')])"
    assert _output(code).strip() == "[]"


def test_another_gradio_app_in_the_process_behaves_as_without_ours(tmp_path: Path) -> None:
    """It downloads what its visitor names, keeps its own limits, and may report to whom it likes."""
    code = f"""
import json, os
import gradio as gr
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio import analytics, processing_utils
from rag import open_engine
from rag.server.app import create_app

addresses = []
async def get(address, *_, **__):
    addresses.append(address)
    raise ValueError(address)
processing_utils.async_ssrf_protected_get = get  # nothing is really fetched

with open_engine({str(tmp_path / "home")!r}, empty=True) as engine:
    ours = create_app(engine)
    with gr.Blocks(analytics_enabled=False) as blocks:
        box = gr.Textbox()
        box.submit(lambda text: text, box, box, api_name="echo")
    theirs = gr.mount_gradio_app(FastAPI(), blocks, path="/")
    file = {{"path": "https://example.org/x.txt", "meta": {{"_type": "gradio.FileData"}}}}
    with TestClient(theirs) as client:
        client.post("/gradio_api/run/echo", json={{"data": [file]}})
print(json.dumps({{
    "fetched": addresses,
    "analytics": analytics.analytics_enabled(),
    "limits": [blocks.max_threads, blocks.state_session_capacity, blocks.has_launched],
    "events kept": blocks._queue.ANALYTICS_MAX_EVENTS,
}}))
"""
    assert json.loads(_output(code)) == {
        "fetched": ["https://example.org/x.txt"],
        "analytics": True,
        "limits": [40, 10_000, False],
        "events kept": 10_000,
    }


def test_the_command_switches_the_telemetry_of_other_libraries_off(tmp_path: Path) -> None:
    code = f"""
import json, os
from rag.cli import run
assert run(["--home", {str(tmp_path / "home")!r}, "init", "--empty"]) == 0
names = ("ANONYMIZED_TELEMETRY", "GRADIO_ANALYTICS_ENABLED", "GRADIO_ANALYTICS_MAX_EVENTS", "RAY_USAGE_STATS_ENABLED",
         "HF_HUB_OFFLINE", "DO_NOT_TRACK")
print(json.dumps([os.environ.get(name) for name in names]))
"""
    last_line = _output(code, HF_HUB_OFFLINE="0").splitlines()[-1]
    # The user's own word about the hub stands.
    assert json.loads(last_line) == ["False", "False", "100", "0", "0", "1"]


def test_only_a_command_reads_the_env_file_of_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"RAG_HOME={tmp_path / 'named'}\n", encoding="utf-8")
    change = f"import os; os.chdir({str(tmp_path)!r})"
    code = f"{change}; from rag.settings import load_settings, load_command_settings; print(load_settings().home, "
    assert _output(code + "load_command_settings().home)").split() == ["None", str(tmp_path / "named")]
    code = f"{change}; from rag import open_engine; e = open_engine(empty=True); print(e.home); e.close()"
    assert _output(code, HOME=str(tmp_path)).strip() != str(tmp_path / "named")


def test_ray_s_statistics_are_off_only_while_it_is_started() -> None:
    code = """
import os
from rag.settings.process import without_ray_usage_statistics
for before in (None, "1"):
    if before: os.environ["RAY_USAGE_STATS_ENABLED"] = before
    with without_ray_usage_statistics():
        inside = os.environ["RAY_USAGE_STATS_ENABLED"]
    print(inside, os.environ.get("RAY_USAGE_STATS_ENABLED"))
"""
    assert _output(code).split() == ["0", "None", "0", "1"]
