"""Citation markers: how they are read, taken out and escaped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.citation_markers import escape_markers, marker_numbers, strip_markers


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[1]", [1]),
        ("[1, 2]", [1, 2]),
        ("[1][2]", [1, 2]),
        ("[[1]]", [1]),
        ("【1】", [1]),
        ("[¹]", [1]),
        ("[2-4]", [2, 3, 4]),
        ("[2024-07-09]", [2024, 7, 9]),
        ("[1-3-5]", [1, 3, 5]),
        ("[5-2]", [5, 2]),
        ("(1)", []),
        ("[a]", []),
        ("[]", []),
    ],
)
def test_every_spelling_of_a_marker_is_read(marker: str, numbers: list[int]) -> None:
    assert marker_numbers(f"Moscow gains {marker}.") == numbers


def test_stripping_markers_leaves_prose() -> None:
    assert strip_markers("Moscow gains [1], says he [2, 3].") == "Moscow gains, says he."


def test_an_escaped_number_in_brackets_looks_the_same_and_is_no_marker() -> None:
    assert marker_numbers(escape_markers("as shown before [3], the price [4, 5] fell")) == []
    assert escape_markers("as shown before [3]").replace("\u2060", "") == "as shown before [3]"


@given(st.text(alphabet="ab [](),-¹²0123456789【】.\u2060", max_size=80))
def test_an_escaped_text_holds_no_marker(text: str) -> None:
    assert marker_numbers(escape_markers(text)) == []
