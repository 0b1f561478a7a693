"""The articles that a suite asks about, as the evals need them: texts, authors, and where the passages lie."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.metrics.answers import HIT, Place
from evals.suite import Case, SuiteError, misquoted
from rag import QueryEngine
from rag.article import Article
from rag.library import Library

# Wrong gold quotes that are named before "and so on".
NAMED = 3


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles by id, and the places of their passages by the passages' ids."""

    articles: Mapping[str, Article]
    passages: Mapping[str, Place]

    @property
    def authors(self) -> frozenset[str]:
        return frozenset(article.author for article in self.articles.values() if article.author)

    def gold(self, case: Case) -> tuple[tuple[Place, ...], ...]:
        """The case's gold quotes as places."""
        return tuple(tuple(self._place(one.article, one.quote) for one in group) for group in case.gold)

    def relevant(self, gold: Iterable[Sequence[Place]]) -> tuple[str, ...]:
        """The ids of the passages that hold at least half of some gold quote."""
        wanted = [one for group in gold for one in group]
        return tuple(name for name, place in self.passages.items() if any(_holds(place, one) for one in wanted))

    def check(self, cases: Iterable[Case]) -> None:
        """Raises SuiteError when a gold quote does not stand in its article exactly once."""
        wrong = list(misquoted(cases, {name: article.text for name, article in self.articles.items()}))
        if wrong:
            more = f"; and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
            raise SuiteError("; ".join(wrong[:NAMED]) + more)

    def _place(self, article: str, quote: str) -> Place:
        start = self.articles[article].text.index(quote)
        return Place(article, start, start + len(quote))


def corpus_of(engine: QueryEngine) -> Corpus:
    """What the engine's library holds."""
    library = Library(engine.place)
    try:
        articles = library.articles([one.id for one in library.holdings()])
        passages = {
            stored.passage.id: Place(name, stored.passage.start, stored.passage.end)
            for name in articles
            for stored in library.passages_of(name)
        }
    finally:
        library.close()
    return Corpus(articles, passages)


def _holds(passage: Place, quote: Place) -> bool:
    shared = min(passage.end, quote.end) - max(passage.start, quote.start)
    return passage.article == quote.article and shared >= HIT * (quote.end - quote.start)
