"""What a language model says of a question is parsed, or not read at all."""

import pytest

from rag.generation.question_reading import QuestionReading, parse_reading


@pytest.mark.parametrize(
    ("reply", "reading"),
    [
        ("Question: Why did prices fall?\nKind: fact\nSubject: prices",
         QuestionReading("Why did prices fall?", "fact", "", "prices")),
        ("Question: what do they think of oats?\nKind: views", QuestionReading("what do they think of oats?", "views")),
        ("Kind: collection count_authors\nSubject: -", QuestionReading(None, "collection", "count_authors", "")),
        ("kind: **Collection / count authors**", QuestionReading(None, "collection", "count_authors")),
        ("- **Question:** “Who wrote it?”\n- **Kind:** `collection who wrote`\n- **Subject:** (none)",
         QuestionReading("Who wrote it?", "collection", "who_wrote", "")),
        ("<reply>\nQuestion: And oats?\n\nKind: article: question.\n</reply>",
         QuestionReading("And oats?", "article", "question")),
        ("Sure, here it is:\nKind: timeline\nQuestion: How did it go?", QuestionReading("How did it go?", "timeline")),
        ("Kind: who knows what this could possibly be\nQuestion: And oats?", QuestionReading("And oats?")),
        ("Question: " + "x" * 601 + "\nKind: views", QuestionReading(None, "views")),
        ("Why did prices fall?", QuestionReading("Why did prices fall?")),
        ("Last question: “Why did prices fall?”", QuestionReading("Why did prices fall?")),
    ],
)  # fmt: skip
def test_the_labelled_lines_are_read(reply: str, reading: QuestionReading) -> None:
    assert parse_reading(reply) == reading


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "\n \n",
        '""',
        "x" * 601,
        "Kind:",
        "Kind: 7",
        "Sure!\nWhy did prices fall?",
        "Question: Why did\nprices fall?\nKind: fact",
        "Kind: views\nKind: fact",
        "Question: Why?\nQuestion: How?\nKind: fact",
        "Question: Why did prices fall?\nBecause of the harvest.",
    ],
)
def test_a_reply_that_leaves_a_choice_or_answers_is_not_read(reply: str) -> None:
    assert parse_reading(reply) is None
