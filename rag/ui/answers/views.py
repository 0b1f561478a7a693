"""Whose view each statement of an answer is.

The holder of a quote is the author of its article. A sentence of a language model names its holder, or states what the
cited author states. Each statement keeps the day of the article that it cites, so that a later change of mind does not
stand under an earlier day.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.text.attribution import parse_attribution
from rag.types.answer import Answer, Citation, Statement


@dataclass(frozen=True, slots=True)
class HeldStatement:
    """A statement and the first citation that supports it; None where it has none."""

    statement: Statement
    citation: Citation | None

    @property
    def published(self) -> date | None:
        return self.citation.article.published if self.citation else None


@dataclass(frozen=True, slots=True)
class AuthorView:
    """The statements that state one holder's view, the newest first.

    `holder` is the name, "" where nobody is named. `reported_by` is the author of the article that reports the view of
    somebody else, else "".
    """

    holder: str
    reported_by: str
    statements: tuple[HeldStatement, ...]

    @property
    def newest(self) -> date:
        return max((entry.published or date.min for entry in self.statements), default=date.min)


def views_of(answer: Answer, statements: Sequence[Statement]) -> list[AuthorView]:
    """`statements` of `answer` by the holder of each, the newest view first.

    A statement without a citation is left out.
    """
    citations = {citation.number: citation for citation in answer.citations}
    groups: dict[tuple[str, str], list[HeldStatement]] = {}
    before: tuple[str, str] | None = None
    for statement in statements:
        citation = next((citations[number] for number in statement.citations if number in citations), None)
        if citation is None:
            continue
        holder = _holder(statement, citation, before, is_quoted=answer.is_quoted)
        groups.setdefault(holder, []).append(HeldStatement(statement, citation))
        before = holder
    views = [
        AuthorView(name, reporter, tuple(sorted(group, key=lambda entry: entry.published or date.min, reverse=True)))
        for (name, reporter), group in groups.items()
    ]
    return sorted(views, key=lambda view: view.newest, reverse=True)


def _holder(
    statement: Statement, citation: Citation, before: tuple[str, str] | None, *, is_quoted: bool
) -> tuple[str, str]:
    """The name of the holder, and the author who reports the view of somebody else."""
    author = citation.article.author or ""
    attribution = None if is_quoted else parse_attribution(statement.text)
    if attribution is None:
        return author, ""
    if not attribution.holder:
        # "He adds that …" continues the view before it.
        return before or (author, "")
    if _is_same_name(attribution.holder, author):
        return author, ""
    return attribution.holder, author


def _is_same_name(name: str, author: str) -> bool:
    """Whether `name` can be `author`: "Bremmer" is "Ian Bremmer"."""
    named, full = _words(name), _words(author)
    return bool(named) and bool(full) and (named <= full or full <= named)


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.casefold())) - {"the", "s"}
