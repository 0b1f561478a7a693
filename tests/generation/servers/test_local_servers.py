"""The model servers of this machine: the four kinds, whatever else listens, and how long the search takes."""

import time
from contextlib import ExitStack
from typing import Any

import pytest

from rag.generation.servers.local_servers import (
    MAX_NAME_CHARACTERS,
    MAX_REPLY_BYTES,
    USUAL_PORTS,
    LocalModel,
    LocalServer,
    find_local_servers,
)
from tests.support.planted_errors import PLANTED_ERRORS, PlantedNumber
from tests.support.servers.backends import free_port
from tests.support.servers.local_model_servers import (
    LLAMA_CPP,
    LM_STUDIO,
    OLLAMA,
    OLLAMA_WITHOUT_MODELS,
    VLLM,
    Page,
    local_program,
)

# For servers that answer, and for those that are silent or endless.
PATIENT, IMPATIENT = 60.0, 10.0


def listing(*names: Any, owner: str = "me") -> Page:
    return Page({"object": "list", "data": [{"id": name, "object": "model", "owned_by": owner} for name in names]})


def test_the_usual_ports_are_those_of_the_four_servers() -> None:
    assert USUAL_PORTS == {"Ollama": 11434, "LM Studio": 1234, "llama.cpp": 8080, "vLLM": 8000}


def test_the_four_kinds_are_found_with_their_models() -> None:
    with ExitStack() as stack:
        programs = [stack.enter_context(local_program(pages)) for pages in (OLLAMA, LM_STUDIO, LLAMA_CPP, VLLM)]
        servers = find_local_servers([program.port for program in programs], PATIENT)
    assert [server.base_url for server in servers] == [f"http://127.0.0.1:{program.port}/v1" for program in programs]
    assert [(server.program, server.models) for server in servers] == [
        ("Ollama", (LocalModel("llama3.1:8b"), LocalModel("all-minilm:latest", writes=False))),
        ("LM Studio", (LocalModel("qwen2.5-7b", 8192), LocalModel("nomic-text", writes=False))),
        ("llama.cpp", (LocalModel("qwen.gguf", 6144),)),
        ("vLLM", (LocalModel("Qwen/Qwen3-8B", 16384),)),
    ]


def test_the_settings_of_a_model_are_the_variables_that_choose_it() -> None:
    server = LocalServer("vLLM", "http://127.0.0.1:8000/v1")
    assert server.settings(LocalModel("m", 16384)) == {
        "RAG_LLM_BASE_URL": "http://127.0.0.1:8000/v1", "RAG_LLM_MODEL": "m", "RAG_LLM_CONTEXT": "16384",
    }  # fmt: skip
    assert "RAG_LLM_CONTEXT" not in server.settings(LocalModel("m"))
    assert server.settings(LocalModel("m", writes=False)) == {}
    assert server.settings(LocalModel("m", 512)) == {}, "the settings accept no such context"


def test_a_server_without_models_and_one_that_asks_for_a_key_are_shown() -> None:
    with local_program(OLLAMA_WITHOUT_MODELS) as empty, local_program({
        "/v1/models": Page({"error": "Unauthorized"}, 401)
    }) as closed:  # fmt: skip
        servers = find_local_servers([empty.port, closed.port], PATIENT)
    assert servers == [
        LocalServer("Ollama", f"http://127.0.0.1:{empty.port}/v1"),
        LocalServer(None, f"http://127.0.0.1:{closed.port}/v1", asks_for_key=True),
    ]


def test_any_other_server_of_the_protocol_is_shown_without_a_name() -> None:
    with local_program({"/v1/models": listing("a", "text-embedding-b")}) as program:
        (server,) = find_local_servers([program.port, program.port], PATIENT)
    assert (server.program, server.models) == (None, (LocalModel("a"), LocalModel("text-embedding-b", writes=False)))


@pytest.mark.parametrize(
    "page",
    [
        Page(b"<html>a page</html>"),
        Page(b"<html>log in</html>", 401),
        Page({"object": "list", "data": [{"id": "m"}]}, 500),
        Page([1, 2]),
        Page(7),
        Page({"data": "m"}),
        Page({"data": []}),
        Page({"data": [1, None, {"id": 3}, {"name": "m"}]}),
        Page({"data": [{"id": ["m"], "owned_by": {"vllm": 1}}]}),
        Page(b"[" * 100_000),
        Page(b"\xff\xfe{}"),
        Page(b'{"data": [{"id": "m"}]}' + b" " * MAX_REPLY_BYTES),
        listing("commentary", owner="commentary-rag"),
    ],
    ids=lambda page: repr(page.content[:40]),
)
def test_what_is_no_model_server_is_not_shown(page: Page) -> None:
    with local_program({"/v1/models": page}) as program:
        assert find_local_servers([program.port], PATIENT) == []


def test_names_that_cannot_be_typed_are_left_out() -> None:
    names = ["good", "two\nlines", "\x1b[2J", "", "  ", "x" * (MAX_NAME_CHARACTERS + 1), "x; touch y"]
    with local_program({"/v1/models": listing(*names)}) as program:
        (server,) = find_local_servers([program.port], PATIENT)
    assert [model.name for model in server.models] == ["good", "x; touch y"]


def test_all_ports_are_asked_at_once_and_a_silent_or_endless_one_delays_no_other() -> None:
    silent = {"/v1/models": Page({"data": [{"id": "m"}]}, silent=600)}
    trickling = {"/v1/models": Page({"data": [{"id": "m" * 50}]}, pause=0.5)}
    with ExitStack() as stack:
        slow = [stack.enter_context(local_program(pages)) for pages in (silent, trickling) * 3]
        good = stack.enter_context(local_program(VLLM))
        started = time.monotonic()
        servers = find_local_servers([free_port(), *(program.port for program in slow), good.port], IMPATIENT)
        took = time.monotonic() - started
    assert [server.program for server in servers] == ["vLLM"]
    assert took < 6 * IMPATIENT, "six slow ports, one after the other, take six times as long"


def test_a_server_whose_own_listing_is_slow_is_shown_as_the_protocol_lists_it() -> None:
    with local_program({"/v1/models": listing("m"), "/api/tags": Page({}, silent=600)}) as program:
        assert find_local_servers([program.port], IMPATIENT) == [
            LocalServer(None, f"http://127.0.0.1:{program.port}/v1", (LocalModel("m"),))
        ]


def test_only_this_machine_is_asked_without_a_key_a_proxy_or_a_redirect(
    monkeypatch: pytest.MonkeyPatch, only_loopback: list[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("RAG_LLM_API_KEY", "sk-secret")
    with local_program({}) as elsewhere, local_program(VLLM) as good, local_program({
        "/v1/models": Page({"data": [{"id": "m"}]}, 307, {"Location": f"http://127.0.0.1:{elsewhere.port}/v1/models"})
    }) as redirecting:  # fmt: skip
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{elsewhere.port}")
        servers = find_local_servers([redirecting.port, good.port], PATIENT)
    assert [server.program for server in servers] == ["vLLM"]
    assert set(only_loopback) == {"127.0.0.1"}
    assert elsewhere.paths == []
    assert good.paths == ["/v1/models"]
    assert not {"authorization", "cookie", "api-key"} & set(good.headers[0])


@pytest.mark.parametrize("error", PLANTED_ERRORS, ids=lambda error: type(error).__name__)
def test_a_mistake_of_our_own_is_no_port_without_a_server(error: Exception) -> None:
    with local_program(OLLAMA) as program, pytest.raises(type(error)) as raised:
        find_local_servers([program.port], PlantedNumber(error, PATIENT))
    assert raised.value is error
