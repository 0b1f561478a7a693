"""What a native library or a disk refuses, in one line that says what to do."""

from pathlib import Path

import pytest

from rag.errors import IndexDamaged, LibraryError
from rag.index.damage import index_error, translate_errors


class PanicException(BaseException):
    """As PyO3 makes one for each native module."""


def test_a_panic_is_damage_and_other_exits_are_not(tmp_path: Path) -> None:
    damage = pytest.raises(IndexDamaged, match=r"the vectors cannot be used \(index out of bounds\); run: rag rebuild")
    with damage, translate_errors(tmp_path, "the vectors"):
        raise PanicException("index out of bounds")
    for exit_error in (KeyboardInterrupt, SystemExit, GeneratorExit):
        with pytest.raises(exit_error), translate_errors(tmp_path, "the vectors", ValueError):
            raise exit_error


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        ("No space left on device (os error 28)", "free some space"),
        ("Permission denied (os error 13)", "make it writable"),
        ("error returned from database: (code: 8) attempt to write a readonly database", "make it writable"),
    ],
)
def test_a_disk_that_refuses_is_no_damage(tmp_path: Path, cause: str, advice: str) -> None:
    error = index_error(tmp_path, "the full text", ValueError(cause))
    assert isinstance(error, LibraryError)
    assert not isinstance(error, IndexDamaged)
    assert advice in str(error)


def test_a_message_of_several_lines_becomes_one(tmp_path: Path) -> None:
    assert "\n" not in str(index_error(tmp_path, "the vectors", ValueError("one\n  two")))
    assert "(ValueError)" in str(index_error(tmp_path, "the vectors", ValueError()))
