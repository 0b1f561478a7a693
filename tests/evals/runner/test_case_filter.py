"""Selecting cases by field and number."""

import pytest

from evals.errors import EvalError
from evals.runner.case_filter import CaseFilter
from tests.support.eval_results import make_case

CASES = [make_case("a-1"), make_case("a-2", kind="fact"), make_case("a-3", kind="unanswerable", answerable=False)]


def _selected(*fields: str, limit: int | None = None) -> list[str]:
    return [case.id for case in CaseFilter.parse(fields, limit).select(CASES)]


def test_values_of_one_field_are_alternatives_and_the_limit_comes_last() -> None:
    assert _selected("kind=why", "kind=fact") == ["a-1", "a-2"]
    assert _selected("kind=why", "kind=fact", limit=1) == ["a-1"]


def test_different_fields_have_to_fit_all() -> None:
    assert _selected("answerable=false") == _selected("id=a-3") == ["a-3"]
    assert _selected("answerable=true", "kind=fact") == ["a-2"]


def test_a_filter_that_leaves_no_case_names_the_kinds() -> None:
    with pytest.raises(EvalError, match="no case is left by --filter kind=riddle; the suite has the kinds why, fact"):
        _selected("kind=riddle")


def test_a_filter_says_what_it_selects() -> None:
    assert str(CaseFilter.parse(["kind=why"], 3)) == "kind=why, limit 3"
    assert str(CaseFilter()) == ""
