"""Sentences in which an author states a change of mind."""

from datetime import date

import pytest

from rag.answering.evidence import Quote
from rag.answering.kinds.changes import CHANGES, changed_mind, view_of_today_first
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage


def _quote(text: str, author: str | None = "Ada", day: date = date(2024, 6, 1)) -> Quote:
    article = ArticleRef("a", "The Dam", author, "The Review", day, None)
    return Quote(RankedPassage("p", article, 0, len(text), text, 1.0, 1.0, 1.0), 0, len(text), text, 1.0)


@pytest.mark.parametrize(
    "sentence",
    [
        "I have changed my mind.", "We were wrong about it.", "I no longer think so.", "My forecast was too gloomy.",
        "This column argued in 2022 that it would hold.", "That was my mistake.", "I have to correct the sum.",
        "I once asked for free trams.", "We once opposed the dam.", "This column no longer supports the dam.",
    ],
)  # fmt: skip
def test_a_change_of_mind_is_found(sentence: str) -> None:
    assert CHANGES.search(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "I once lived there.",
        "It no longer likes the rain.",
        "They were wrong.",
        "The minister changed the law.",
        "I think so.",
        "The forecast was published.",
    ],
)
def test_another_s_error_and_other_changes_are_none(sentence: str) -> None:
    assert not CHANGES.search(sentence)


def test_the_author_is_that_of_the_first_such_quote_that_names_one() -> None:
    changed = "I have changed my mind."
    assert changed_mind([_quote("It rains.", "Bo"), _quote(changed, None), _quote(changed)]) == "Ada"
    assert changed_mind([_quote("It rains.")]) is None


def test_a_view_that_was_taken_back_stands_after_what_takes_it_back() -> None:
    old = _quote("The dam will hold.", day=date(2023, 1, 1))
    new, other = _quote("The advice was wrong."), _quote("It rains.", "Bo", date(2022, 1, 1))
    assert view_of_today_first([other, old, new]) == ([other, new, old], "Ada")
    assert view_of_today_first([new, old]) == ([new, old], "Ada")


def test_a_view_that_is_only_recalled_or_another_s_stays_in_its_place() -> None:
    old = _quote("The dam will hold.", day=date(2023, 1, 1))
    recalled = _quote("This column argued in 2022 that it would hold.")
    assert view_of_today_first([old, recalled]) == ([old, recalled], None)
    of_another = _quote("The advice was wrong.", "Bo")
    assert view_of_today_first([old, of_another]) == ([old, of_another], None)
    earlier = _quote("The advice was wrong.", day=date(2022, 1, 1))
    assert view_of_today_first([old, earlier]) == ([old, earlier], None)
