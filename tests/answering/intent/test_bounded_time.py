"""No question takes long to understand, however it is repeated: the patterns do not backtrack without end."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from types import FrameType

import pytest

from rag import QueryEngine
from rag.answering.intent.classifier import MAX_FRAME_CHARACTERS, classify, talk_intent
from rag.answering.intent.follow_up import looks_like_small_talk, standalone_question
from rag.answering.intent.follow_up.articles import articles_named_in, refer_to_articles
from rag.answering.intent.frames.comparison import MAX_CHARACTERS as MAX_COMPARED_CHARACTERS
from rag.answering.intent.frames.comparison import compared_subjects
from rag.answering.intent.frames.several import MAX_CHARACTERS as MAX_DIVIDED_CHARACTERS
from rag.answering.intent.frames.several import several_questions
from rag.answering.intent.horizon import lies_beyond
from rag.answering.intent.language import foreign_language
from rag.answering.intent.question_extraction import extract_question
from rag.answering.intent.scope import find_scope
from rag.engine import workspace_of
from rag.types.answer import Turn

MAX_CHARACTERS = 4_000
DAY = date(2024, 9, 9)
# Seconds of processor time that one text may take; the slowest of them, the scope of 4,000 characters, takes 0.2.
MAX_SECONDS_OF_ONE_TEXT = 2.0
WORDS = (
    "the ", "and ", "a ", "what ", "who ", "how many ", "articles ", "Quiet Fork ", "“bread wants a night” ", "ok ",
    "that's great ", "very ", "do you have ", "show me ", "list ", "all the ", "in the ", "by the ", "of the ", "on ",
    "is there ", "so ", "please ", "thanks ", "can you ", "how do ", "tell me ", "it ", "them ", "at first ", "for ",
    "summary of ", "views of the ", "different ", "other ", "“a", "hi, ", "i'd like to know ", "wondering about ",
    "? ", "x", "X", "who supports ", "where do ", "how has ", "now ", "author of ", "in 2023 ", "you ", "really ",
    "to know about ", "views ", "who is for ", "compare ", "useful ", "you are helpful ", ", ", "- ", "not the ",
    "-", "_", "'", "’", "Ⅷ", "é", "1", "12 ", "may ", "last year ", "\n", "hi. ", "Is it? ", "@authorname ",
)  # fmt: skip


def _texts(size: int) -> Iterator[str]:
    """Each word, and each with another one, again and again, up to an end that fits no pattern."""
    others = WORDS[7:] + WORDS[:7]
    for repeated in (*WORDS, *map("".join, zip(WORDS, others, strict=True))):
        for end in ("§", "?"):
            yield (repeated * size)[: size - len(end)] + end


@contextmanager
def _processor_seconds(limit: float, text: str) -> Iterator[None]:
    """Fails the test, even inside a pattern, after `limit` seconds of processor time."""

    def give_up(signal_number: int, frame: FrameType | None) -> None:
        pytest.fail(f"more than {limit} s for {len(text)} characters of {text[:40]!r}")

    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _assert_fast(read: Callable[[str], object], *sizes: int, step: int = 1) -> None:
    """`read` is fast on every `step`-th of the texts of these sizes."""
    for size in sizes:
        for text in islice(_texts(size), 0, None, step):
            with _processor_seconds(MAX_SECONDS_OF_ONE_TEXT, text):
                read(text)


@pytest.mark.parametrize("size", [120, MAX_FRAME_CHARACTERS, MAX_CHARACTERS])
def test_the_intent_of_a_repeated_text_is_found_at_once(size: int) -> None:
    _assert_fast(lambda text: classify(text, ()), size)
    _assert_fast(talk_intent, size)


def test_courtesy_and_question_of_a_long_text_are_told_apart_at_once() -> None:
    _assert_fast(extract_question, MAX_CHARACTERS)
    _assert_fast(several_questions, MAX_DIVIDED_CHARACTERS)
    _assert_fast(compared_subjects, MAX_COMPARED_CHARACTERS)


def test_the_language_of_a_long_text_is_told_at_once() -> None:
    foreign_language("Wie steht es um die Ernte?")  # loads the model
    _assert_fast(foreign_language, MAX_CHARACTERS)


def test_the_horizon_of_a_long_text_is_told_at_once() -> None:
    _assert_fast(lambda text: lies_beyond(text, DAY), MAX_CHARACTERS)


def test_the_scope_of_a_repeated_text_is_found_at_once(food_engine: QueryEngine) -> None:
    catalogue = workspace_of(food_engine).catalogue.snapshot()
    _assert_fast(lambda text: find_scope(text, catalogue, DAY), MAX_CHARACTERS, step=5)


def test_follow_ups_of_repeated_words_are_read_at_once(food_engine: QueryEngine) -> None:
    catalogue = workspace_of(food_engine).catalogue.snapshot()
    turns = (Turn("What does Quiet Fork say about bread?", "“Bread wants a night” by Quiet Fork"),)

    def follow(text: str) -> None:
        refer_to_articles(text, turns, catalogue)
        standalone_question(text, turns, (), looks_like_small_talk)
        articles_named_in(Turn(text, text), catalogue)

    _assert_fast(follow, 200, 300, MAX_CHARACTERS)
