"""What reading one source comes to."""

from dataclasses import dataclass

from rag.article import Article


@dataclass(frozen=True, slots=True)
class Reading:
    """An article, where it came from (a path, a path with its line, a URL), and whether it names its own id."""

    article: Article
    origin: str
    named: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A source that is no article: `why` says in one line what is wrong and what to do."""

    what: str
    why: str
