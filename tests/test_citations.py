"""Markers: none that stands for nothing, numbered in order of first use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.citations import defused, numbers_in, without_markers


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
    assert numbers_in(f"Moscow gains {marker}.") == numbers


def test_a_text_without_markers_is_prose() -> None:
    assert without_markers("Moscow gains [1], says he [2, 3].") == "Moscow gains, says he."


def test_a_number_in_brackets_in_an_article_is_no_marker() -> None:
    assert numbers_in(defused("as shown before [3], the price [4, 5] fell")) == []
    assert defused("as shown before [3]").replace("\u2060", "") == "as shown before [3]"


@given(st.text(alphabet="ab [](),-¹²0123456789【】.\u2060", max_size=80))
def test_a_defused_text_holds_no_marker(text: str) -> None:
    assert numbers_in(defused(text)) == []
