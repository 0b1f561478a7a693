"""The form of the evidence: by the model's context, and by the speed that its server has shown."""

import pytest

from rag.generation.evidence_form import (
    MAX_SENTENCES_TOKENS,
    MEASURED_ANSWERS,
    MIN_SENTENCES_TOKENS,
    ServerSpeed,
    choose_form,
    sentences_tokens,
)


def _speed(*answers: tuple[float, float]) -> ServerSpeed:
    """The speed of a server that has read and written so many tokens a second."""
    speed = ServerSpeed()
    for read, written in answers:
        speed.note(read_tokens=int(read * 10), until_first=10.0, written_tokens=int(written * 10), while_writing=10.0)
    return speed


SLOW, FAST, REASONING = (45.0, 8.0), (2_000.0, 60.0), (30.0, 80.0)


@pytest.mark.parametrize(
    ("context", "passages_tokens", "speed", "form"),
    [
        (4_096, 1_500, _speed(), "sentences"),
        (4_096, 1_500, _speed(FAST), "sentences"),
        (32_000, 1_500, _speed(), "passages"),
        (32_000, 1_500, _speed(FAST), "passages"),
        (32_000, 1_500, _speed(SLOW), "sentences"),
        (32_000, 400, _speed(SLOW), "passages"),  # read within the time
        (32_000, 1_500, _speed(REASONING), "passages"),  # its first words are late for another reason
    ],
)
def test_a_small_context_and_a_slow_server_are_given_sentences(
    context: int, passages_tokens: int, speed: ServerSpeed, form: str
) -> None:
    assert choose_form(context, passages_tokens, speed) == form


@pytest.mark.parametrize(("speed", "is_too_slow"), [(_speed(), False), (_speed(SLOW), True), (_speed(FAST), False)])
def test_a_server_is_too_slow_for_a_prompt_only_when_it_has_shown_it(speed: ServerSpeed, is_too_slow: bool) -> None:
    assert speed.is_too_slow(600, 10.0) is is_too_slow
    assert not speed.is_too_slow(400, 10.0)
    assert not _speed(REASONING).is_too_slow(600, 10.0)


def test_one_answer_from_the_cache_does_not_make_a_slow_server_fast() -> None:
    speed = _speed(SLOW, SLOW, (5_000.0, 8.0))
    assert speed.reading == 45.0
    assert choose_form(32_000, 1_500, speed) == "sentences"


def test_the_last_answers_count() -> None:
    assert _speed(*[SLOW] * 20, *[FAST] * MEASURED_ANSWERS).reading == FAST[0]
    assert _speed().reading is None
    assert _speed().writing is None


@pytest.mark.parametrize(
    ("speed", "tokens"),
    [
        (_speed(), MAX_SENTENCES_TOKENS),
        (_speed(FAST), MAX_SENTENCES_TOKENS),
        (_speed((50.0, 8.0)), 500),
        (_speed((5.0, 1.0)), MIN_SENTENCES_TOKENS),
    ],
)
def test_a_slower_server_is_given_fewer_sentences_within_limits(speed: ServerSpeed, tokens: int) -> None:
    assert sentences_tokens(speed) == tokens
