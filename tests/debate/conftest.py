"""An engine over the bundled corpus, shared by the tests of debates."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as opened:
        yield opened
