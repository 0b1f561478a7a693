"""Slips of the keyboard and what they cost."""

import pytest

from rag.answering.intent.spelling.slips import nearest_texts, single_slips, slips_between


@pytest.mark.parametrize(
    ("left", "right", "slips"), [("tariff", "tariff", 0), ("tarrif", "tariff", 2), ("teh", "the", 1), ("cat", "dog", 3)]
)
def test_a_transposition_is_one_slip(left: str, right: str, slips: int) -> None:
    assert slips_between(left, right) == slips


def test_the_distance_is_cut_off_above_the_limit() -> None:
    assert slips_between("tariffs", "museums", 2) == 3


def test_only_the_nearest_texts_within_the_limit_are_found() -> None:
    assert nearest_texts("ukrane", ["Ukraine".lower(), "crane", "spain"], 2) == ["ukraine"]
    assert nearest_texts("xyz", ["ukraine"], 2) == []


def test_a_word_is_no_slip_of_itself_and_each_slip_is_one_edit_away() -> None:
    slips = single_slips("trade")
    assert "trade" not in slips
    assert {slips_between("trade", slip) for slip in slips} == {1}


def test_frequent_slips_cost_less_than_others() -> None:
    slips = single_slips("letter")
    assert slips["leter"] < slips["lettr"], "a doubled letter left out"
    assert slips["lettre"] < slips["lettor"] <= slips["lettzr"], "two letters in the wrong order"
    assert slips["lettwr"] < slips["lettmr"], "a neighbour on the keyboard"
    assert slips["ketter"] > slips["letrer"], "the first letter is seldom wrong"
