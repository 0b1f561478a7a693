"""A model of one of LlamaIndex's own integrations writes, where the package is installed.

`.ci/run` installs it in an environment of its own, since it limits the OpenAI client to version 2.
"""

from pathlib import Path

import pytest

from rag import open_engine
from tests.llama_index.conftest import QUESTION
from tests.support.servers.chat_server import ChatServer, ErrorReply

TRUE = "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour"


def test_openai_like_writes_the_answer(home: Path, server: ChatServer) -> None:
    openai_like = pytest.importorskip("llama_index.llms.openai_like")
    llm = openai_like.OpenAILike(
        model="scripted", api_base=server.url, api_key="any", is_chat_model=True, context_window=8_192, max_retries=0
    )
    server.always = f"{TRUE} [1]."
    with open_engine(home, llm=llm) as engine:
        answer = engine.ask(QUESTION)
        assert answer.writer == "llm:scripted"
        assert answer.statements[0].text == f"{TRUE}."
        assert answer.statements[0].verdict == "supported"
        assert "loosens Beijing's hold" in answer.citations[0].quote
        pieces = [event for event in engine.stream(QUESTION) if isinstance(event, str)]
        assert len(pieces) > 1
        server.always = ErrorReply(500)
        assert engine.ask(QUESTION).is_quoted
