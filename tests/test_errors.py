"""Errors: the tree in the module's docstring, and the errors that a disk causes."""

import ast
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

import rag
from rag import errors
from rag.errors import RagError, ReadError, ServerBusy, disk_error, first_problem, single_line


class _Part(BaseModel):
    number: int


class _Document(BaseModel):
    parts: list[_Part]


def test_the_tree_in_the_docstring_names_every_error() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, RagError)]
    assert errors.__doc__ is not None
    assert [each.__name__ for each in classes if each.__name__ not in errors.__doc__] == []


def test_every_error_is_public_but_the_one_that_no_caller_sees() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, RagError)]
    assert [each.__name__ for each in classes if each.__name__ not in rag.__all__] == ["NotModified"]


def test_an_error_beside_the_tree_is_a_kind_of_one_in_it() -> None:
    kinds: dict[str, set[str]] = {}
    for path in Path(rag.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and path.name != "errors.py":
                kinds[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
    assert {"EmptyReply", "SchemaRejected"} <= kinds.keys()
    assert [name for name, bases in kinds.items() if "RagError" in bases] == []


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        ("attempt to write a readonly database", "/home/x is read-only; make it writable"),
        ("[Errno 13] Permission denied: '/home/x'", "/home/x is read-only; make it writable"),
        ("database or disk is full", "the disk that holds /home/x is full or failing (database or disk is full)"),
        ("No space left on device", "is full or failing (No space left on device); free some space, then repeat"),
    ],
)
def test_a_refusing_disk_is_told_by_the_words_of_its_message(cause: str, message: str) -> None:
    error = disk_error(Path("/home/x"), cause)
    assert error is not None
    assert message in str(error)


def test_another_cause_is_no_error_of_the_disk() -> None:
    assert disk_error(Path("/home/x"), "no such table: articles") is None
    # The name of the folder itself tells nothing.
    assert disk_error(Path("/home/read-only"), "cannot open /home/read-only/library.sqlite") is None


def test_messages_are_one_line() -> None:
    assert str(ReadError("a.md", "is empty")) == "a.md: is empty"
    assert str(ServerBusy(1)).endswith("ask again in a second.")
    assert str(ServerBusy(7)).endswith("ask again in 7 seconds.")
    assert single_line("two\n  lines", 5) == "two l"
    assert single_line(KeyError()) == "KeyError"


def test_the_first_problem_names_the_field_or_the_whole_document() -> None:
    with pytest.raises(ValidationError) as raised:
        _Document.model_validate_json('{"parts": [{"number": "x"}]}')
    assert first_problem(raised.value, "the line").startswith("parts.0.number: Input should be a valid integer")
    with pytest.raises(ValidationError) as raised:
        _Document.model_validate_json("[]")
    assert first_problem(raised.value, "the line").startswith("the line: Input should be")
