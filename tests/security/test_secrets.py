"""Keys: none in what the server logs, prints, answers or publishes, whatever goes wrong with them in it."""

import json
import logging
from pathlib import Path

import httpx
import pytest

from rag import open_engine
from rag.cli.app import run
from rag.readers.sources import load_articles
from rag.settings import load_settings
from rag.types.ingest import LoadFailure
from tests.support.library.articles import article, write_jsonl
from tests.support.servers.live_server import start_server

KEYS = {
    "RAG_API_KEY": "sk-server-4f1c", "RAG_LLM_API_KEY": "sk-model-9b2d", "OPENAI_API_KEY": "sk-openai-77aa",
    "RAG_EMBED_API_KEY": "sk-embed-31ee", "RAG_JUDGE_API_KEY": "sk-judge-c0de",
}  # fmt: skip
SENT = "sk-visitor-5ad5"


def test_no_key_is_in_anything_that_a_server_says(tmp_path: Path) -> None:
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(1)]))
    process, address = start_server(
        tmp_path / "home", RAG_LLM_MODEL="m", RAG_LLM_BASE_URL="http://127.0.0.1:9/v1", RAG_LLM_ATTEMPTS="1", **KEYS
    )
    text = ""
    try:
        with httpx.Client(base_url=address, timeout=60) as web:
            right = {"authorization": f"Bearer {KEYS['RAG_API_KEY']}"}
            question = {"messages": [{"role": "user", "content": "What did observer 1 note?"}]}
            for reply in (
                web.get("/"), web.get("/config"), web.get("/health"), web.get("/gradio_api/startup-events"),
                web.get(f"/v1/models?key={SENT}", headers={"authorization": f"Bearer {SENT}"}),
                web.post("/v1/chat/completions", json=question, headers=right),
                web.post("/v1/chat/completions", content=b"{", headers=right),
                web.post("/login", data={"username": "a", "password": SENT}),
                web.post("/gradio_api/component_server", json={"session_hash": SENT}),
                web.get(f"/{SENT}"),
            ):  # fmt: skip
                text += reply.text + str(reply.headers)
            inside = web.post("/login", data={"username": "a", "password": KEYS["RAG_API_KEY"]})
            assert inside.status_code == 200
            text += inside.text + web.get("/config").text + web.get("/gradio_api/info").text
            text += web.post("/gradio_api/queue/join", json={"fn_index": 10**6, "data": [], "session_hash": "x"}).text
            text += json.dumps(dict(inside.headers))
    finally:
        process.terminate()
        out, err = process.communicate(timeout=60)
    for key in (*KEYS.values(), SENT):
        assert key not in text.replace(f"/{SENT}", "")
        assert key not in out + err


def test_no_key_is_in_the_settings_as_they_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    settings = load_settings()
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert not [key for key in KEYS.values() if key in shown]


@pytest.mark.parametrize("command", [["status", "--json"], ["serve", "--port", "x"]])
def test_no_key_is_in_what_the_command_line_prints(
    tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, key in {**KEYS, "RAG_LLM_MODEL": "m", "RAG_LLM_BASE_URL": "http://127.0.0.1:9/v1"}.items():
        monkeypatch.setenv(name, key)
    open_engine(tmp_path / "home", empty=True).close()
    run(["--home", str(tmp_path / "home"), *command])
    out, err = capsys.readouterr()
    assert out + err
    assert not [key for key in KEYS.values() if key in out + err]


def test_a_password_in_an_address_is_in_no_error_and_in_no_article(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    (outcome,) = load_articles(["http://anna:sk-in-the-url@127.0.0.1:9/x"], load_settings(allow_private_urls=True))
    assert isinstance(outcome, LoadFailure)
    assert "sk-in-the-url" not in outcome.what + outcome.why + caplog.text
