"""The names of the filters: a misspelt one is a TypeError that names the right one."""

import pytest

from rag.types.question import FILTER_NAMES, check_filter_names


def test_the_five_filters_are_known() -> None:
    assert FILTER_NAMES == ("author", "source", "topic", "article", "since", "until")
    check_filter_names(FILTER_NAMES)
    check_filter_names([])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sinc", r"'sinc' \(did you mean 'since'\?\); the filters are author, source, topic, article, since, until"),
        ("authors", r"'authors' \(did you mean 'author'\?\)"),
        ("xyz", "unexpected keyword argument 'xyz'; the filters are"),
    ],
)
def test_another_name_is_a_type_error_that_names_the_filters(name: str, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        check_filter_names([name])
