"""The catalogue as plain data.

It consists of articles without their text, pages of them, and counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from rag.types.article import ArticleRef, day_in_words
from rag.types.ingest import FollowedSource

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """An article in the catalogue: its fields without the text.

    `characters` and `passages` are counts.
    """

    id: str
    title: str
    author: str | None
    source: str | None
    published: date | None
    url: str | None
    topics: tuple[str, ...]
    sha256: str
    characters: int
    passages: int

    @property
    def ref(self) -> ArticleRef:
        """The article as a citation names it."""
        return ArticleRef(self.id, self.title, self.author, self.source, self.published, self.url)

    def to_dict(self) -> dict[str, Any]:
        """The article as `rag articles --json` prints it."""
        return {
            "id": self.id, "title": self.title, "author": self.author, "source": self.source,
            "published": self.published.isoformat() if self.published else None, "url": self.url,
            "topics": list(self.topics), "characters": self.characters, "passages": self.passages,
            "sha256": self.sha256,
        }  # fmt: skip


class ArticleList(list[CatalogueEntry]):
    """Articles without their texts: a list that notebooks show as a table."""

    __slots__ = ()

    def to_pandas(self) -> "DataFrame":
        """A table with one row an article.

        The columns are the keys of CatalogueEntry.to_dict. Raises RagError without pandas.
        """
        from rag.notebooks.tables import articles_table

        return articles_table(self)

    def _repr_html_(self) -> str:
        from rag.notebooks.html import articles_html

        return articles_html(self)


@dataclass(frozen=True, slots=True)
class CataloguedArticle:
    """An article of the catalogue with the fields by which a question can name it."""

    ref: ArticleRef
    topics: tuple[str, ...]


CatalogueSort = Literal["title", "author", "source", "published", "characters"]


# Whether an article, given with its topics, belongs to a page of the catalogue.
ArticlePredicate = Callable[[ArticleRef, tuple[str, ...]], bool]


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """One page of the catalogue, after filtering and sorting.

    `matching` of `total` articles pass the filter; they make up `page_count` pages, and this is page `index`, from 0.
    """

    entries: tuple[CatalogueEntry, ...]
    matching: int
    total: int
    index: int
    page_count: int


# Followed sources that a line of text names one by one.
MAX_NAMED_SOURCES = 2


@dataclass(frozen=True, slots=True)
class Freshness:
    """How new a library is.

    `newest` is the newest day of publication, None where no article has one. `sources` are the followed sources with
    the last look at each. `warnings` say in one line each what is too old.
    """

    newest: date | None = None
    sources: tuple[FollowedSource, ...] = ()
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The newest article and the looks in one line, the warnings below."""
        newest = day_in_words(self.newest)
        parts = [f"Newest article: {newest}" if newest else "Newest article: none has a date"]
        if len(self.sources) <= MAX_NAMED_SOURCES:
            parts += [f"last look at {source.source}: {source.look}" for source in self.sources]
        else:
            oldest = min(self.sources, key=lambda source: source.looked.isoformat() if source.looked else "")
            parts.append(f"oldest of the last looks at {len(self.sources)} sources: {oldest.look} ({oldest.source})")
        return "\n".join(["; ".join(parts) + ".", *(f"Warning: {warning}." for warning in self.warnings)])

    def to_dict(self) -> dict[str, Any]:
        """The freshness as `rag ask --json` and `rag status --json` print it."""
        return {
            "newest": self.newest.isoformat() if self.newest else None,
            "sources": [source.to_dict() for source in self.sources],
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class LibraryCounts:
    """The numbers of articles, passages and characters of text in a library."""

    articles: int
    passages: int
    characters: int

    def __add__(self, other: "LibraryCounts") -> "LibraryCounts":
        return LibraryCounts(
            self.articles + other.articles, self.passages + other.passages, self.characters + other.characters
        )

    def __sub__(self, other: "LibraryCounts") -> "LibraryCounts":
        return self + LibraryCounts(-other.articles, -other.passages, -other.characters)
