"""The JSON schema of an answer, how servers are asked for it, and when they are.

A server that knows structured output lets the model write nothing but JSON of the schema. A server that does not is
asked for text with markers.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

from llama_index.core.llms import ChatMessage, MessageRole

from rag.errors import ModelError
from rag.package_data import bundled_folder

OutputForm = Literal["markers", "schema"]
# What `auto` is; docs/quality.md has the figures of both.
DEFAULT_FORM: OutputForm = "markers"
# The order of the fields is the order in which a model writes them: it decides first whether it answers.
ANSWER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "answered": {"type": "boolean"},
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "citations": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["text", "citations"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["answered", "sentences"],
    "additionalProperties": False,
}
# OpenAI's form, and the older one that llama-cpp-python and its relatives know.
RESPONSE_FORMATS: dict[str, dict[str, Any]] = {
    "json_schema": {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": ANSWER_SCHEMA},
    },
    "json_object": {"type": "json_object", "schema": ANSWER_SCHEMA},
}


class SchemaRejected(ModelError):
    """The server accepts no response format; it has not begun to answer."""


class AnswerOutput:
    """The form in which one model writes its answers.

    A model that is held to no schema and does not keep to it by itself is asked for markers from then on.
    """

    def __init__(self, setting: Literal["auto", "markers", "schema"]) -> None:
        self.form: OutputForm = DEFAULT_FORM if setting == "auto" else setting

    def give_up_schema(self) -> None:
        """Asks for markers from now on."""
        self.form = "markers"


def with_json_instruction(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """A prompt's messages; the system message ends with the form of the reply."""
    return [
        ChatMessage(role=message.role, content=f"{message.content}\n\n{_json_instruction()}")
        if message.role == MessageRole.SYSTEM
        else message
        for message in messages
    ]


@cache
def _json_instruction() -> str:
    """The instruction that asks for JSON in place of markers."""
    return (bundled_folder("prompts") / "json-output.txt").read_text(encoding="utf-8").strip()
