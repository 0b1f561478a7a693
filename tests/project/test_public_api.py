"""The names that users import, their types, and what importing them costs."""

import asyncio
import dataclasses
import inspect
import os
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rag
from rag import Chat, QueryEngine, open_engine

NAMES = {
    "AddReport", "Answer", "AnswerStep", "Article", "ArticleList", "ArticleRef", "ArticleVersion", "ArticleQuote",
    "Debate", "DebateRow", "MonthCount", "PassageNodeParser", "Position", "QuotePair", "Reply",
    "DraftFinding", "DraftReport", "WordDifference",
    "Cancellation",
    "CatalogueEntry", "CataloguePage", "Chat", "Citation", "DebateCard", "EncoderError", "EncoderMismatch",
    "Feedback", "FeedbackCitation", "FilterArgs", "FollowedSource", "FormattedCitation", "Freshness", "Highlight",
    "Inconsistency", "IndexDamaged", "IndexParameters", "IngestProgress", "LibraryBusy", "LibraryCounts",
    "LibraryDamaged", "LibraryError", "LibraryMissing", "LibraryVersion", "LoadFailure", "LoadNote",
    "ModelError", "QueryEngine", "QuestionCancelled", "QuestionScope", "RagError", "RankedPassage", "ReadError",
    "Rename", "Revision", "SearchResults", "Section", "ServerBusy", "ServerUnavailable", "Settings", "SettingsError",
    "Statement", "StyledText", "SyncReport", "TextDelta", "Timings", "Tuning", "Turn", "Understanding", "Usage",
    "open_engine",
}  # fmt: skip


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as opened:
        yield opened


def _public_methods(of: type) -> list[Any]:
    """The methods and properties that the package defines and whose names have no underscore."""
    own = [base for base in of.__mro__ if base.__module__.startswith("rag.")]
    members = [member for base in own for name, member in vars(base).items() if not name.startswith("_")]
    return [
        member.fget if isinstance(member, property) else member
        for member in members
        if callable(member) or isinstance(member, property)
    ]


def _types_in(annotation: Any) -> set[type]:
    """The classes of this package in an annotation, those in its arguments and in fields of dataclasses included."""
    found: set[type] = set()
    pending = [annotation]
    while pending:
        part = pending.pop()
        pending += part if isinstance(part, list | tuple) else typing.get_args(part)
        # A class may have fields of its own type.
        if isinstance(part, type) and part.__module__.startswith("rag.") and part not in found:
            found.add(part)
            pending += typing.get_type_hints(part).values() if dataclasses.is_dataclass(part) else []
    return found


def test_the_exported_names_are_these() -> None:
    assert set(rag.__all__) == NAMES
    for name in NAMES:
        assert getattr(rag, name) is not None


@pytest.mark.parametrize("of", [QueryEngine, Chat])
def test_every_type_that_a_public_method_takes_or_returns_is_exported(of: type) -> None:
    methods = _public_methods(of)
    assert len(methods) > 5
    for method in [*methods, open_engine]:
        hints = typing.get_type_hints(method)
        assert "return" in hints, f"{method.__qualname__} says what it returns"
        for used in _types_in(list(hints.values())):
            assert getattr(rag, used.__name__, None) is used, f"{method.__qualname__} needs {used.__name__}"


@pytest.mark.parametrize("of", [QueryEngine, Chat])
def test_every_method_that_takes_filters_takes_the_same_typed_ones(of: type) -> None:
    takers = [method for method in _public_methods(of) if "filters" in inspect.signature(method).parameters]
    names = {method.__name__ for method in takers}
    assert {"ask", "aask", "stream", "astream", "events", "aevents"} <= names
    assert of is Chat or {"search", "as_retriever"} <= names
    for method in takers:
        assert typing.get_type_hints(method)["filters"] == typing.Unpack[rag.FilterArgs]


def test_a_misspelt_filter_is_a_type_error_at_once(engine: QueryEngine) -> None:
    chat = engine.chat()
    misspelt: Any = {"sinc": "2024-01-01"}
    for method in (engine.ask, engine.stream, engine.astream, engine.events, engine.aevents, engine.search,
                   engine.as_retriever, chat.ask, chat.stream, chat.astream, chat.events, chat.aevents):  # fmt: skip
        arguments = () if method == engine.as_retriever else ("Why?",)
        with pytest.raises(TypeError, match=r"unexpected keyword argument 'sinc' \(did you mean 'since'\?\)"):
            method(*arguments, **misspelt)
    for coroutine in (engine.aask("Why?", **misspelt), chat.aask("Why?", **misspelt)):
        with pytest.raises(TypeError, match="sinc"):
            asyncio.run(coroutine)


def test_every_method_that_answers_a_question_takes_the_parts_to_ignore() -> None:
    for of in (QueryEngine, Chat):
        takers = {method.__name__ for method in _public_methods(of) if "ignore" in inspect.signature(method).parameters}
        assert takers >= {"ask", "aask", "stream", "astream", "events", "aevents"}


def test_a_misspelt_part_to_ignore_is_a_value_error_at_once(engine: QueryEngine) -> None:
    chat = engine.chat()
    misspelt: Any = ["date"]
    for method in (engine.ask, engine.stream, engine.astream, engine.events, engine.aevents,
                   chat.ask, chat.stream, chat.astream, chat.events, chat.aevents):  # fmt: skip
        with pytest.raises(ValueError, match="'date' cannot be ignored; the parts are conversation, spelling"):
            method("Why?", ignore=misspelt)
    for coroutine in (engine.aask("Why?", ignore=misspelt), chat.aask("Why?", ignore=misspelt)):
        with pytest.raises(ValueError, match="'date' cannot be ignored"):
            asyncio.run(coroutine)


def test_the_documented_way_to_print_a_stream_goes_on_working(
    engine: QueryEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = None
    for event in engine.stream("Why does China dislike the pact?"):
        print(event if isinstance(event, str) else "", end="")
        answer = event
    assert isinstance(answer, rag.Answer)
    assert capsys.readouterr().out == answer.text
    pieces = [event for event in engine.stream("Why does China dislike the pact?") if not isinstance(event, rag.Answer)]
    assert pieces
    assert {type(piece) for piece in pieces} == {rag.TextDelta}


def test_every_error_is_a_rag_error() -> None:
    exported = [getattr(rag, name) for name in NAMES if isinstance(getattr(rag, name), type)]
    errors = [exported_type for exported_type in exported if issubclass(exported_type, Exception)]
    assert len(errors) == 15
    assert all(issubclass(error, rag.RagError) for error in errors)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rag.nothing


def test_the_version_is_the_distribution_s() -> None:
    from importlib.metadata import version

    assert rag.__version__ == version("commentary-rag")


def test_dir_lists_the_public_names_alone() -> None:
    assert set(dir(rag)) == NAMES | {"__version__"}


def _python(*arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, env=kept)
    return done.stdout.strip()


def test_python_m_rag_is_the_command_line() -> None:
    assert _python("-m", "rag", "--help").startswith("Usage: rag ")


def test_importing_the_package_brings_nothing_heavy() -> None:
    heavy = "{'gradio', 'chromadb', 'llama_index', 'onnxruntime', 'openai'}"
    assert _python("-c", f"import sys, rag; rag.__version__; print(sorted({heavy} & set(sys.modules)))") == "[]"


def test_asking_never_imports_the_page() -> None:
    code = "import sys; from rag import open_engine; import rag.engine; print('gradio' in sys.modules)"
    assert _python("-c", code) == "False"
