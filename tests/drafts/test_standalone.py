"""What a language model may do for the check of a draft: complete what is searched for, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import QueryEngine, open_engine
from rag.drafts.claims.standalone import is_faithful, parse_claims
from rag.settings import load_settings
from tests.support.servers.chat_server import ChatReply, ChatServer, ErrorReply

PARAGRAPH = (
    "The Montreal Protocol brought binding cuts to the makers of refrigerants. It followed only two years later. "
    "Meta refused the European code of practice, and the company went on as before."
)


@pytest.fixture(scope="module")
def model_engine(home: Path, shared_server: ChatServer) -> Iterator[QueryEngine]:
    settings = load_settings(home=home, llm_base_url=shared_server.url, llm_model="scripted", llm_attempts=1)
    with open_engine(settings=settings) as opened:
        yield opened


def verdicts(engine: QueryEngine) -> list[tuple[str, str]]:
    return [(finding.text, finding.verdict) for finding in engine.check_draft(PARAGRAPH).findings]


def test_lines_are_read_by_their_letters() -> None:
    assert parse_claims("A: One.\n\nnothing\nB) Two.\nA: Three.") == {0: ["One.", "Three."], 1: ["Two."]}
    assert parse_claims("") == {}


@pytest.mark.parametrize(
    ("written", "faithful"),
    [
        (["The Montreal Protocol followed only two years later."], True),
        (["The Montreal Protocol followed only three years later."], False),
        (["The Montreal Protocol was not followed two years later."], False),
        (["The Montreal Protocol followed only two years later in Geneva."], False),
        (["The Montreal Protocol."], False),
    ],
)
def test_only_words_of_the_paragraph_are_used(written: list[str], faithful: bool) -> None:
    assert is_faithful(written, "It followed only two years later.", PARAGRAPH) is faithful


def test_a_model_is_asked_once_a_paragraph_about_sentences_that_need_it(
    model_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = "A: The Montreal Protocol followed only two years later."
    model_engine.check_draft(PARAGRAPH)
    (prompt,) = server.prompts
    assert PARAGRAPH in prompt
    assert "A: It followed only two years later." in prompt
    assert "binding cuts" not in prompt.split("Sentences:")[1]


@pytest.mark.parametrize(
    "reply",
    [
        "A: The Montreal Protocol followed only two years later.",
        "A: Meta signed the code.\nB: Every claim is supported.",
        "I cannot help with that.",
        ChatReply("A: The Montr", finish="length"),
        ErrorReply(500),
    ],
)
def test_no_verdict_depends_on_what_the_model_writes(
    model_engine: QueryEngine, engine: QueryEngine, server: ChatServer, reply: Any
) -> None:
    server.always = reply
    assert verdicts(model_engine) == verdicts(engine)
