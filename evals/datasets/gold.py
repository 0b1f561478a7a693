"""A suite's articles with the spans of their passages and gold quotes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.datasets.cases import Case, SuiteError, TextSpan, covers_gold, find_misquotes
from rag import QueryEngine
from rag.engine import workspace_of
from rag.storage.library import Library
from rag.types.article import Article, ArticleRef

# Maximum number of wrong gold quotes that an error names.
MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class GoldCorpus:
    """Articles by id, and the spans of their passages by the passages' ids."""

    articles: Mapping[str, Article]
    passages: Mapping[str, TextSpan]

    @property
    def authors(self) -> frozenset[str]:
        """The authors of the catalogue."""
        return frozenset(article.author for article in self.articles.values() if article.author)

    def reference(self, article_id: str) -> ArticleRef:
        """The article as a citation refers to it."""
        article = self.articles[article_id]
        return ArticleRef(article.id, article.title, article.author, article.source, article.published, article.url)

    def gold_spans(self, case: Case) -> tuple[tuple[TextSpan, ...], ...]:
        """The spans of the case's gold quotes, by group."""
        return tuple(tuple(self._span(gold.article, gold.quote) for gold in group) for group in case.gold)

    def relevant_passages(self, gold: Iterable[Sequence[TextSpan]]) -> tuple[str, ...]:
        """The ids of the passages that hold at least half of some gold quote."""
        quotes = [quote for group in gold for quote in group]
        return tuple(
            passage_id
            for passage_id, passage in self.passages.items()
            if any(covers_gold(quote, passage) for quote in quotes)
        )

    def check(self, cases: Iterable[Case]) -> None:
        """Raises SuiteError if a gold quote is not in its article exactly once."""
        texts = {article_id: article.text for article_id, article in self.articles.items()}
        misquotes = list(find_misquotes(cases, texts))
        if misquotes:
            more = f"; and {len(misquotes) - MAX_NAMED} more" if len(misquotes) > MAX_NAMED else ""
            raise SuiteError("; ".join(misquotes[:MAX_NAMED]) + more)

    def _span(self, article: str, quote: str) -> TextSpan:
        start = self.articles[article].text.index(quote)
        return TextSpan(article, start, start + len(quote))


def read_corpus(engine: QueryEngine) -> GoldCorpus:
    """Reads the articles and passages of the engine's library."""
    library = Library(workspace_of(engine).location)
    try:
        articles = library.articles([entry.id for entry in library.entries()])
        passages = {
            stored.passage.id: TextSpan(article_id, stored.passage.start, stored.passage.end)
            for article_id in articles
            for stored in library.article_passages(article_id)
        }
    finally:
        library.close()
    return GoldCorpus(articles, passages)
