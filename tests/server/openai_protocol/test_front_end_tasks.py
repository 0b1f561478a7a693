"""Tasks that front ends send behind the user's back, and questions that resemble them."""

import json
from typing import Any

import openai
import pytest

from rag.server.openai_protocol.chat_request import MODEL
from rag.server.openai_protocol.front_end_tasks import task_reply

TITLE_AS_JSON = """### Task:
Write a brief title of 3-5 words with an emoji that sums up the chat.
### Output:
JSON format: { "title": "your title here" }
### Chat History:
<chat_history>
USER: why does china dislike the pact with north korea so much?
ASSISTANT: The Asia Desk argues …
</chat_history>"""
TAGS = """### Task:
Generate 1-3 broad tags that categorise the main themes of the chat history.
JSON format: { "tags": ["tag1", "tag2"] }
<chat_history>
USER: why does china dislike the pact?
</chat_history>"""
FOLLOW_UPS = TAGS.replace("1-3 broad tags that categorise", "3 follow-up questions about").replace(
    '"tags"', '"follow_ups"'
)
COMPLETION = """### Task:
You are a system that completes text. Continue the text in `<text>` in the way of the **completion type** in `<type>`.
### Output:
{ "text": "the words that follow" }
### Chat History:
<chat_history>
</chat_history>
<type>General</type>
<text>Who pays for the tar</text>"""
PLAIN_TITLE = """Provide a short title for this conversation, without punctuation.

User: "who pays the tariffs?"
AI: "Several columns …\""""


def test_a_title_is_made_of_the_user_s_first_words() -> None:
    title = json.loads(task_reply(TITLE_AS_JSON, []) or "")
    assert title == {"title": "Why does china dislike the pact"}
    assert task_reply(PLAIN_TITLE, []) == "Who pays the tariffs"
    assert task_reply("Generate a title for our conversation", ["Who pays?"]) == "Who pays"


def test_tags_and_further_questions_are_an_empty_list() -> None:
    assert json.loads(task_reply(TAGS, []) or "") == {"tags": []}
    assert json.loads(task_reply(FOLLOW_UPS, []) or "") == {"follow_ups": []}


def test_a_text_to_continue_gets_no_words() -> None:
    assert json.loads(task_reply(COMPLETION, []) or "") == {"text": ""}


@pytest.mark.parametrize(
    "question",
    [
        "Which article has the title The Enrichment Gap?",
        "What follow-up did the conversation between Kim and Putin have?",
        "Suggest an article on tariffs",
        "Did the summit generate a title for the chat of the century?",
        "What queries did the inspectors write?",
    ],
)
def test_a_question_to_the_articles_is_no_task(question: str) -> None:
    assert task_reply(question, []) is None


@pytest.mark.parametrize("stream", [False, True])
def test_a_front_end_gets_its_title_in_place_of_a_refusal(quoting: str, stream: bool) -> None:
    client = openai.OpenAI(base_url=f"{quoting}/v1", api_key="any", max_retries=0)
    asked: Any = [{"role": "user", "content": PLAIN_TITLE}]
    done = client.chat.completions.create(model=MODEL, messages=asked, stream=stream)
    if stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in done)
    else:
        text = done.choices[0].message.content
    assert text == "Who pays the tariffs"
