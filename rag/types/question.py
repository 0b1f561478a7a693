"""A question's options, and the bounds of it and of the conversation before it.

A question that is too long is refused. A conversation that is too long is shortened without an error.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TypedDict

from rag.errors import RagError
from rag.types.answer import Turn
from rag.types.understanding import UnderstoodPart

# Earlier turns that a question may refer to, and how much of each of their answers. A language model that rewrites a
# follow-up is shown 600 characters of an answer.
MAX_TURNS = 20
MAX_EARLIER_ANSWER_CHARACTERS = 4_000


class FilterArgs(TypedDict, total=False):
    """Keyword arguments that limit which articles a question is answered from.

    `author`, `source` (the publication) and `topic` are compared with the catalogue's values without regard to case;
    part of a name is enough ("bremmer" finds "Ian Bremmer"). `article` is the id of an article. Each of the four may
    have several values; an article passes with any of them. `since` and `until` are days, both included: a `date`, or
    text like "2024-06-01". None, "" and no values filter nothing.
    """

    author: str | Sequence[str] | None
    source: str | Sequence[str] | None
    topic: str | Sequence[str] | None
    article: str | Sequence[str] | None
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


def check_question_length(question: object, max_characters: int) -> None:
    """Raises RagError for a question of more than `max_characters`.

    A value that is not text is not checked here.
    """
    if isinstance(question, str) and len(question) > max_characters:
        raise RagError(f"the question is {len(question):,} characters long; ask it in at most {max_characters:,}")


def bounded_turns(turns: Sequence[Turn], max_characters: int) -> tuple[Turn, ...]:
    """The last MAX_TURNS of `turns`, each cut to its bound.

    An earlier question keeps its first `max_characters`.
    """
    return tuple(
        Turn(turn.question[:max_characters], turn.answer[:MAX_EARLIER_ANSWER_CHARACTERS]) for turn in turns[-MAX_TURNS:]
    )
