"""`rag models`: the servers of this machine, and lines that choose a model."""

import shlex
from pathlib import Path

import pytest

from rag.generation.llm_writer import open_llm
from rag.generation.openai_chat import OpenAIChat
from rag.settings import load_command_settings
from tests.support.command_line import Rag
from tests.support.servers.backends import free_port
from tests.support.servers.local_model_servers import OLLAMA, OLLAMA_WITHOUT_MODELS, VLLM, Page, local_program

SERVER_KEYS = {"program", "base_url", "asks_for_key", "models"}
MODEL_KEYS = {"name", "context", "writes", "is_set", "settings"}


def assignments(line: str) -> dict[str, str]:
    """The variables that a shell would set for a line of the output."""
    return dict(word.split("=", 1) for word in shlex.split(line, comments=True))


def test_each_model_has_a_line_that_chooses_it(rag: Rag) -> None:
    with local_program(OLLAMA) as ollama, local_program(VLLM) as vllm:
        result = rag("models", "--port", str(ollama.port), "--port", str(vllm.port))
    assert (result.code, result.err) == (0, "")
    url = f"http://127.0.0.1:{vllm.port}/v1"
    assert result.out.splitlines()[:6] == [
        f"Ollama at http://127.0.0.1:{ollama.port}/v1",
        f"  RAG_LLM_BASE_URL=http://127.0.0.1:{ollama.port}/v1 RAG_LLM_MODEL=llama3.1:8b",
        "  all-minilm:latest (embeds text, writes no answers)",
        "",
        f"vLLM at {url}",
        f"  RAG_LLM_BASE_URL={url} RAG_LLM_MODEL=Qwen/Qwen3-8B RAG_LLM_CONTEXT=16384",
    ]
    assert "before a command" in result.out.splitlines()[-1]


def test_a_name_is_quoted_for_the_shell(rag: Rag) -> None:
    name = 'it\'s a model; touch "x" $HOME'
    with local_program({"/v1/models": Page({"data": [{"id": name}]})}) as program:
        _, line, *_ = rag("models", "--port", str(program.port)).out.splitlines()
    assert assignments(line) == {"RAG_LLM_BASE_URL": f"http://127.0.0.1:{program.port}/v1", "RAG_LLM_MODEL": name}


def test_the_settings_of_a_line_choose_the_model_in_an_env_file_too(rag: Rag, tmp_path: Path) -> None:
    with local_program(VLLM) as program:
        _, line, *_ = rag("models", "--port", str(program.port)).out.splitlines()
        (tmp_path / ".env").write_text("\n".join(line.split()))
        (server,) = rag("models", "--port", str(program.port), "--json").document["servers"]
    (model,) = server["models"]
    assert model["is_set"]
    assert model["settings"] == assignments(line)
    llm = open_llm(load_command_settings())
    assert isinstance(llm, OpenAIChat)
    assert (llm.model, llm.base_url, llm.context_window) == ("Qwen/Qwen3-8B", server["base_url"], 16384)


def test_the_model_that_is_set_is_marked(rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_LLM_MODEL", "llama3.1:8b")
    with local_program(OLLAMA) as ollama, local_program(OLLAMA) as other:
        monkeypatch.setenv("RAG_LLM_BASE_URL", f"http://localhost:{ollama.port}/v1/")
        ports = ["--port", str(ollama.port), "--port", str(other.port)]
        document = rag("models", *ports, "--json").document
        lines = rag("models", *ports).out.splitlines()
    assert all(server.keys() == SERVER_KEYS for server in document["servers"])
    assert all(model.keys() == MODEL_KEYS for server in document["servers"] for model in server["models"])
    assert [[model["is_set"] for model in server["models"]] for server in document["servers"]] == [
        [True, False], [False, False],
    ]  # fmt: skip
    assert [line.endswith("# set now") for line in lines[:2]] == [False, True]
    assert sum("set now" in line for line in lines) == 1


def test_a_server_with_nothing_to_choose_says_what_is_missing(rag: Rag) -> None:
    closed = {"/v1/models": Page({"error": "Unauthorized"}, 401)}
    with local_program(OLLAMA_WITHOUT_MODELS) as empty, local_program(closed) as locked:
        result = rag("models", "--port", str(empty.port), "--port", str(locked.port))
    assert "has no model yet" in result.out
    assert "asks for a key: set RAG_LLM_API_KEY" in result.out
    assert "before a command" not in result.out


def test_no_server_is_a_result_and_makes_no_library(rag: Rag, tmp_path: Path) -> None:
    port = str(free_port())
    result = rag("--home", tmp_path / "home", "models", "--port", port)
    assert (result.code, result.out) == (0, "")
    assert f"No model server answers on this machine (asked: {port})" in result.err
    assert rag("models", "--port", port, "--json").document == {"servers": []}
    assert not (tmp_path / "home").exists()


def test_a_port_that_is_none_is_a_usage_error(rag: Rag) -> None:
    assert "see: rag models --help" in rag("models", "--port", "0").error_line
