"""The context of a model that no setting names: known servers get passages, any other the default."""

from typing import Any

import pytest

from rag.generation.evidence_form import MIN_PASSAGES_CONTEXT_TOKENS
from rag.generation.servers.known_contexts import KNOWN_CONTEXT_TOKENS, context_tokens
from rag.settings import load_settings


@pytest.mark.parametrize(
    ("settings", "tokens"),
    [
        ({}, KNOWN_CONTEXT_TOKENS),  # OpenAI's own server
        ({"llm_base_url": "https://API.openai.com/v1/"}, KNOWN_CONTEXT_TOKENS),
        ({"llm_base_url": "https://mine.openai.azure.com/openai/v1"}, KNOWN_CONTEXT_TOKENS),
        ({"llm_base_url": "http://127.0.0.1:11434/v1"}, 4096),
        ({"llm_base_url": "https://api.openai.com.evil.example/v1"}, 4096),
        ({"llm_base_url": "https://evil.example/api.openai.com"}, 4096),
        ({"llm_base_url": "http://["}, 4096),
        ({"llm_context": 2_000}, 2_000),
        ({"llm_context": 4_096}, 4_096),
        ({"llm_base_url": "http://127.0.0.1:11434/v1", "llm_context": 32_000}, 32_000),
    ],
)
def test_the_context_is_the_setting_s_or_the_known_server_s_or_the_default(
    settings: dict[str, Any], tokens: int
) -> None:
    assert context_tokens(load_settings(llm_model="m", **settings)) == tokens


def test_a_known_server_s_models_are_shown_passages() -> None:
    assert KNOWN_CONTEXT_TOKENS >= MIN_PASSAGES_CONTEXT_TOKENS


def test_a_context_of_the_environment_counts_as_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_LLM_CONTEXT", "4096")
    assert context_tokens(load_settings(llm_model="m")) == 4096
