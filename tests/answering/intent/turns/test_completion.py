"""Follow-ups completed with the model of turns: what they take over, replace and drop."""

from collections.abc import Sequence

import pytest

from rag import QueryEngine

# The turns, divided by " / ", the words that the last one must be understood with, and those that it must not.
COMPLETED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("what does Quiet Fork think of bread? / and Odalys Brenholt?", ("bread", "brenholt"), ("quiet fork",)),
    ("compare the views on the sugar tax / and what about bread", ("bread",), ("sugar",)),
    ("list the articles on bread by Quiet Fork / any by Odalys Brenholt?", ("bread", "brenholt"), ("quiet fork",)),
    ("what does Quiet Fork think of bread? / does Odalys Brenholt agree", ("bread", "brenholt"), ()),
    ("articles on bread / why did the olive harvest fail?", ("olive",), ("bread",)),
)


@pytest.mark.parametrize(("conversation", "has", "lacks"), COMPLETED)
def test_a_follow_up_takes_over_what_it_does_not_replace(
    food_engine: QueryEngine, conversation: str, has: Sequence[str], lacks: Sequence[str]
) -> None:
    chat = food_engine.chat()
    *earlier, last = conversation.split(" / ")
    for question in earlier:
        chat.ask(question)
    understood = chat.ask(last).understood.question.casefold()
    assert all(word in understood for word in has), understood
    assert not any(word in understood for word in lacks), understood
