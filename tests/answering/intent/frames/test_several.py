"""Several questions in one text: where they are divided, and what stays one question."""

import pytest

from rag.answering.intent.frames.several import MAX_CHARACTERS, MAX_QUESTIONS, several_questions


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("How long was the line, and when did it open?", ("How long was the line?", "When did it open?")),
        ("Why did he go and what does she say of it?", ("Why did he go?", "What does she say of it?")),
        ("Who led the club; how many cups did it win?", ("Who led the club?", "How many cups did it win?")),
        ("Is it legal? Why did they allow it?", ("Is it legal?", "Why did they allow it?")),
        ("What happened in May? And what became of him?", ("What happened in May?", "What became of him?")),
        (
            "What do both say of bread, and how does that relate to the tax?",
            ("What do both say of bread?", "How does that relate to the tax?"),
        ),
        ("how much did it cost and who paid for it", ("How much did it cost?", "Who paid for it?")),
        ("In May, who won the cup, and who lost it all?", ("In May, who won the cup?", "Who lost it all?")),
        (
            "The mill burned down. Who set the fire? What did the owner say?",
            ("The mill burned down. Who set the fire?", "What did the owner say?"),
        ),
    ],
)
def test_clauses_with_a_question_word_of_their_own_are_several_questions(text: str, questions: tuple[str, ...]) -> None:
    assert several_questions(text) == questions


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Why do the mill and the bakery quarrel?",
        "How and why did the pact change?",
        "Where and when was it held?",
        "Why did prices rise and fall?",
        "What does she say about when sanctions work and why they fail?",
        "Explain how the cap works and why it failed",
        "Who says which mills closed and what did it cost them?",
        "Was it a success, and for whom?",
        "What are the pros and cons of bread?",
        "After the election it was the old house that voted, which struck many as odd. Why did it?",
        "The mill burned down. The bakery closed.",
        " ".join(["Why is it so?"] * (MAX_QUESTIONS + 1)),
        "Why is it so? What is it? " + "x" * MAX_CHARACTERS,
    ],
)
def test_one_question_is_not_divided(text: str) -> None:
    assert several_questions(text) == ()
