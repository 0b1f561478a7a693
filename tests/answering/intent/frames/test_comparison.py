"""Two subjects in one question: which questions compare them, and what they are."""

import pytest

from rag.answering.intent.frames.comparison import MAX_CHARACTERS, compared_subjects

CAP, EXIT = "the oil price cap", "the nuclear exit"


@pytest.mark.parametrize(
    "question",
    [
        f"How does {CAP} relate to {EXIT}?",
        f"how did {CAP} compare with {EXIT}",
        f"What is the difference between {CAP} and {EXIT}?",
        f"Is there a link between {CAP} and {EXIT}?",
        f"What does {CAP} have to do with {EXIT}?",
        f"Compare {CAP} and {EXIT}.",
        f"{CAP} versus {EXIT}",
        f"{CAP} vs. {EXIT}?",
        f"{CAP} compared with {EXIT}",
    ],
)
def test_both_subjects_are_found_in_the_words_of_the_question(question: str) -> None:
    assert compared_subjects(question) == (CAP, EXIT)


def test_that_of_stands_for_the_words_of_the_first_subject() -> None:
    question = "How did Korea's response to the treaty compare with that of places like Brazil?"
    assert compared_subjects(question) == (
        "Korea's response to the treaty",
        "response to the treaty of places like Brazil",
    )
    assert compared_subjects("How does the price of bread compare to that of rice?") == (
        "the price of bread",
        "the price of rice",
    )


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Compare the views on the pact.",
        "What do they disagree about most?",
        "How did the method of funding change between 2022 and 2025?",
        "Is spending on bread higher compared to last year?",
        "What did she think mattered most, compared with her advice of 2023?",
        "a vs b",
        f"How does {CAP} relate to {EXIT}? And why?",
        f"How does {CAP} relate to {'very ' * 20}old reactors?",
        f"How does {CAP} relate to {'x' * MAX_CHARACTERS}?",
    ],
)
def test_other_questions_compare_no_subjects(question: str) -> None:
    assert compared_subjects(question) == ()
