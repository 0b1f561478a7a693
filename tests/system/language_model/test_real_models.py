"""The README's example against real models, where there is one: RAG_TRY_OLLAMA=llama3.1, or RAG_TRY_OPENAI=gpt-4o-mini.

RAG_TRY_OPENAI takes its key from RAG_TRY_OPENAI_KEY.
"""

import os
from pathlib import Path

import pytest

from rag import open_engine
from rag.settings import Settings, load_settings
from tests.support.answer_invariants import assert_invariants

QUESTION = "Why does China dislike the pact?"


def _answered(settings: Settings) -> None:
    with open_engine(settings=settings) as engine:
        answer = engine.ask(QUESTION)
        assert_invariants(answer, engine)
    assert answer.notice is None, answer.notice
    assert answer.writer.startswith("llm:")
    assert any(statement.verdict == "supported" for statement in answer.statements), str(answer)


def test_a_local_ollama_answers(tmp_path: Path) -> None:
    model = os.environ.get("RAG_TRY_OLLAMA")
    if not model:
        pytest.skip("set RAG_TRY_OLLAMA to the name of a model that a local Ollama has")
    _answered(load_settings(home=tmp_path / "home", llm_model=model, llm_base_url="http://127.0.0.1:11434/v1"))


def test_openai_answers(tmp_path: Path) -> None:
    model, key = os.environ.get("RAG_TRY_OPENAI"), os.environ.get("RAG_TRY_OPENAI_KEY")
    if not (model and key):
        pytest.skip("set RAG_TRY_OPENAI to a model of OpenAI's and RAG_TRY_OPENAI_KEY to a key")
    _answered(load_settings(home=tmp_path / "home", llm_model=model, openai_api_key=key))
