"""Answers read back from JSON: what a citation needs of them, and one line for anything else."""

import json
import re

import pytest

from rag.cli.exports.answer_file import answers_in
from rag.errors import RagError
from rag.types.answer import Answer, Citation, Statement
from rag.types.passage import RankedPassage
from tests.citing.articles import ref

PASSAGE = RankedPassage("p", ref(), 3, 9, "quoted", 1.0, 1.0, 1.0)
ANSWER = Answer(
    "Why?", "Why?", "“quoted” [1]", False, None, (Statement("“quoted”", (1,), 1.0, "supported"),),
    (Citation(1, ref(), "quoted", 3, 9, PASSAGE, 1.0),), "quotes",
)  # fmt: skip
TEXT = json.dumps(ANSWER.to_dict())


@pytest.mark.parametrize("text", [TEXT, f"[{TEXT}]", f"{TEXT}\n{TEXT}\n", json.dumps(ANSWER.to_dict(), indent=2)])
def test_one_answer_a_list_and_a_line_each_are_read(text: str) -> None:
    for answer in answers_in(text, "a.json"):
        assert answer.cite("mla") == ANSWER.cite("mla")
        assert [(each.quote, each.start, each.end) for each in answer.citations] == [("quoted", 3, 9)]


@pytest.mark.parametrize(
    "text", ["", "no json", "[1]", "{}", '{"citations": [{"number": 1}]}', "[" * 100_000, '{"citations": null}']
)
def test_anything_else_is_an_error_of_one_line(text: str) -> None:
    with pytest.raises(RagError, match=re.escape("a.json holds no ")) as error:
        answers_in(text, "a.json")
    assert "\n" not in str(error.value)
