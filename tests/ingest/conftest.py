"""An empty library, opened."""

from collections.abc import Iterator

import pytest

from rag.settings import Settings
from rag.workspace import Workspace


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    with Workspace(settings, empty=True) as opened:
        yield opened
