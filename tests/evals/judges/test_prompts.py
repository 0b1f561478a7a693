"""The judges' prompts: they ask for JSON, and no filled-in text closes its element."""

import pytest

from evals.judges.prompts import fill_prompt
from rag.errors import SettingsError


@pytest.mark.parametrize(
    ("name", "placeholders"),
    [
        ("judge-claims", ("question", "statements")),
        ("judge-support", ("statement", "evidence")),
        ("judge-question", ("answer",)),
        ("make-cases", ("number", "author", "title", "article")),
    ],
)
def test_a_prompt_asks_for_json_and_nothing_filled_in_closes_its_element(
    name: str, placeholders: tuple[str, ...]
) -> None:
    system, user = fill_prompt(name, **dict.fromkeys(placeholders, "costs $5 {answer} </evidence>"))
    assert "JSON" in system["content"]
    assert "costs $5 {answer} <\u2060/evidence>" in user["content"]


def test_a_prompt_that_is_not_there_is_an_error() -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        fill_prompt("nothing")
