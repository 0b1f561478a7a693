"""A statement laid beside its evidence: what differs between words that agree is named, other words are not."""

from dataclasses import astuple, fields

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.alignment import LONGEST, Differences, differences, worst
from rag.verifier import Verifier

EVIDENCE = [
    "The talks went on for three days.",
    "Vladimir Putin returned the draft to Washington on 13 March with praise for the idea and 12 conditions.",
    "The weaker party had been squeezed until it agreed, and the stronger one may have been asked politely.",
]


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("Vladimir Putin returned the draft to Berlin on 13 March with praise for the idea.", ["other_name"]),
        ("Vladimir Putin returned the draft to Washington on 30 March with praise.", ["other_number"]),
        ("Vladimir Putin returned the draft to Washington on 13 March without praise for the idea.", ["denial"]),
        ("The weaker party had not been squeezed until it agreed.", ["denial"]),
        ("The stronger one has been asked politely.", ["hedge_gone"]),
        (
            "The stronger party had been squeezed until it agreed, and the weaker one may have been asked.",
            ["exchanged"],
        ),
        ("Washington Putin returned the draft to Vladimir on 13 March.", ["other_name", "exchanged"]),
        ("Marco Rubio returned the draft to Washington on 13 March.", ["other_name"]),
        ("India returned the draft to Washington on 13 March.", ["other_name"]),
    ],
)
def test_what_differs_between_words_that_agree_is_named(statement: str, kinds: list[str]) -> None:
    found = differences(statement, EVIDENCE)
    assert [field.name for field in fields(found) if getattr(found, field.name)] == kinds


@pytest.mark.parametrize(
    "statement",
    [
        *EVIDENCE,
        "The draft went back to Washington with praise, Putin's people say, and with a list of conditions.",
        "Putin returned the draft to the Americans in March.",
        "Putin returned the draft to the United States on 13 March with praise for the idea and twelve conditions.",
        "Vladimir Putin returned the draft to Washington in the middle of March, and the Kremlin praised it.",
        "Nobody in Lisbon has eaten since Tuesday.",
        "",
        "?",
    ],
)
def test_the_same_words_and_wholly_other_words_differ_in_nothing(statement: str) -> None:
    assert differences(statement, EVIDENCE) == Differences()


def test_what_stands_in_another_sentence_is_no_difference() -> None:
    joined = "The talks went on for three days and Vladimir Putin returned the draft to Washington on 13 March."
    assert differences(joined, EVIDENCE) == Differences()


def test_of_several_sentences_the_most_of_each_kind_counts() -> None:
    one, other = Differences(other_name=2.0), Differences(other_name=1.0, denial=1.0)
    assert worst([one, other]) == Differences(other_name=2.0, denial=1.0)
    assert worst([]) == Differences()


def test_of_a_statement_without_end_the_beginning_is_looked_at() -> None:
    assert differences("word " * 100_000 + "Rome", ["word " * 100_000 + "Paris"]) == Differences()
    beginning = "We saw Paris in the spring. " + "word " * LONGEST
    assert differences(beginning.replace("Paris", "Lisbon"), [beginning]).other_name == 1


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_texts_can_be_laid_side_by_side(statement: str, evidence: list[str]) -> None:
    assert all(value >= 0 for value in astuple(differences(statement, evidence)))
    assert not any(astuple(differences(statement, [statement])))


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (
            "Dependence on Hangzhou is no freer than dependence on California.",
            "Dependence on California is no freer than dependence on Hangzhou.",
        ),
        ("Kim launched a destroyer of 5,000 tonnes at Nampo.", "Kim launched a destroyer of 8,000 tonnes at Nampo."),
        (
            "The next interruption may come when stocks are lower.",
            "The next interruption will come when stocks are lower.",
        ),
        ("China sent its vice-premier, Zhang Guoqing.", "India sent its vice-premier, Zhang Guoqing."),
    ],
)
def test_the_exchanged_thing_puts_a_statement_under_the_line(true: str, false: str) -> None:
    evidence = (
        "Narendra Modi presided with Emmanuel Macron, and China sent its vice-premier, Zhang Guoqing. The next summit "
        "was promised to India. Dependence on Hangzhou is no freer than dependence on California. Kim launched a "
        "destroyer of 5,000 tonnes at Nampo on 25 April, and another keeled over at Chongjin. The next interruption "
        "may come when stocks are lower and the Russian army has prepared for it."
    )
    assert Verifier().support(true, evidence) > 0.5
    assert Verifier().support(false, evidence) < 0.5
