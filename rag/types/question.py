"""The bounds of a question and of the conversation before it.

A question that is too long is refused. A conversation that is too long is shortened without an error.
"""

from collections.abc import Sequence

from rag.errors import RagError
from rag.types.answer import Turn

# Earlier turns that a question may refer to, and how much of each of their answers. A language model that rewrites a
# follow-up is shown 600 characters of an answer.
MAX_TURNS = 20
MAX_EARLIER_ANSWER_CHARACTERS = 4_000


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
