"""Results and progress of adding articles, as plain data."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rag.types.article import Article


@dataclass(frozen=True, slots=True)
class LoadedArticle:
    """An article as it was loaded from a source.

    `origin` is the source (a path, a path with a line, or a URL). `has_own_id` says whether the source gives the
    article an id.
    """

    article: Article
    origin: str
    has_own_id: bool


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """A source that could not be read.

    `what` names the source, `why` says in one line what is wrong and what to do.
    """

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """Progress of a long operation on articles.

    `articles` of `total` articles are done (None: unknown), and `passages` are encoded so far.
    """

    articles: int
    total: int | None
    passages: int


ProgressCallback = Callable[[IngestProgress], None]


def no_progress(step: IngestProgress) -> None:
    """A ProgressCallback that does nothing."""


@dataclass(slots=True)
class AddReport:
    """The outcome of adding articles.

    It has the ids of the added, updated and unchanged articles, and the sources that failed.
    """

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[LoadFailure] = field(default_factory=list)
