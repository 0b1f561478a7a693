"""A judge's model on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.judges.budget import Budget
from evals.judges.llm import ChatModel, Endpoint, LLMJudge
from evals.judges.response_cache import ResponseCache
from rag.embedding.bundled import BundledEncoder
from tests.support.servers.judge_server import JudgeServer, agreeable_reply, judge_server

EVIDENCE = "Ana (The Review)\n\nSeoul said it had “detected” 10,000 containers.\nNobody counted the rest."


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with judge_server(agreeable_reply) as running:
        yield running


def chat_model(server: JudgeServer, folder: Path, budget: Budget | None = None) -> ChatModel:
    """The server's model, with its replies kept in `folder`."""
    return ChatModel(Endpoint("m", server.url), ResponseCache(folder / "replies.sqlite"), budget or Budget())


@pytest.fixture
def judge(server: JudgeServer, tmp_path: Path, encoder: BundledEncoder) -> LLMJudge:
    return LLMJudge(chat_model(server, tmp_path), encoder)
