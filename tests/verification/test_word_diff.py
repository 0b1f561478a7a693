"""Word diff: differences between matching words are counted by kind, paraphrases are not counted."""

from dataclasses import astuple, fields

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.verification.verifier import SUPPORTED, Verifier
from rag.verification.word_diff import MAX_DIFFERING_WORDS, MAX_STATEMENT_WORDS, WordDiff, merge_max, word_diff

EVIDENCE = [
    "The talks went on for three days.",
    "Vladimir Putin returned the draft to Washington on 13 March with praise for the idea and 12 conditions.",
    "The weaker party had been squeezed until it agreed, and the stronger one may have been asked politely.",
]


def kinds_of(diff: WordDiff) -> list[str]:
    return [field.name for field in fields(diff) if getattr(diff, field.name)]


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
def test_a_difference_between_matching_words_is_counted_by_kind(statement: str, kinds: list[str]) -> None:
    assert kinds_of(word_diff(statement, EVIDENCE)) == kinds


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
def test_repetitions_and_paraphrases_have_no_difference(statement: str) -> None:
    assert word_diff(statement, EVIDENCE) == WordDiff()


def test_a_match_across_two_sentences_has_no_difference() -> None:
    joined = "The talks went on for three days and Vladimir Putin returned the draft to Washington on 13 March."
    assert word_diff(joined, EVIDENCE) == WordDiff()


def test_every_difference_of_a_kind_is_counted() -> None:
    twice = (
        "The weaker party had not been squeezed until it agreed, and the stronger one may not have been asked politely."
    )
    assert word_diff(twice, EVIDENCE) == WordDiff(denial=2.0)


def test_a_single_matching_word_is_not_enough() -> None:
    assert word_diff("Squeezed in Lisbon agreed", EVIDENCE) == WordDiff()


def test_a_difference_of_many_words_is_a_paraphrase() -> None:
    def statement(words: int) -> str:
        return f"Vladimir Putin returned the draft to {'Berlin ' * words}on 13 March with praise for the idea."

    assert word_diff(statement(MAX_DIFFERING_WORDS), EVIDENCE).other_name == 1.0
    assert word_diff(statement(MAX_DIFFERING_WORDS + 1), EVIDENCE) == WordDiff()


def test_the_largest_count_of_each_kind_is_merged() -> None:
    diffs = [WordDiff(other_name=2.0), WordDiff(other_name=1.0, denial=1.0)]
    assert merge_max(diffs) == WordDiff(other_name=2.0, denial=1.0)
    assert merge_max([]) == WordDiff()


def test_only_the_beginning_of_a_very_long_statement_is_read() -> None:
    assert word_diff("word " * 100_000 + "Rome", ["word " * 100_000 + "Paris"]) == WordDiff()
    beginning = "We saw Paris in the spring. " + "word " * MAX_STATEMENT_WORDS
    assert word_diff(beginning.replace("Paris", "Lisbon"), [beginning]).other_name == 1


@hypothesis_settings(max_examples=60)
@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_texts_can_be_compared(statement: str, evidence: list[str]) -> None:
    assert all(value >= 0 for value in astuple(word_diff(statement, evidence)))
    assert not any(astuple(word_diff(statement, [statement])))


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
def test_a_counted_difference_puts_a_statement_below_the_threshold(true: str, false: str) -> None:
    evidence = (
        "Narendra Modi presided with Emmanuel Macron, and China sent its vice-premier, Zhang Guoqing. The next summit "
        "was promised to India. Dependence on Hangzhou is no freer than dependence on California. Kim launched a "
        "destroyer of 5,000 tonnes at Nampo on 25 April, and another keeled over at Chongjin. The next interruption "
        "may come when stocks are lower and the Russian army has prepared for it."
    )
    assert Verifier().score(true, evidence) > SUPPORTED
    assert Verifier().score(false, evidence) < SUPPORTED
