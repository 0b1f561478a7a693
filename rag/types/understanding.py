"""How a question is understood: intent, scope in words, corrected spelling.

An answer has this besides its text, so that a user can see it and take each part back.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

# What a question asks for. "fact" is any question that sentences of the articles answer; "talk" is a greeting or a
# question about this program; "collection" asks about the catalogue; "article", "author", "views" and "timeline" ask
# for one article, for one author's view, for the views of several authors, and for what was written over time.
Kind = Literal["fact", "talk", "collection", "article", "author", "views", "timeline"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# The parts of an understanding that a user can take back.
UnderstoodPart = Literal["conversation", "spelling", "authors", "sources", "topics", "articles", "dates"]
UNDERSTOOD_PARTS: tuple[UnderstoodPart, ...] = get_args(UnderstoodPart)


@dataclass(frozen=True, slots=True)
class QuestionScope:
    """The articles that a question's own words limit it to.

    `authors`, `sources` and `topics` are exact values of the catalogue, `articles` are ids; any value of a non-empty
    field is admitted. `since` and `until` are days of publication, both included. `without` has what the question
    leaves out ("not by X"): an article with any of its values is not admitted.
    """

    authors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    without: "QuestionScope | None" = None

    def __bool__(self) -> bool:
        return self != QuestionScope()

    @property
    def parts(self) -> tuple[UnderstoodPart, ...]:
        """The parts that limit the articles."""
        given: dict[UnderstoodPart, object] = {
            "authors": self.authors, "sources": self.sources, "topics": self.topics, "articles": self.articles,
            "dates": self.since or self.until,
        }  # fmt: skip
        left_out = self.without.parts if self.without else ()
        return tuple(part for part, limit in given.items() if limit or part in left_out)

    def to_dict(self) -> dict[str, Any]:
        """The scope as `rag ask --json` prints it."""
        return {
            "authors": list(self.authors), "sources": list(self.sources), "topics": list(self.topics),
            "articles": list(self.articles), "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            **({"without": self.without.to_dict()} if self.without else {}),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a question was understood.

    `question` is the question that was answered: standalone, and with corrected spelling. `corrected` has the
    corrections as pairs of the typed word and its replacement. `scope` has the limits that the question's words set,
    `searched` describes them ("articles of 2023 by Hard Power"), and `titles` are the titles of the scope's articles.
    """

    question: str = ""
    corrected: tuple[tuple[str, str], ...] = ()
    scope: QuestionScope = field(default_factory=QuestionScope)
    searched: str = ""
    titles: tuple[str, ...] = ()

    def is_reworded(self, asked: str, standalone: str) -> bool:
        """Whether `standalone` differs from `asked` in more than its spelling.

        Case, punctuation and apostrophes are ignored.
        """
        return self._corrected_words(asked) != _words(standalone)

    def adds_words(self, asked: str, standalone: str) -> bool:
        """Whether `standalone` has words that `asked` lacks."""
        return not set(_words(standalone)) <= set(self._corrected_words(asked))

    def _corrected_words(self, asked: str) -> list[str]:
        text = f" {' '.join(_words(asked))} "
        for typed, read in self.corrected:
            text = text.replace(f" {' '.join(_words(typed))} ", f" {' '.join(_words(read))} ")
        return text.split()

    def to_dict(self) -> dict[str, Any]:
        """The understanding as `rag ask --json` prints it."""
        return {
            "question": self.question,
            "corrected": [list(pair) for pair in self.corrected],
            "scope": self.scope.to_dict(),
            "searched": self.searched,
            "titles": list(self.titles),
        }


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an answer: the view of one author, or one of several questions.

    `statements` are the indices, from 0, of the answer's statements that belong to it. `title` is its heading. `author`
    and `published` are the author and the day of the view. `declined` is why a part of the question has no statement.
    Each may be None.
    """

    statements: tuple[int, ...]
    title: str | None = None
    author: str | None = None
    published: date | None = None
    declined: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The section as `rag ask --json` prints it."""
        return {
            "title": self.title, "author": self.author,
            "published": self.published.isoformat() if self.published else None, "statements": list(self.statements),
            "declined": self.declined,
        }  # fmt: skip


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub("['’]", "", text.casefold()))


def check_part_names(names: Iterable[str]) -> frozenset[UnderstoodPart]:
    """The parts of an understanding that `names` names.

    Raises ValueError for any other name.
    """
    unknown = [name for name in names if name not in UNDERSTOOD_PARTS]
    if unknown:
        raise ValueError(f"{unknown[0]!r} cannot be ignored; the parts are {', '.join(UNDERSTOOD_PARTS)}")
    return frozenset(part for part in UNDERSTOOD_PARTS if part in set(names))
