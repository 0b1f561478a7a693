"""What holds of every answer: quotes are the articles' words, and markers, statements and citations match."""

import json

from rag import Answer, QueryEngine
from rag.text.citation_markers import marker_numbers
from tests.support.servers.chat_server import KEY


def assert_quoted_invariants(answer: Answer, engine: QueryEngine) -> None:
    """An answer made of quotes: what `assert_invariants` checks, and each statement is its one quote.

    Talk and answers about the collection are no quotes: talk has a text and cites nothing.
    """
    assert_invariants(answer, engine)
    if answer.abstained or answer.kind == "talk":
        assert answer.text
        assert not answer.citations
        return
    assert answer.citations or answer.kind == "collection"
    assert [number for statement in answer.statements for number in statement.citations] == [
        citation.number for citation in answer.citations
    ]
    for citation in answer.citations:
        article = engine.article(citation.article.id)
        assert article is not None
        assert article.text[citation.passage.start : citation.passage.end] == citation.passage.text
        assert 0 <= citation.score <= 1
    for statement in answer.statements:
        assert statement.verdict == "supported", "a quote is supported by itself"


def assert_invariants(answer: Answer, engine: QueryEngine) -> None:
    """Any answer: quotes are verbatim, markers and citations match, and an abstention has a reason and no statement."""
    json.dumps(answer.to_dict())
    assert KEY not in json.dumps(answer.to_dict()) + str(answer)
    used = list(dict.fromkeys(marker_numbers(answer.text)))
    assert used == [citation.number for citation in answer.citations] == list(range(1, len(used) + 1))
    if answer.abstained:
        assert answer.reason
        assert not answer.statements
        return
    assert list(dict.fromkeys(number for statement in answer.statements for number in statement.citations)) == used
    for citation in answer.citations:
        article = engine.article(citation.article.id)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
        assert citation.passage.start <= citation.start < citation.end <= citation.passage.end
    for statement in answer.statements:
        assert 0 <= statement.support <= 1
        # What is counted in the catalogue has no words of an article to cite.
        assert statement.citations or statement.verdict == "unsupported" or answer.kind == "collection"
