"""Every example runs, and shows what it says."""

import asyncio
import contextlib
import importlib.util
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.documents import ROOT
from tests.support.servers.chat_server import ChatReply, ChatServer

EXAMPLES = ROOT / "examples"


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_own_articles_give_a_cited_answer_and_a_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _module("own_articles").main(str(tmp_path / "home"))
    out = capsys.readouterr().out
    assert "3 articles added, 0 unchanged, 0 failed" in out
    assert "“The council kept the night ferry because the nurses of the island hospital have no other way home." in out
    assert "[1] characters 1 to " in out
    assert "The corpus does not answer this" in out


def test_a_newsletter_archive_takes_in_only_what_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = _module("newsletter_archive")
    archive.main(str(tmp_path / "home"))
    first = capsys.readouterr().out
    assert first.startswith("3 new, 0 unchanged")
    assert "2025-10-05  The Harbour Letter #72: Notice is given" in first
    assert "ties fares to wages and not to diesel" in first
    assert "Unsubscribe" not in first
    archive.main(str(tmp_path / "home"))
    assert capsys.readouterr().out.startswith("0 new, 3 unchanged")


def test_an_agent_of_llamaindex_searches_with_our_retriever(home: Path, server: ChatServer) -> None:
    agent = _module("llamaindex_agent")
    call = 'Thought: I need the articles.\nAction: search_articles\nAction Input: {"query": "BRICS alliance"}'
    final = "Thought: I can answer without any more tools.\nAnswer: Hard Power says that nothing binds its members [1]."
    server.script = [ChatReply(call, at_once=True), ChatReply(final, at_once=True)]
    llm = agent.ChatServerLLM(base_url=server.url, model="scripted")
    answer = asyncio.run(agent.ask_agent(llm, "Is BRICS an alliance?", str(home)))
    assert answer == "Hard Power says that nothing binds its members [1]."
    assert "Nothing in BRICS binds any of these states" in json.dumps(server.bodies[1])


def test_a_change_is_evaluated_on_questions_of_one_s_own(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "evaluate_change.py"), str(tmp_path / "runs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=600)
    assert done.returncode == 1, done.stderr
    names = [path.name for path in (tmp_path / "runs").iterdir()]
    assert any(name.endswith("-five-quotes") for name in names), done.stderr
    assert any(name.endswith("-one-quote") for name in names), done.stderr
    assert "gold groups covered" in done.stdout
    assert "ferry-why-1" in done.stdout, "with one quote the answer lacks the words that were looked for"


def test_a_draft_with_an_altered_quotation_stops_the_workflow(tmp_path: Path) -> None:
    import yaml

    workflow = yaml.safe_load((EXAMPLES / "draft_in_ci" / "workflow.yml").read_text(encoding="utf-8"))
    (command,) = [
        step["run"] for step in workflow["jobs"]["check"]["steps"] if "check_drafts.sh" in step.get("run", "")
    ]
    program = tmp_path / "bin" / "rag"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rag "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    variables = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 1, done.stderr
    assert "altered" in done.stdout
    assert "2027" in done.stdout
    assert "few people need" not in done.stdout.replace("verbatim", ""), "an exact quotation is not reported"


def test_the_cells_of_the_notebook_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = json.loads((EXAMPLES / "notebook.ipynb").read_text(encoding="utf-8"))
    (tmp_path / "articles").symlink_to(EXAMPLES / "articles")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        for number, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] == "code":
                assert cell["outputs"] == [], "a notebook is kept without outputs"
                exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
    assert "Tide and Ledger" in out.getvalue()
    assert "The Night Desk" in out.getvalue()
