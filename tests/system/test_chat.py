"""A conversation of four turns: from Python, on the command line and over HTTP, with quotes and with a model."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from rag import Answer, QueryEngine, open_engine
from rag.server.openai_protocol.chat_request import MODEL
from rag.settings import load_settings
from rag.types.answer import Turn
from tests.support.answer_invariants import assert_invariants
from tests.support.servers.chat_server import ChatReply, ChatServer, ErrorReply
from tests.support.servers.live_server import engine_server

CODE = "import sys; from rag.cli.app import run; sys.exit(run(sys.argv[1:]))"
QUESTIONS = (
    "Why did some countries not sign the Bürgenstock communiqué?",
    "And Brazil?",
    "What did the summit achieve?",
    "What is the capital of Mongolia?",
)
WHOLE = {
    "And Brazil?": "Why did Brazil not sign the Bürgenstock communiqué?",
    "What did the summit achieve?": "What did the Swiss peace summit achieve?",
}


def scripted_reply(body: dict[str, Any]) -> str:
    """A model that rewrites follow-ups, answers from the articles and declines what they do not answer."""
    prompt = str(body["messages"][-1]["content"])
    if "Last question:" in prompt:
        asked = prompt.rpartition("Last question:")[2].strip()
        return WHOLE.get(asked, asked)
    if QUESTIONS[3] in prompt:
        return "NOT IN THE CORPUS"
    return "Brazil came only as an observer [1]. A second meeting would have to include Russia [1][2]."


@pytest.fixture(autouse=True)
def _as_scripted(server: ChatServer) -> None:
    server.always = scripted_reply


@pytest.fixture(params=["quotes", "model"])
def given(request: pytest.FixtureRequest, home: Path, server: ChatServer) -> dict[str, str]:
    """The variables of either mode."""
    variables = {"RAG_HOME": str(home)}
    if request.param == "model":
        variables |= {"RAG_LLM_MODEL": "scripted", "RAG_LLM_BASE_URL": server.url}
    return variables


@pytest.fixture
def engine(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[QueryEngine]:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with open_engine() as opened:
        yield opened


def assert_conversation(answers: list[Answer], engine: QueryEngine) -> None:
    assert [answer.question for answer in answers] == list(QUESTIONS)
    for answer in answers:
        assert_invariants(answer, engine)
        assert answer.writer == engine.writer
        assert answer.notice is None
    assert "Bürgenstock" in answers[1].standalone_question
    assert "Brazil" in answers[1].standalone_question
    assert "Brazil came only as an observer" in answers[1].text
    assert [answer.abstained for answer in answers] == [False, False, False, True]


def test_the_engine_s_chat_holds_the_conversation(engine: QueryEngine) -> None:
    chat = engine.chat()
    answers = [chat.ask(question) for question in QUESTIONS]
    assert_conversation(answers, engine)
    assert list(chat.answers) == answers


def test_the_engine_s_chat_streams_the_conversation(engine: QueryEngine) -> None:
    chat = engine.chat()
    for question in QUESTIONS:
        *pieces, answer = chat.stream(question)
        assert isinstance(answer, Answer)
        assert "".join(str(piece) for piece in pieces) == answer.text
    assert_conversation(list(chat.answers), engine)


def test_the_server_streams_the_conversation(engine: QueryEngine) -> None:
    messages: Any = []
    with engine_server(engine) as (address, _):
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="any")
        for question in QUESTIONS:
            messages.append({"role": "user", "content": question})
            text, extra = "", {}
            for chunk in client.chat.completions.create(model=MODEL, messages=messages, stream=True):
                text += chunk.choices[0].delta.content or ""
                extra = chunk.choices[0].delta.model_extra or extra
            messages.append({"role": "assistant", "content": text})
            answer = extra["answer"]
            assert answer["question"] == question
            assert answer["writer"] == engine.writer
            if question == "And Brazil?":
                assert "Bürgenstock" in answer["standalone_question"]
                assert "Brazil came only as an observer" in text
    assert answer["abstained"]


def _run_chat(
    given: dict[str, str], *arguments: str, lines: str = "\n".join(QUESTIONS)
) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAG_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-c", CODE, "chat", *arguments],
        input=lines, capture_output=True, text=True, timeout=120, env=kept | given, check=False,
    )  # fmt: skip


def test_the_command_line_holds_and_saves_the_conversation(given: dict[str, str], tmp_path: Path) -> None:
    done = _run_chat(given, "--save", str(tmp_path / "talk.md"))
    assert done.returncode == 0, done.stderr
    assert "Brazil came only as an observer" in done.stdout
    declined = [line for line in done.stdout.splitlines() if line.startswith("The corpus does not answer this: ")]
    assert [("no article mentions “Mongolia”" in line) for line in declined] == [True]
    assert "\nUnderstood as: " in done.stdout
    saved = (tmp_path / "talk.md").read_text(encoding="utf-8")
    assert saved.startswith("# Conversation\n\n## Why did some countries not sign the Bürgenstock communiqué?")
    assert saved.count("\n## ") == 4
    assert "[^1]: " in saved


def test_the_command_line_prints_the_conversation_as_json(given: dict[str, str]) -> None:
    done = _run_chat(given, "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["question"] for answer in answers] == list(QUESTIONS)
    assert "Bürgenstock" in answers[1]["standalone_question"]


def test_a_question_with_a_bad_filter_does_not_end_the_conversation(given: dict[str, str]) -> None:
    done = _run_chat(given, "--since", "no date")
    assert done.returncode == 0
    assert done.stderr.count("is not a date") == len(QUESTIONS)
    assert done.stdout.strip() == ""


def test_a_file_that_cannot_be_written_is_one_line(given: dict[str, str], tmp_path: Path) -> None:
    done = _run_chat(given, "--save", str(tmp_path / "no" / "folder.md"), lines="And Japan?\n")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_tokens_reach_the_terminal_as_they_are_written(home: Path, server: ChatServer) -> None:
    writes_on = threading.Event()
    server.always = ChatReply(
        "Brazil came only as an observer [1]. " + "It waits and waits " * 20 + "[1].", size=10, resumes=writes_on
    )
    variables = {"RAG_HOME": str(home), "RAG_LLM_MODEL": "m", "RAG_LLM_BASE_URL": server.url}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAG_", "OPENAI_"))}
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "chat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=kept | variables,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{QUESTIONS[1]} Did it sign the Bürgenstock communiqué?\n")
    process.stdin.flush()
    first = process.stdout.read(10)
    writes_on.set()
    assert first in "Brazil came only as an observer"
    process.stdin.close()
    assert process.wait(60) == 0


def test_a_follow_up_keeps_the_filters_of_its_question_and_no_other_does(engine: QueryEngine) -> None:
    chat = engine.chat()
    chat.ask("What did the Swiss peace summit achieve?", author="Hard Power")
    leaning = chat.ask("And for Ukraine?")
    assert {citation.article.author for citation in leaning.citations} == {"Hard Power"}
    assert leaning.notice is not None
    assert leaning.notice.endswith("within the same articles as the question before (author Hard Power)")
    again = chat.ask("Why?")
    assert "Hard Power" in (again.notice or "")
    alone = chat.ask("Which countries did not sign the Bürgenstock communiqué?")
    assert {citation.article.author for citation in alone.citations} != {"Hard Power"}
    assert alone.notice is None


def test_without_the_conversation_a_question_refers_to_nothing_before_it(engine: QueryEngine) -> None:
    chat = engine.chat()
    chat.ask("What did the Swiss peace summit achieve?", author="Hard Power")
    alone = chat.ask("And for Ukraine?", ignore=["conversation"])
    assert alone.standalone_question == "And for Ukraine?"
    assert "within the same articles" not in (alone.notice or "")


def test_a_conversation_goes_on_from_turns_that_were_kept_elsewhere(engine: QueryEngine) -> None:
    chat = engine.chat([Turn("Why did India refuse to sign the Bürgenstock communiqué?", "Because …")])
    assert "Bürgenstock" in chat.ask("And Brazil?").standalone_question


def test_history_that_does_not_fit_is_left_out_oldest_first(home: Path, server: ChatServer) -> None:
    chosen = load_settings(
        home=home, llm_model="m", llm_base_url=server.url, llm_context=1024, llm_max_tokens=200, repair=False
    )
    turns = [Turn(f"Question {number} about the communiqué?", "word " * 100) for number in range(20)]
    with open_engine(settings=chosen) as engine:
        engine.chat(turns).ask("And Brazil?")
    history = server.prompts[0]
    assert "Question 19" in history
    assert "Question 0 " not in history


@pytest.mark.parametrize("reply", ["", "one\ntwo", "x" * 900, ErrorReply(404)])
def test_where_the_model_cannot_rewrite_a_question_the_rules_do(home: Path, server: ChatServer, reply: Any) -> None:
    server.script = [reply]
    with open_engine(settings=load_settings(home=home, llm_model="m", llm_base_url=server.url)) as engine:
        answer = engine.chat([Turn("Why did India refuse to sign the Bürgenstock communiqué?", "…")]).ask("And Brazil?")
    assert answer.standalone_question == "Why did Brazil refuse to sign the Bürgenstock communiqué?"
    assert answer.writer == "llm:m", "a model that fails once may write all the same"
