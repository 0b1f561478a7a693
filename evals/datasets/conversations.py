"""Conversations with the requirements for each answer, one conversation a line.

evals/suites/chat/README.md describes each field and how conversations are written. The field names are the file's keys.
Articles, authors and quotes are checked against the library before a run.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from evals.datasets.cases import Gold, SuiteLine, describe_misquote, find_split, load_suite
from rag.types.understanding import Kind

SUITE = "chat"
Order = Literal["newest_first", "oldest_first", "article"]


def _check_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression ({error})") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_check_pattern)]
# An author's name or an article's id; of a tuple, any member is enough.
Named = str | tuple[str, ...]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Part):
    """Limits for every cited article; an empty field limits nothing.

    `since` and `until` are days of publication, both included.
    """

    authors: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


class ScopeWords(_Part):
    """The scope that the answer must state; None is not checked."""

    authors: tuple[str, ...] | None = None


class Expectation(_Part):
    """The requirements for the answer to one turn.

    A missing field is not checked. `kind` has the admissible intents. `citations` has the minimum and maximum number of
    citations. `corrected` has pairs of a misspelt word and the right one; if it is empty, nothing may have been
    corrected.
    """

    kind: tuple[Kind, ...] = Field(min_length=1)
    abstain: bool | Literal["may"] = False
    must_cite: tuple[Named, ...] = ()
    first: tuple[str, ...] = ()
    order: Order | None = None
    only: Limits | None = None
    names: tuple[Named, ...] = ()
    citations: tuple[int, int] | None = None
    min_authors: int | None = None
    sections_by_author: bool = False
    quote_any: tuple[Gold, ...] = ()
    must_say: tuple[Pattern, ...] = ()
    must_not_say: tuple[Pattern, ...] = ()
    corrected: tuple[tuple[str, str], ...] | None = None
    scope: ScopeWords | None = None

    @property
    def named(self) -> Iterator[str]:
        """Every author and article that the expectation names, with repeats."""
        for alternatives in (*self.must_cite, *self.names, self.first):
            yield from (alternatives,) if isinstance(alternatives, str) else alternatives
        if self.only:
            yield from (*self.only.authors, *self.only.articles)
        if self.scope and self.scope.authors:
            yield from self.scope.authors


class ChatTurn(_Part):
    """One typed turn; `tags` name its properties."""

    ask: str = Field(min_length=1)
    tags: tuple[str, ...] = ()
    expect: Expectation

    @property
    def kind(self) -> Kind:
        """The kind that the turn is counted under: the first admissible one."""
        return self.expect.kind[0]


class Conversation(SuiteLine):
    """Turns that are asked in order in one chat, about one subject."""

    subject: str
    turns: tuple[ChatTurn, ...] = Field(min_length=1)


def holds_conversations(suite: str | Path, split: str) -> bool:
    """Whether the split's lines are conversations with expectations.

    False for a file that cannot be read as either; loading it reports the error. Raises SuiteError if there is no such
    file.
    """
    for line in find_split(suite, split).read_text(encoding="utf-8").split("\n"):
        if line.strip():
            try:
                first = json.loads(line)
            except ValueError:
                return False
            turns = first.get("turns") if isinstance(first, dict) else None
            return isinstance(turns, list) and any(isinstance(turn, dict) for turn in turns)
    return False


def load_conversations(split: str, suite: str | Path = SUITE) -> list[Conversation]:
    """Loads the conversations of one split.

    `suite` is a name under evals/suites or a folder. Raises SuiteError.
    """
    return load_suite(suite, split, Conversation)


def find_faults(
    conversations: Iterable[Conversation], texts: Mapping[str, str], authors: Collection[str]
) -> Iterator[str]:
    """Yields a line for each name that the library lacks and each wrong quote.

    `texts` maps article ids to texts.
    """
    for conversation in conversations:
        for turn in conversation.turns:
            for name in dict.fromkeys(turn.expect.named):
                if name not in authors and name not in texts:
                    yield f"{conversation.id}: there is no author and no article {name!r}"
            for gold in turn.expect.quote_any:
                misquote = describe_misquote(conversation.id, gold.article, gold.quote, texts)
                if misquote is not None:
                    yield misquote
