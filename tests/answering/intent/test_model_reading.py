"""A language model's reading of a question: what of it can be carried out, and what is asked at all."""

import re
from typing import Any

import pytest
from llama_index.core.llms import MockLLM

from rag.answering.intent.classifier import Action, Intent
from rag.answering.intent.intent_model import ScoredIntent
from rag.answering.intent.model_reading import (
    ACTIONS,
    MIN_SURE_PROBABILITY,
    UNREADABLE,
    QuestionReader,
    intent_of_reading,
    is_unsure,
)
from rag.answering.intent.scope import Mention
from rag.generation.llm_writer import LLMWriter, open_llm
from rag.generation.prompts import load_prompt
from rag.generation.question_reading import QuestionReading
from rag.settings import load_settings
from rag.types.understanding import KINDS, Kind
from tests.support.servers.chat_server import ChatServer, ErrorReply

QUESTION = "what would Quiet Fork's fans make of Slow Bread"
AUTHOR = Mention(11, 21, "Quiet Fork", "authors", ("Quiet Fork",))
ARTICLE = Mention(37, 47, "Slow Bread", "articles", ("slow-bread",))


def _scored(action: Action = "", **probabilities: float) -> ScoredIntent:
    scores: dict[Kind, float] = {kind: probabilities.get(kind, 0.0) for kind in KINDS}
    return ScoredIntent(scores, {"collection": action, "talk": action, "article": action} if action else {})


def _reader(server: ChatServer) -> QuestionReader:
    settings = load_settings(llm_model="m", llm_base_url=server.url, llm_attempts=1)
    llm = open_llm(settings)
    assert llm is not None
    return QuestionReader(LLMWriter(llm, settings).start_session(), strict=True)


# -- what can be carried out ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reading", "mentions", "intent"),
    [
        (QuestionReading(None, "fact"), [], Intent("fact", subject=QUESTION)),
        (QuestionReading(None, "views", "", "Slow Bread"), [], Intent("views", subject="Slow Bread")),
        (QuestionReading(None, "author", "", "Slow Bread"), [AUTHOR], Intent("author", subject="Slow Bread")),
        (QuestionReading(None, "author", "", "quiet fork's Slow Bread"), [AUTHOR],
         Intent("author", subject="Slow Bread")),
        (QuestionReading(None, "article", "summary", ""), [ARTICLE], Intent("article", "summary")),
        (QuestionReading(None, "collection", "list", "fans"), [], Intent("collection", "list", "fans")),
        (QuestionReading(None, "collection", "who_wrote", ""), [ARTICLE], Intent("collection", "who_wrote")),
        (QuestionReading(None, "talk", "help", ""), [], Intent("talk", "help")),
        (QuestionReading(None, "timeline", "", ""), [], Intent("timeline")),
    ],
)  # fmt: skip
def test_a_kind_of_ours_with_its_action_becomes_the_intent(
    reading: QuestionReading, mentions: list[Mention], intent: Intent
) -> None:
    assert intent_of_reading(reading, _scored(), QUESTION, mentions) == intent


@pytest.mark.parametrize(
    ("reading", "mentions"),
    [
        (QuestionReading("Why?"), []),
        (QuestionReading(None, "opinion"), []),
        (QuestionReading(None, "views", "everybody"), []),
        (QuestionReading(None, "author"), []),
        (QuestionReading(None, "author"), [AUTHOR, Mention(0, 4, "what", "authors", ("What",))]),
        (QuestionReading(None, "article", "summary"), [AUTHOR]),
        (QuestionReading(None, "article", "count"), [ARTICLE]),
        (QuestionReading(None, "collection"), []),
        (QuestionReading(None, "collection", "unknown_author"), []),
        (QuestionReading(None, "collection", "delete"), []),
        (QuestionReading(None, "collection", "who_wrote", ""), []),
        (QuestionReading(None, "talk", "language"), []),
    ],
)
def test_a_kind_that_cannot_be_carried_out_is_none(reading: QuestionReading, mentions: list[Mention]) -> None:
    assert intent_of_reading(reading, _scored(), QUESTION, mentions) is None


def test_an_action_that_the_reading_lacks_is_the_regression_s() -> None:
    reading = QuestionReading(None, "collection", "", "")
    assert intent_of_reading(reading, _scored("topics"), QUESTION, []) == Intent("collection", "topics")
    assert intent_of_reading(reading, _scored("unknown_author"), QUESTION, []) is None


def test_a_subject_in_words_that_were_not_asked_is_not_used() -> None:
    intent = intent_of_reading(QuestionReading(None, "views", "", "vaccination"), _scored(), QUESTION, [])
    assert intent is not None
    assert "vaccination" not in intent.subject
    assert "Slow Bread" in intent.subject


def test_the_bundled_prompt_lists_exactly_what_can_be_carried_out() -> None:
    system, _ = load_prompt("understand", ("history", "question")).format_messages(llm=None, history="", question="")
    listed = " ".join((system.content or "").partition("Kinds:")[2].split())
    labels = {f"{kind} {action}".strip() for kind, actions in ACTIONS.items() for action in actions or ("",)}
    with_action = {kind for kind, actions in ACTIONS.items() if actions}
    named = re.findall(r"(?:^|[-,:] )([a-z]+(?: [a-z_]+)?)(?=[,:])", listed)
    assert {label for label in named if label.split()[0] in ACTIONS} == labels
    assert with_action == {"talk", "article", "collection"}


# -- when the model is asked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "decided", "probability", "question", "unsure"),
    [
        ("fact", "fact", MIN_SURE_PROBABILITY - 0.01, "oats, anyone", True),
        ("fact", "views", MIN_SURE_PROBABILITY - 0.01, "oats, anyone", True),
        ("fact", "fact", MIN_SURE_PROBABILITY, "oats, anyone", False),
        ("views", "views", 0.1, "oats, anyone", False),
        ("fact", "fact", 0.1, "why are oats cheap", False),
        ("fact", "fact", 0.1, "oats " * 15, False),
    ],
)
def test_what_no_rule_knows_is_unsure_below_the_probability(
    rule: Kind, decided: Kind, probability: float, question: str, unsure: bool
) -> None:
    scored = _scored(**{decided: probability})
    assert is_unsure(Intent(rule), Intent(decided), scored, question) == unsure


def test_a_model_is_asked_once_and_its_first_reading_stays(server: ChatServer) -> None:
    server.script = ["Question: And oats?\nKind: views"]
    reader = _reader(server)
    assert reader.read("And oats?") == reader.read("Something else") == QuestionReading("And oats?", "views")
    assert len(server.bodies) == 1


def test_a_model_that_failed_is_not_asked_again(server: ChatServer) -> None:
    server.always = ErrorReply(500)
    reader = _reader(server)
    assert reader.read("And oats?") is reader.read("And oats?") is None
    assert len(server.bodies) == len(reader.notices) == 1
    assert "(500)" in reader.notices[0]


def test_without_a_model_there_is_no_reading() -> None:
    reader = QuestionReader()
    assert reader.read("And oats?") is None
    assert reader.notices == []


class Wordless(MockLLM):
    """Replies with nothing that is a response."""

    def stream_chat(self, messages: Any, **kwargs: Any) -> Any:
        return iter([None])


def test_a_mistake_of_ours_in_reading_is_raised_under_the_strict_switch() -> None:
    session = LLMWriter(Wordless(), load_settings()).start_session()
    with pytest.raises(AttributeError):
        QuestionReader(session, strict=True).read("And oats?")


def test_a_mistake_of_ours_in_reading_is_logged_otherwise(caplog: pytest.LogCaptureFixture) -> None:
    reader = QuestionReader(LLMWriter(Wordless(), load_settings()).start_session(), strict=False)
    assert reader.read("And oats?") is None
    assert reader.notices == [UNREADABLE]
    assert "AttributeError" in caplog.text
