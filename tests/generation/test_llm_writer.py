"""The writer that asks a language model: which model, what it is asked, and what of its replies is used."""

from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import ChatMessage, ChatResponse, MockLLM

from rag.errors import ModelError, SettingsError
from rag.generation.llm_writer import MAX_REPAIRED, LLMWriter, WritingSession, open_llm
from rag.generation.prompt_context import FailedStatement, PromptSource, passages_that_fit
from rag.generation.question_reading import QuestionReading
from rag.settings import load_settings
from rag.types.answer import Turn, Usage
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage
from tests.support.servers.chat_server import SILENCE_SECONDS, ChatReply, ChatServer, ErrorReply

TEXT = "Prices rose because the harbour was closed."
ARTICLE = ArticleRef("a", "Prices", "A. Writer", None, None, None)
PASSAGES = tuple(RankedPassage(f"p{number}", ARTICLE, 0, len(TEXT), TEXT, 1.0, 1.0, 1.0) for number in range(3))
EVIDENCE = passages_that_fit(PASSAGES, (), 10_000)
POINTS = [(PromptSource(passage, 0, len(TEXT)),) for passage in PASSAGES]
TURNS = [Turn("Why did prices rise?", "The harbour was closed [1].")]


def _session(server: ChatServer, **settings: Any) -> WritingSession:
    chosen = load_settings(llm_model="m", llm_base_url=server.url, llm_attempts=1, **settings)
    llm = open_llm(chosen)
    assert llm is not None
    return LLMWriter(llm, chosen).start_session()


def _failed(number: int) -> list[FailedStatement]:
    return [FailedStatement(f"Statement {index} [1].", ("Some words.", "Others.")) for index in range(number)]


# -- which model ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"openai_api_key": "sk-x"},  # a key alone sends nothing to any server
        {"llm_model": "m", "llm_base_url": "http://127.0.0.1:1/v1", "writer": "quotes"},
    ],
)
def test_without_a_named_model_quotes_answer(settings: dict[str, Any]) -> None:
    assert open_llm(load_settings(**settings)) is None


def test_openai_s_key_goes_to_openai_alone(server: ChatServer) -> None:
    server.always = "Fine."
    for settings in ({"llm_base_url": server.url}, {}):
        llm = open_llm(load_settings(llm_model="m", openai_api_key=" sk-x ", **settings), openai_url=server.url)
        assert llm is not None
        llm.complete("Why?")
    assert server.keys == ["Bearer none", "Bearer sk-x"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"llm_base_url": "http://127.0.0.1:1/v1"}, "RAG_LLM_MODEL is not set"),
        ({"writer": "llm"}, "RAG_LLM_MODEL is not set"),
        ({"llm_model": "m"}, "RAG_LLM_MODEL needs a server"),
        ({"llm_model": "m", "llm_base_url": "http://h/v1", "llm_api_key": "two\nlines"}, "RAG_LLM_API_KEY holds"),
        ({"llm_model": "m", "openai_api_key": "schlüssel"}, "OPENAI_API_KEY holds"),
    ],
)
def test_settings_that_contradict_each_other_are_an_error_without_a_key_in_it(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError, match=message) as raised:
        open_llm(load_settings(**settings))
    assert "lines" not in str(raised.value)


def test_a_writer_is_named_by_its_model() -> None:
    settings = load_settings(llm_model="m", llm_base_url="http://127.0.0.1:1/v1")
    llm = open_llm(settings)
    assert llm is not None
    assert LLMWriter(llm, settings).name == "llm:m"


# -- an answer --------------------------------------------------------------------------------------------------------


def test_the_answer_comes_in_pieces_and_its_tokens_are_counted(server: ChatServer) -> None:
    server.always = "Because it can [1]."
    session = _session(server)
    assert "".join(session.write("Why?", EVIDENCE)) == "Because it can [1]."
    assert session.usage == Usage(100, 3)
    assert not session.was_cut
    assert server.prompts[0].count("<passage number=") == 3
    list(session.write("Why?", EVIDENCE))
    assert session.usage == Usage(200, 6)


def test_an_answer_at_the_model_s_length_limit_was_cut(server: ChatServer) -> None:
    server.always = ChatReply("Because", finish="length")
    session = _session(server)
    list(session.write("Why?", EVIDENCE))
    assert session.was_cut


@pytest.mark.parametrize("form", ["passages", "sentences"])
def test_as_much_evidence_as_fits_is_shown_and_none_is_an_error(server: ChatServer, form: str) -> None:
    evidence = _session(server, llm_evidence=form).choose_evidence("Why?", PASSAGES, POINTS)
    assert evidence.form == form
    assert {source.passage.article for source in evidence.sources} == {ARTICLE}
    with pytest.raises(ModelError, match="RAG_LLM_CONTEXT"):
        _session(server, llm_evidence=form, llm_context=1024, llm_max_tokens=900).choose_evidence(
            "Why?", PASSAGES, POINTS
        )


@pytest.mark.parametrize(("context", "form"), [(4_096, "sentences"), (8_192, "passages")])
def test_a_small_context_is_given_sentences_and_a_large_one_passages(
    server: ChatServer, context: int, form: str
) -> None:
    session = _session(server, llm_context=context)
    evidence = session.choose_evidence("Why?", PASSAGES, POINTS)
    assert evidence.form == form
    list(session.write("Why?", evidence))
    (system, user) = (message["content"] for message in server.bodies[0]["messages"])
    assert ("<article>" in user, "<passage number=" in user) == (form == "sentences", form == "passages")
    assert user.endswith("Question: Why?")
    assert "NOT IN THE CORPUS" in system


def test_a_slow_server_is_given_sentences_from_the_second_answer_on(server: ChatServer) -> None:
    settings = load_settings(llm_model="m", llm_base_url=server.url, llm_attempts=1, llm_context=100_000)
    llm = open_llm(settings)
    assert llm is not None
    writer = LLMWriter(llm, settings)
    long = "Prices rose because the harbour was closed. " * 400
    passages = [RankedPassage("long", ARTICLE, 0, len(long), long, 1.0, 1.0, 1.0)]
    assert writer.start_session().choose_evidence("Why?", passages, POINTS).form == "passages"
    # It reads the short prompt in a second, and writes a token in 0.3 seconds.
    server.always = ChatReply("Because it can [1].", first=1.0, size=4, pause=0.3)
    list(writer.start_session().write("Why?", EVIDENCE))
    assert writer.speed.reading is not None
    assert writer.speed.reading < 200
    assert writer.start_session().choose_evidence("Why?", passages, POINTS).form == "sentences"


def test_a_folder_s_own_answer_prompt_is_given_passages(server: ChatServer, tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text("# System\n\nx\n\n# User\n\n{passages} {question}\n", encoding="utf-8")
    assert _session(server, prompts_dir=tmp_path).choose_evidence("Why?", PASSAGES, POINTS).form == "passages"
    chosen = _session(server, prompts_dir=tmp_path, llm_evidence="sentences")
    assert chosen.choose_evidence("Why?", PASSAGES, POINTS).form == "sentences"


def test_the_instructions_of_an_answer_come_before_all_that_changes(server: ChatServer) -> None:
    for form in ("passages", "sentences"):
        server.reset()
        session = _session(server, llm_evidence=form)
        for question in ("Why?", "When?"):
            list(session.write(question, session.choose_evidence(question, PASSAGES, POINTS)))
        first, second = (body["messages"] for body in server.bodies)
        assert first[0] == second[0]
        common = first[1]["content"].removesuffix("Why?")
        assert second[1]["content"] == f"{common}When?"


def test_the_deadline_holds_for_the_whole_session(server: ChatServer) -> None:
    session = _session(server, llm_deadline=0.001)
    with pytest.raises(ModelError, match="RAG_LLM_DEADLINE"):
        list(session.write("Why?", EVIDENCE))
    with pytest.raises(ModelError, match="RAG_LLM_DEADLINE"):
        session.check_time()


def test_a_failing_model_of_another_kind_is_a_model_error_without_its_words() -> None:
    class Broken(MockLLM):
        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
            raise RuntimeError("bad key sk-x")

    session = LLMWriter(Broken(), load_settings()).start_session()
    with pytest.raises(ModelError, match=r"\(RuntimeError\); check its settings") as raised:
        list(session.write("Why?", EVIDENCE))
    assert "sk-x" not in str(raised.value)


def test_a_model_that_stops_streaming_halfway_is_not_asked_a_second_time() -> None:
    class Halfway(MockLLM):
        def stream_chat(self, messages: Any, **kwargs: Any) -> Any:
            def replies() -> Any:
                yield ChatResponse(message=ChatMessage(content="Prices rose"), delta="Prices rose")
                raise NotImplementedError

            return replies()

    session = LLMWriter(Halfway(), load_settings()).start_session()
    pieces = session.write("Why?", EVIDENCE)
    assert next(pieces) == "Prices rose"
    with pytest.raises(ModelError, match="NotImplementedError"):
        next(pieces)


def test_a_mistake_in_reading_a_reply_is_not_called_a_failure_of_the_model() -> None:
    class Wordless(MockLLM):
        def stream_chat(self, messages: Any, **kwargs: Any) -> Any:
            return iter([None])

    session = LLMWriter(Wordless(), load_settings()).start_session()
    with pytest.raises(AttributeError):
        list(session.write("Why?", EVIDENCE))


# -- a repair ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "replacements"),
    [
        ("A: Prices rose [1].\nB: DROP", {0: "Prices rose [1].", 1: None}),
        ("- (B) Prices rose [2].", {1: "Prices rose [2]."}),
        ("A: dropped [1].", {0: None}),
        ("<think>\nA: no\n</think>\nB: DROP", {1: None}),
        ("A:\nZ: what?\nSure, here is a correction.", {}),
        ("", {}),
    ],
)
def test_lettered_lines_replace_or_drop_their_statements(
    server: ChatServer, reply: str, replacements: dict[int, str | None]
) -> None:
    server.always = reply or "-"
    assert _session(server).repair("Why?", EVIDENCE, _failed(2)) == replacements


def test_the_statements_are_listed_with_letters_and_the_words_that_they_cite(server: ChatServer) -> None:
    server.always = "A: DROP"
    _session(server).repair("Why?", EVIDENCE, [*_failed(1), FailedStatement("Nothing cited.", ())])
    assert "A: Statement 0 [1].\nWords that it cites: Some words. … Others." in server.prompts[0]
    assert "B: Nothing cited.\nWords that it cites: nothing" in server.prompts[0]


def test_of_many_statements_the_first_are_sent(server: ChatServer) -> None:
    server.always = "A: DROP"
    _session(server).repair("Why?", EVIDENCE, _failed(MAX_REPAIRED + 5))
    assert f"Statement {MAX_REPAIRED - 1} " in server.prompts[0]
    assert f"Statement {MAX_REPAIRED} " not in server.prompts[0]


def test_a_repair_that_was_cut_loses_its_last_line_and_leaves_the_answer_uncut(server: ChatServer) -> None:
    server.always = ChatReply("A: Prices rose [1].\nB: Prices fe", finish="length")
    session = _session(server)
    assert session.repair("Why?", EVIDENCE, _failed(2)) == {0: "Prices rose [1]."}
    assert not session.was_cut


def test_a_slow_server_is_asked_for_answers_alone(server: ChatServer) -> None:
    settings = load_settings(llm_model="m", llm_base_url=server.url, llm_attempts=1)
    llm = open_llm(settings)
    assert llm is not None
    writer = LLMWriter(llm, settings)
    # It reads the short prompt in 1.5 seconds, and writes a token in 0.3 seconds.
    server.always = ChatReply("Because [1].", first=1.5, size=4, pause=0.3)
    list(writer.start_session().write("Why?", EVIDENCE))
    session = writer.start_session()
    assert session.understand("And Japan?", TURNS) is None
    long = "Prices rose because the harbour was closed. " * 200
    passage = RankedPassage("long", ARTICLE, 0, len(long), long, 1.0, 1.0, 1.0)
    assert session.repair("Why?", passages_that_fit([passage], (), 10_000), _failed(1)) == {}
    assert len(server.bodies) == 1


# -- what a question asks for -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "reading"),
    [
        (
            "Question: Why did prices fall in Japan?\nKind: fact",
            QuestionReading("Why did prices fall in Japan?", "fact"),
        ),
        ("<think>Kind: views</think>\n\n**Why did prices fall?**\n", QuestionReading("Why did prices fall?")),
        ("Sure!\nWhy did prices fall?", None),
        (ChatReply("Question: Why did prices fall?\nKind: col", finish="length"), None),
    ],
)
def test_what_the_model_says_of_a_question_is_read(
    server: ChatServer, reply: ChatReply | str, reading: QuestionReading | None
) -> None:
    server.always = reply
    session = _session(server)
    assert session.understand("And Japan?", TURNS) == reading
    assert not session.was_cut
    assert "Question: Why did prices rise?" in server.prompts[0]


def test_a_model_that_fails_to_understand_is_a_model_error(server: ChatServer) -> None:
    server.always = ErrorReply(404)
    with pytest.raises(ModelError, match="404"):
        _session(server).understand("And Japan?", TURNS)


def test_understanding_takes_a_quarter_of_the_time_at_most(server: ChatServer) -> None:
    server.script = [ChatReply("Kind: views", first=SILENCE_SECONDS)]
    session = _session(server, llm_deadline=24.0)
    with pytest.raises(ModelError, match="RAG_LLM_DEADLINE"):
        session.understand("And Japan?", TURNS)
    session.check_time()


def test_a_question_that_does_not_fit_into_the_context_is_not_sent(server: ChatServer) -> None:
    session = _session(server, llm_context=1024, llm_max_tokens=200)
    assert session.understand("word " * 600) is None
    assert server.bodies == []


def test_prompts_of_a_folder_are_used(server: ChatServer, tmp_path: Path) -> None:
    (tmp_path / "understand.md").write_text("# System\n\nS\n\n# User\n\n{history} | {question}\n", encoding="utf-8")
    server.always = "Why?"
    _session(server, prompts_dir=tmp_path).understand("And Japan?")
    assert server.prompts == ["(nothing) | And Japan?"]
