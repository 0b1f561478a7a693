"""A repeated sentence is left out, unless it is the better supported of the two."""

import pytest

from rag.answering.citation_checker import CitationChecker
from rag.answering.prose.citation_resolver import CitationResolver
from rag.answering.prose.draft_sentence import DraftSentence
from rag.answering.prose.editing import DraftEditor
from rag.generation.prompt_context import passages_that_fit
from rag.verification.verifier import PARTLY, SUPPORTED
from rag.workspace import Workspace
from tests.answering.conftest import Retrieve

SENTENCE = "Engineers found cracks in the northern wall"


@pytest.mark.parametrize(
    ("earlier", "later", "stands"),
    [(SUPPORTED, 1.0, False), (SUPPORTED, PARTLY, False), (PARTLY, PARTLY, False), (PARTLY, SUPPORTED, True)],
)
def test_a_repeated_sentence_stands_only_if_it_is_better_supported(
    workspace: Workspace, retrieve: Retrieve, checker: CitationChecker, earlier: float, later: float, stands: bool
) -> None:
    retrieval = retrieve("What did engineers find in the dam's northern wall?")
    resolver = CitationResolver(workspace.encoder, retrieval, passages_that_fit(retrieval.passages, (), 10_000))
    editor = DraftEditor(None, resolver, checker)
    first, second = (DraftSentence("", [SENTENCE], text=SENTENCE, support=support) for support in (earlier, later))
    editor.edit(first)
    editor.edit(second)
    assert (first.is_in_answer, second.is_in_answer) == (True, stands)
