"""The citation checker: statements are scored against the articles as the library holds them now."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rag import open_engine
from rag.answering.citation_checker import CitationChecker
from rag.answering.evidence import Quote, select_quotes
from rag.engine import workspace_of
from rag.retrieval.filters import Filters
from rag.verification.verifier import PARTLY, SUPPORTED, Verifier
from tests.answering.conftest import Retrieve


def _cracks(retrieve: Retrieve) -> Quote:
    (quote,) = select_quotes(retrieve("What did engineers find in the dam's northern wall?"), 1)
    return quote


def test_a_statement_is_scored_by_what_it_cites(checker: CitationChecker, retrieve: Retrieve) -> None:
    quote = _cracks(retrieve)
    true, false, uncited = checker.supports(
        [
            ("Engineers found cracks in the northern wall of the dam.", [quote]),
            ("Kim sent ninety nuclear bombs to Paris.", [quote]),
            ("Engineers found cracks in the northern wall of the dam.", []),
        ]
    )
    assert true >= SUPPORTED > false
    assert uncited == 0.0


def test_a_clause_that_the_model_adds_makes_a_statement_partly_supported(
    checker: CitationChecker, retrieve: Retrieve
) -> None:
    quote = _cracks(retrieve)
    added = "Engineers found cracks in the northern wall of the dam, but insurers had expected worse."
    (support,) = checker.supports([(added, [quote])], question="What did the engineers find?")
    assert support < SUPPORTED
    whole = "Engineers found cracks in the northern wall of the dam last spring."
    (support,) = checker.supports([(whole, [quote])], question="What did the engineers find?")
    assert support >= SUPPORTED > PARTLY


def test_no_statements_have_no_scores(checker: CitationChecker) -> None:
    assert checker.supports([]) == []
    assert checker.quote_supports([]) == []


def test_a_verbatim_quote_is_supported_and_a_changed_copy_is_not(checker: CitationChecker, retrieve: Retrieve) -> None:
    quote = _cracks(retrieve)
    copy = replace(quote, text="The hotel burned down in 1912.")
    verbatim, changed = checker.quote_supports([quote, copy])
    assert verbatim >= SUPPORTED > changed


def test_a_quote_of_an_article_that_was_removed_supports_nothing(
    tmp_path: Path, folder_of: Callable[[str], Path]
) -> None:
    text = "Engineers found cracks in the northern wall of the dam last spring."
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(folder_of(text))
        workspace = workspace_of(engine)
        (quote,) = select_quotes(workspace.retrieve("What did engineers find in the wall?", 6, Filters()), 1)
        checker = CitationChecker(workspace.library, Verifier(), workspace.encoder)
        assert checker.supports([(text, [quote])])[0] >= SUPPORTED
        engine.remove(quote.passage.article.id)
        assert checker.supports([(text, [quote])])[0] < SUPPORTED
        assert checker.quote_supports([quote])[0] < SUPPORTED
