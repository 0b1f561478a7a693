"""Checks statements against the article text that they cite.

The text is the stored article's text at the cited offsets. The check reads the articles as they are now, not the copies
that retrieval made. If an article was removed or changed in the meantime, its quotes no longer support a statement.
"""

from collections.abc import Iterable, Sequence

from rag.answering.evidence import Quote
from rag.embedding.base import Encoder
from rag.storage.library import Library
from rag.types.article import ArticleRef
from rag.verification.cited_source import CitedSource
from rag.verification.rules.added_clauses import has_added_clause
from rag.verification.rules.agreement import claims_agreement
from rag.verification.rules.reported_as_own import gives_report_as_own
from rag.verification.statement_checker import StatementChecker
from rag.verification.verifier import Verifier

# The highest score of a statement of which a part is the model's own: it is at most partly supported.
PARTLY_LIMIT = 0.45


class CitationChecker:
    """Scores how well citations support the statements that cite them. Thread-safe."""

    def __init__(self, library: Library, verifier: Verifier, encoder: Encoder) -> None:
        self._library = library
        self._verifier = verifier
        self._statements = StatementChecker(verifier, encoder)

    def supports(
        self,
        statements: Sequence[tuple[str, Sequence[Quote]]],
        retrieved: Sequence[ArticleRef] = (),
        question: str = "",
    ) -> list[float]:
        """The support in [0, 1] of each statement by the quotes that it cites.

        0.5 is the threshold of "supported". A statement without quotes scores 0.0. `retrieved` are the articles that
        the writer was shown, and `question` is what it answers. Raises LibraryError when the library cannot be read.
        """
        sources = self._sources(quote for _, quotes in statements for quote in quotes)
        cited = [(text, [sources[quote] for quote in quotes]) for text, quotes in statements]
        scores = self._statements.score_batch(cited, self._library.distinct_values("author"), retrieved)
        return [
            min(score, PARTLY_LIMIT) if quotes and _is_partly_own(text, question, quotes) else score
            for score, (text, quotes) in zip(scores, cited, strict=True)
        ]

    def quote_supports(self, quotes: Sequence[Quote]) -> list[float]:
        """The support in [0, 1] of each quote by the stored article.

        It is near 1 where the article still contains the quote's words unchanged at its offsets.
        """
        sources = self._sources(quotes)
        return self._verifier.score_batch([(quote.text, [sources[quote].quote]) for quote in quotes])

    def _sources(self, quotes: Iterable[Quote]) -> dict[Quote, CitedSource]:
        distinct = list(dict.fromkeys(quotes))
        articles = self._library.articles([quote.passage.article.id for quote in distinct])
        sources = {}
        for quote in distinct:
            article = articles.get(quote.passage.article.id)
            text = article.text if article else ""
            words, before = text[quote.start : quote.end], text[quote.passage.start : quote.start]
            sources[quote] = CitedSource(words, before, quote.passage.article)
        return sources


def _is_partly_own(statement: str, question: str, cited: Sequence[CitedSource]) -> bool:
    """Whether a part of `statement` is the model's own.

    It is a clause, whose words they are, or with whom an author agrees.
    """
    return (
        has_added_clause(statement, question, cited)
        or gives_report_as_own(statement, cited)
        or claims_agreement(statement, cited)
    )
