"""The form of a model's answer: an instruction below the question, for the kinds that have one."""

import pytest

from rag.generation.prompts import with_form
from rag.types.understanding import KINDS, Kind

WITH_A_FORM: tuple[Kind, ...] = ("views", "author", "timeline", "article")


@pytest.mark.parametrize("kind", WITH_A_FORM)
def test_the_instruction_stands_below_the_question(kind: Kind) -> None:
    question, _, instruction = with_form("What of bread?", kind).partition("\n\n")
    assert question == "What of bread?"
    assert len(instruction) > 40
    assert "\n" not in instruction


def test_each_kind_has_a_form_of_its_own() -> None:
    assert len({with_form("?", kind) for kind in WITH_A_FORM}) == len(WITH_A_FORM)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITH_A_FORM])
def test_any_other_question_stays_as_it_is(kind: Kind) -> None:
    assert with_form("Why is bread slow? [1] {question}", kind) == "Why is bread slow? [1] {question}"
