"""Tasks that front ends send behind the user's back, such as titles.

They send such a task as a question. It is no question to the articles, so it gets a short reply that the front end can
use: a title from the user's first words, and else an empty list. A task is known by its form, not by its program: it
asks to write a title (tags, queries, follow-ups) and holds or names a conversation.
"""

import json
import re
from collections.abc import Sequence

MAX_TITLE_WORDS = 6
MAX_TITLE_CHARACTERS = 60
_ASKS = (
    r"\b(?:generate|create|write|suggest|provide|give|come up with|determine|autocomplete|continue the text|"
    r"categori[sz]\w+)\b"
)
_WHAT = r"(?P<what>titles?|tags|follow-?\s?ups?|(?:search )?queries|emoji|completion)\b"
_TASK = re.compile(rf"{_ASKS}[^.?!\n]{{0,120}}?\b{_WHAT}", re.IGNORECASE)
_CONVERSATION = re.compile(r"\b(?:chat|conversation|chat_history|dialogue|messages)\b", re.IGNORECASE)
# A line of a conversation that is quoted in a task: "USER: …", "User: "…"", "human: …".
_USER_LINE = re.compile(r"^\W*(?:user|human)\s*:\s*[\"“]?(?P<words>.+?)[\"”]?\s*$", re.IGNORECASE | re.MULTILINE)
# The place of a conversation that has not begun.
_EMPTY_HISTORY = re.compile(r"<chat_history>\s*</chat_history>")
# The key of the JSON that a task wants: { "tags": ["…"] }.
_KEY = re.compile(r"\{\s*\"(?P<key>\w{1,40})\"\s*:\s*(?P<opens>[\[\"])")


def task_reply(text: str, earlier: Sequence[str]) -> str | None:
    """The reply to the task that `text` is; None for a question.

    `earlier` are the user's messages before it.
    """
    task = _TASK.search(text)
    if task is None or not _CONVERSATION.search(text):
        return None
    quoted = _USER_LINE.search(text)
    if not (quoted or earlier or _EMPTY_HISTORY.search(text)):
        return None
    title = _title(quoted["words"] if quoted else earlier[0] if earlier else "")
    key = _KEY.search(text)
    if task["what"].casefold().startswith("title"):
        return json.dumps({key["key"]: title}, ensure_ascii=False) if key and key["opens"] == '"' else title
    if key is None:
        return "[]"
    return json.dumps({key["key"]: [] if key["opens"] == "[" else ""})


def _title(question: str) -> str:
    words = " ".join(question.split()[:MAX_TITLE_WORDS])[:MAX_TITLE_CHARACTERS].rstrip(" .,;:!?")
    return words[:1].upper() + words[1:] if words else "Conversation"
