"""Quotations of a draft: marks of every kind, block quotes, omissions, insertions, nesting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.drafts.quoting.quotations import find_quotations
from rag.drafts.quoting.words import text_words


def quoted(text: str) -> list[str]:
    return [text[quotation.start : quotation.end] for quotation in find_quotations(text)]


@pytest.mark.parametrize(
    "marks", ["“{}”", '"{}"', "„{}“", "„{}”", "«{}»", "»{}«", "‹{}›", "‘{}’", "'{}'", "“{},”"], ids=lambda marks: marks
)
def test_any_pair_of_marks_makes_a_quotation(marks: str) -> None:
    text = f"She wrote {marks.format('it is a long road')} and left."
    assert [part.rstrip(",") for part in quoted(text)] == ["it is a long road"]


def test_apostrophes_are_no_marks() -> None:
    assert quoted("It isn't the companies' fault, and it's nobody's plan; the dogs' dinner didn't help.") == []


def test_a_single_quotation_goes_on_after_a_plural_s_genitive() -> None:
    assert quoted("He said ‘the companies’ promises are voluntary’ and left.") == [
        "the companies’ promises are voluntary"
    ]


def test_lines_with_a_bracket_before_them_are_a_block_quotation() -> None:
    text = "She wrote:\n\n> It is a long road,\n> and a dry one.\n\nThen she left."
    (quotation,) = find_quotations(text)
    assert quotation.is_block
    assert quotation.words.words == ("it", "is", "a", "long", "road", "and", "a", "dry", "one")


def test_an_omission_and_an_insertion_divide_a_quotation() -> None:
    (quotation,) = find_quotations("“It is a long […] road [to Rome] and a dry one . . . for all.”")
    assert [" ".join(piece.words.words) for piece in quotation.pieces] == [
        "it is a long",
        "road",
        "and a dry one",
        "for all",
    ]
    assert [piece.separator for piece in quotation.pieces] == [None, "omission", "insertion", "omission"]


def test_a_letter_in_brackets_belongs_to_its_word() -> None:
    (quotation,) = find_quotations("“[I]t is a long road”")
    assert quotation.words.words == ("it", "is", "a", "long", "road")


def test_a_quotation_within_a_quotation_is_part_of_it() -> None:
    (quotation,) = find_quotations("“She said ‘we shall not go home’ and left the room.”")
    assert "we shall not" in " ".join(quotation.words.words)
    assert [inner.words.words[0] for inner in quotation.inner] == ["we"]


def test_an_expression_in_marks_is_no_quotation() -> None:
    assert quoted("The “guest list” and the so-called “axis” are words.") == []


def test_one_lone_mark_makes_no_quotation() -> None:
    assert quoted("He wrote “it is a long road and never closed the mark.\n\nAnother paragraph is here.") == []
    assert quoted('A 5" pipe is on sale, and nobody buys it.') == []


@given(st.text(alphabet="ab \n\"'“”‘’«»„>[…]().", max_size=200))
def test_any_text_is_read_and_spans_are_within_it(text: str) -> None:
    position = 0
    for quotation in find_quotations(text):
        assert position <= quotation.outer[0] <= quotation.start <= quotation.end <= quotation.outer[1] <= len(text)
        position = quotation.outer[1]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("It isn’t a ﬁne day", "it isn't a fine day"),
        ("3.5 per cent", "3.5  per\u00a0cent"),
        ("Sánchez", "Sa\u0301nchez"),
        ("com\u00admuniqué", "communique"),
        ("well—known", "well known"),
    ],
)
def test_typography_does_not_change_a_word(left: str, right: str) -> None:
    assert text_words(left).words == text_words(right).words


@pytest.mark.parametrize(("left", "right"), [("5%", "5"), ("$5", "5"), ("-5", "5"), ("3.5", "35")])
def test_numbers_and_their_signs_count(left: str, right: str) -> None:
    assert text_words(left).words != text_words(right).words


def test_each_word_knows_its_place_and_runs_are_found() -> None:
    words = text_words("The “long” road, the long road.")
    assert words.slice(1, 3) == "long” road"
    assert words.runs(("long", "road")) == [1, 4]
    assert words.runs(("road", "long")) == []
    assert words.runs(("ong", "road")) == []
