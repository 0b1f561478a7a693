"""Searches for the articles of tests.support.library.articles."""

from rag.retrieval.filters import Filters
from rag.workspace import Workspace


def is_found(workspace: Workspace, number: int) -> bool:
    """Whether a search for the words of article `number` finds it.

    A damaged index is not repaired for it.
    """
    passages = workspace.retriever.retrieve(f"observer {number} lot {number * 100 + 1}", 3, Filters()).passages
    return any(passage.article_id == f"article-{number}" for passage in passages)
