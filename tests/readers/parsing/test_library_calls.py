"""A library that fails on a source means a broken source; our own mistakes are raised as they are."""

from typing import Any

import pytest

from rag.errors import ReadError
from rag.readers.pages.body import extract_body
from rag.readers.parsing.library_calls import refusing_broken_source
from tests.support.planted_errors import PLANTED_ERRORS


@pytest.mark.parametrize("error", [*PLANTED_ERRORS, RecursionError("deep")], ids=lambda error: type(error).__name__)
def test_a_library_that_fails_refuses_the_source_in_one_line(error: Exception) -> None:
    with pytest.raises(ReadError) as raised, refusing_broken_source("x.rtf", "cannot be read as RTF", "save it again"):
        raise error
    assert str(raised.value) == f"x.rtf: cannot be read as RTF ({type(error).__name__}); save it again"
    assert raised.value.__cause__ is error


def test_a_source_that_was_refused_already_keeps_its_line() -> None:
    with pytest.raises(ReadError, match="is empty"), refusing_broken_source("x", "cannot be read", "save it"):
        raise ReadError("x", "is empty")


@pytest.mark.parametrize("error", PLANTED_ERRORS, ids=lambda error: type(error).__name__)
def test_a_mistake_of_our_own_in_a_page_s_body_is_no_broken_page(error: Exception) -> None:
    class Tree:
        """Raises where this package, and no library, walks the page."""

        def iter(self, *_names: str) -> Any:
            raise error

    def library_call() -> Any:
        return refusing_broken_source("x.html", "is not HTML that can be read", "save its text as .txt")

    with pytest.raises(type(error)) as raised:
        extract_body(Tree(), None, library_call)
    assert raised.value is error
