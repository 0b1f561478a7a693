"""Each part that reads what others send, under inputs of its kind: some in the plain suite, many with `-m slow`."""

import pytest

from tests.fuzz.fuzzing import counted, fuzzed
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_of_some_breaks_it(name: str) -> None:
    """The same ones every time, so that nobody's change fails for an input that it has nothing to do with."""
    target = TARGETS[name]
    assert fuzzed(target, target.few, derandomize=True) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_of_many_breaks_it(name: str) -> None:
    target = TARGETS[name]
    assert counted(name, lambda: fuzzed(target, target.many)) > 0
