"""Follow-ups that continue a request for articles or for a timeline."""

from datetime import date

import pytest

from rag import QueryEngine
from rag.answering.intent.turns.requests import continue_requests
from rag.engine import workspace_of
from rag.types.answer import Turn

TODAY = date(2024, 9, 9)
# The conversation with its turns divided by " / ", and the whole request that the last one makes; "" for none.
CONTINUED: tuple[tuple[str, str], ...] = (
    ("how many articles on bread are there / which ones?", "list the articles on bread"),
    ("how many articles on bread are there / list them please", "list the articles on bread"),
    ("articles on bread / how many is that altogether?", "how many articles on bread"),
    ("articles on bread / the newest one?", "the newest article on bread"),
    ("articles on bread / which is the oldest", "the oldest article on bread"),
    ("articles on bread / who wrote those?", "which authors write on bread"),
    ("how many articles on bread are there / and on sugar?", "how many articles on sugar"),
    ("how many articles on bread are there / what about olive oil", "how many articles on olive oil"),
    ("articles by Quiet Fork / only 2023", "list the articles by Quiet Fork in 2023"),
    ("articles by Quiet Fork / and by Odalys Brenholt?", "list the articles by Odalys Brenholt"),
    ("articles by Quiet Fork / just the ones on bread", "list the articles on bread by Quiet Fork"),
    ("articles by Quiet Fork in 2023 / and Brenholt?", "list the articles by Brenholt in 2023"),
    ("articles by Quiet Fork / only 2023 / and how many from 2024", "how many articles by Quiet Fork from 2024"),
    ("articles by Quiet Fork / thanks / and on sugar?", "list the articles on sugar by Quiet Fork"),
    ("how many texts / by whom?", "who are the authors"),
    ("how many texts / by whom? / and by brenholt?", "list the articles by brenholt"),
    ("which articles mention kiosks? / and saffron?", "list the articles that mention saffron"),
    ("how many articles do you have? / and in 2024?", "how many articles in 2024"),
    ("timeline of the sugar tax / same for the bread law", "timeline of the bread law"),
    ("timeline of the sugar tax / and only Achterberg", "timeline of sugar tax, according to Achterberg"),
    ("timeline of the sugar tax / only since 2022", "timeline of sugar tax since 2022"),
    ("how many articles mention saffron / who writes about it most", "which authors mention saffron"),
    ("how many articles mention saffron / the latest one?", "the newest article that mentions saffron"),
    ("articles on bread / which author knows most about it", "which authors write on bread"),
    ("articles on bread / what year was the oldest one from", "the oldest article on bread"),
    ("articles on bread / ok and on sugar then", "list the articles on sugar"),
    # What stands alone, and what follows another question.
    ("how many articles on bread are there / why did the olive harvest fail?", ""),
    ("how many articles on bread are there / thanks", ""),
    ("why did the olive harvest fail? / and in 2023?", ""),
    ("why did the olive harvest fail? / which ones?", ""),
    ("articles on bread / what does Quiet Fork think of sourdough?", ""),
    ("articles on bread / Khorvash harvest", ""),
    ("which ones?", ""),
    ("timeline of the sugar tax / how many is that", ""),
)


@pytest.mark.parametrize(("conversation", "request_made"), CONTINUED)
def test_a_follow_up_changes_one_part_of_the_request(
    food_engine: QueryEngine, conversation: str, request_made: str
) -> None:
    *earlier, question = conversation.split(" / ")
    catalogue = workspace_of(food_engine).catalogue.snapshot()
    continued = continue_requests(question, [Turn(asked, "") for asked in earlier], catalogue, TODAY).request
    assert (str(continued) if continued else "") == request_made


def test_a_conversation_is_continued_in_the_chat_as_well(food_engine: QueryEngine) -> None:
    chat = food_engine.chat()
    counted = chat.ask("how many articles by Quiet Fork?")
    listed = chat.ask("which ones?")
    assert listed.kind == "collection"
    assert [each.article.id for each in listed.citations] == [each.article.id for each in counted.citations]
    assert {each.article.author for each in chat.ask("the oldest one?").citations} == {"Quiet Fork"}
