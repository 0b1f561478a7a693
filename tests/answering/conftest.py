"""A small library about a dam, and what the answering parts get from it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine
from rag.answering.citation_checker import CitationChecker
from rag.engine import workspace_of
from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval
from rag.verification.verifier import Verifier
from rag.workspace import Workspace
from tests.support.library.columns import FOOD, SPORT, opened

ARTICLES = {
    "dam": (
        "The dam at Kelling Falls was finished in 1974.\n\n"
        "Engineers found cracks in the dam's northern wall last spring. They closed the road beneath it at once. "
        "The ministry refused to lower the water, because farmers downstream had been promised a full season.\n\n"
        "What would it cost to mend the wall? An outside firm has put the price at 40 million crowns.\n\n"
        "Tourists still come for the view, and the hotel is full."
    ),
    "copy": (
        "Another paper on the same dam.\n\n"
        "Engineers found cracks in the northern wall of the dam last spring.\n\n"
        "The mayor of Kelling wants the dam mended before the harvest."
    ),
    "bread": "Bread became dearer in the capital. Bakers blame the price of flour, and the mills blame the drought.",
}

Retrieve = Callable[[str], Retrieval]


@pytest.fixture(scope="package")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    """Over the library, with quotes for answers."""
    folder = tmp_path_factory.mktemp("dam")
    for name, text in ARTICLES.items():
        (folder / f"{name}.md").write_text(f"---\ntitle: The {name}\nauthor: Writer of {name}\n---\n{text}\n")
    with open_engine(folder / "home", empty=True) as opened:
        opened.add(*(folder / f"{name}.md" for name in ARTICLES))
        yield opened


@pytest.fixture(scope="package")
def workspace(engine: QueryEngine) -> Workspace:
    return workspace_of(engine)


@pytest.fixture(scope="package")
def retrieve(workspace: Workspace) -> Retrieve:
    """Retrieves six passages for a question."""
    return lambda question: workspace.retrieve(question, 6, Filters())


@pytest.fixture(scope="package")
def checker(workspace: Workspace) -> CitationChecker:
    return CitationChecker(workspace.library, Verifier(), workspace.encoder)


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a folder with one article of that text."""

    def write(text: str) -> Path:
        (tmp_path / "article.md").write_text(f"---\ntitle: The article\nauthor: A. Writer\n---\n{text}\n")
        return tmp_path / "article.md"

    return write


@pytest.fixture(scope="package")
def food_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    """Over the invented columns about food, with quotes for answers."""
    with opened(FOOD, tmp_path_factory.mktemp("food")) as engine:
        yield engine


@pytest.fixture(scope="package")
def sport_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    """Over the invented columns about sport, with quotes for answers."""
    with opened(SPORT, tmp_path_factory.mktemp("sport")) as engine:
        yield engine
