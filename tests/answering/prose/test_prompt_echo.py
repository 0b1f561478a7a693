"""A sentence that repeats the prompt, or asks, states nothing."""

import pytest

from rag.answering.prose.prompt_echo import ASKS, INSTRUCTION, PromptEcho
from rag.generation.prompts import form_instructions
from rag.package_data import bundled_folder

PROMPT = (bundled_folder("prompts") / "answer-from-sentences.md").read_text(encoding="utf-8")
ECHO = PromptEcho("\n\n".join([PROMPT, *form_instructions("views", has_parts=True)]))


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The question has several parts.", INSTRUCTION),
        ("Answer them in this order, each in one or two sentences.", INSTRUCTION),
        ("Say whose opinion it is.", INSTRUCTION),
        ("Use only what the sentences say.", INSTRUCTION),
        ("Where was Spain on military spending in 2024?", ASKS),
        ("Who pays for the wires? ", ASKS),
        ("Hard Power asks: “Who pays for the wires?”", None),
        ("The treaty has several parts, and each names one river.", None),
        ("Two sentences are served in the same prison.", None),
        ("Yes.", None),
    ],
)
def test_questions_and_instructions_are_told_from_statements(sentence: str, reason: str | None) -> None:
    assert ECHO.reason(sentence) == reason


def test_an_answer_may_repeat_the_words_of_its_question() -> None:
    echo = PromptEcho("Answer each part.\n\n- Did Kim call the arrangement an alliance?")
    assert echo.reason("Kim did call the arrangement an alliance.") is None


def test_a_prompt_without_instructions_has_no_echo() -> None:
    assert PromptEcho("").reason("The wall has cracks.") is None


def test_a_sentence_that_holds_the_whole_question_asks_it() -> None:
    echo = PromptEcho("", "What makes the deal so hard to fulfil?")
    assert (
        echo.reason("Therefore, the answer to the question “What makes the deal so hard to fulfil?” is money.") == ASKS
    )
    assert echo.reason("The deal is so hard to fulfil because companies buy gas.") is None
    keywords = PromptEcho("", "oil price cap on Russia")
    assert keywords.reason("The oil price cap on Russia has leaked.") is None
