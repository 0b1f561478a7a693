"""A few items of many, spread over their kinds."""

from collections import Counter

from evals.datasets.cases import load_cases
from evals.datasets.sampling import spread


def test_each_stratum_gives_in_proportion_to_what_it_has() -> None:
    items = ["why"] * 12 + ["fact"] * 6 + ["compare"] * 6
    assert Counter(spread(items, 8, str)) == {"why": 4, "fact": 2, "compare": 2}


def test_items_stay_in_their_order_and_none_comes_twice() -> None:
    items = [("b", 1), ("a", 2), ("b", 3), ("a", 4), ("b", 5)]
    taken = spread(items, 3, lambda item: item[0])
    assert taken == [item for item in items if item in taken]
    assert len(set(taken)) == 3


def test_a_number_of_at_least_all_leaves_all() -> None:
    assert spread([3, 1, 2], None, int) == spread([3, 1, 2], 3, int) == spread([3, 1, 2], 9, int) == [3, 1, 2]


def test_a_few_cases_of_the_suite_are_of_every_kind_and_subject() -> None:
    cases = load_cases("commentary", "dev")
    taken = spread(cases, 24, lambda case: (case.kind, case.subject))
    assert len(taken) == 24
    assert {case.kind for case in taken} == {case.kind for case in cases}
    assert {case.subject for case in taken} == {case.subject for case in cases}
