"""Sentences in which an author states a change of mind."""

from datetime import date

import pytest

from rag.answering.evidence import Quote
from rag.answering.kinds.changes import CHANGES, changed_mind
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage


def _quote(text: str, author: str | None = "Ada") -> Quote:
    article = ArticleRef("a", "The Dam", author, "The Review", date(2024, 6, 1), None)
    return Quote(RankedPassage("p", article, 0, len(text), text, 1.0, 1.0, 1.0), 0, len(text), text, 1.0)


@pytest.mark.parametrize(
    "sentence",
    [
        "I have changed my mind.", "We were wrong about it.", "I no longer think so.", "My forecast was too gloomy.",
        "This column argued in 2022 that it would hold.", "That was my mistake.", "I have to correct the sum.",
    ],
)  # fmt: skip
def test_a_change_of_mind_is_found(sentence: str) -> None:
    assert CHANGES.search(sentence)


@pytest.mark.parametrize(
    "sentence", ["They were wrong.", "The minister changed the law.", "I think so.", "The forecast was published."]
)
def test_another_s_error_and_other_changes_are_none(sentence: str) -> None:
    assert not CHANGES.search(sentence)


def test_the_author_is_that_of_the_first_such_quote_that_names_one() -> None:
    changed = "I have changed my mind."
    assert changed_mind([_quote("It rains.", "Bo"), _quote(changed, None), _quote(changed)]) == "Ada"
    assert changed_mind([_quote("It rains.")]) is None
