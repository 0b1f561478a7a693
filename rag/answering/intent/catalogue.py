"""What the understanding of a question has to know of the library's catalogue.

The values are those of the catalogue itself, so that no rule depends on the names of one collection.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from rag.types.article import ArticleRef

CatalogueField = Literal["author", "source", "topics"]


class Catalogue(Protocol):
    """The names, titles and days of a library's articles."""

    def values(self, field: CatalogueField) -> Sequence[str]:
        """The distinct values of `field`."""
        ...

    def days(self) -> tuple[date, date] | None:
        """The publication days of the oldest and the newest dated article.

        None where no article has a date.
        """
        ...

    def titled(self, words: str) -> Sequence[ArticleRef]:
        """The articles whose titles `words` may name.

        They are all articles of a small library; in a large one, candidates that the full-text index finds.
        """
        ...
