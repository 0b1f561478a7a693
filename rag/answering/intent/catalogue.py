"""The protocol by which the understanding of a question reads the catalogue.

Rules take names, titles and days from here, so no rule contains the names of one collection.
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

        None if no article has a date.
        """
        ...

    def titled(self, words: str) -> Sequence[ArticleRef]:
        """The articles whose titles `words` may name.

        For a small library these are all articles, for a large one the candidates that the full-text index finds.
        """
        ...
