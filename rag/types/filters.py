"""The filters and other options of a question, as keyword arguments."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import TypedDict

from rag.types.understanding import UnderstoodPart


class FilterArgs(TypedDict, total=False):
    """Keyword arguments that limit which articles a question is answered from.

    `author`, `source` (the publication) and `topic` are compared with the catalogue's values without regard to case;
    part of a name is enough ("bremmer" finds "Ian Bremmer"). `since` and `until` are days, both included: a `date`, or
    text like "2024-06-01". None and "" filter nothing.
    """

    author: str | None
    source: str | None
    topic: str | None
    since: str | date | None
    until: str | date | None


class QuestionOptions(FilterArgs, total=False):
    """Every option of a question: the filters, the passages, and the parts to ignore."""

    k: int | None
    ignore: Collection[UnderstoodPart]


FILTER_NAMES = tuple(FilterArgs.__annotations__)


def check_filter_names(names: Iterable[str]) -> None:
    """Checks that every name is the name of a filter.

    Raises TypeError for any other name; the message names the filter that it resembles.
    """
    for name in names:
        if name not in FILTER_NAMES:
            from difflib import get_close_matches

            similar = get_close_matches(name, FILTER_NAMES, n=1)
            hint = f" (did you mean {similar[0]!r}?)" if similar else ""
            raise TypeError(f"unexpected keyword argument {name!r}{hint}; the filters are {', '.join(FILTER_NAMES)}")
