"""The body of a Responses request: what is read, and what is refused by name."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.server.openai_protocol.chat_request import (
    ChatRequest,
    JsonSchema,
    LimitedRequest,
    Message,
    OtherPart,
    ResponseFormat,
    TextPart,
)
from rag.server.openai_protocol.guarded_routes import ProtocolError

# What a request may ask for that this server does not do, and why.
_REFUSED = {
    "background": "answers are not computed in the background; leave background out",
    "conversation": "conversations are not kept; continue one with previous_response_id",
    "prompt": "there are no stored prompts; send the question as input",
}
_NAMES = {"messages": "input", "response_format.json_schema.schema": "text.format.schema"}


class InputTextPart(BaseModel):
    """A part of a message: text that was asked, or answered."""

    type: Literal["input_text", "output_text", "text"]
    text: str


class InputMessage(BaseModel):
    """A message of the conversation."""

    type: Literal["message"] | None = None
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[InputTextPart | OtherPart]


class OtherItem(BaseModel):
    """A call of a tool, its result, a thought: nothing that asks."""

    type: str


class TextFormat(BaseModel):
    """The form of the answer's text."""

    model_config = ConfigDict(populate_by_name=True)

    type: Literal["text", "json_object", "json_schema"]
    json_schema: dict[str, Any] | None = Field(default=None, alias="schema")


class TextSettings(BaseModel):
    """How the answer is written."""

    format: TextFormat | None = None


class ResponsesRequest(LimitedRequest):
    """The fields of a request that are read. The protocol's other fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    model: str | None = None
    input: str | Annotated[list[InputMessage | OtherItem], Field(min_length=1)]
    previous_response_id: str | None = None
    store: bool | None = None
    stream: bool | None = None
    max_output_tokens: int | None = Field(default=None, ge=1)
    text: TextSettings | None = None
    tool_choice: Any = None
    instructions: Any = None
    metadata: dict[str, Any] | None = None
    background: bool | None = None
    conversation: Any = None
    prompt: Any = None

    @property
    def is_stored(self) -> bool:
        return self.store is not False

    def chat_request(self) -> ChatRequest:
        """The same request as a chat request, whose last message asks.

        Raises ProtocolError for a request that asks for something else than an answer.
        """
        for name, why in _REFUSED.items():
            if getattr(self, name):
                raise ProtocolError(why, name)
        items = [InputMessage(role="user", content=self.input)] if isinstance(self.input, str) else self.input
        if isinstance(items[-1], OtherItem):
            raise ProtocolError(f"a question is a message; {items[-1].type} cannot be read", f"input[{len(items) - 1}]")
        request = ChatRequest(
            model=self.model,
            messages=[_message(item) for item in items],
            stream=self.stream,
            max_tokens=self.max_output_tokens,
            response_format=self._response_format(),
            tool_choice=self.tool_choice,
            **{name: getattr(self, name) for name in LimitedRequest.model_fields},
        )
        try:
            request.question()
        except ProtocolError as error:
            raise ProtocolError(
                str(error), self.parameter(error.parameter), status=error.status, code=error.code
            ) from None
        return request

    def parameter(self, name: str | None) -> str | None:
        """The name here of a chat request's parameter."""
        if name is None or (isinstance(self.input, str) and name.startswith("messages")):
            return name and "input"
        return _NAMES.get(name) or re.sub(r"^messages\[", "input[", name)

    def _response_format(self) -> ResponseFormat | None:
        given = self.text.format if self.text else None
        schema = JsonSchema(schema=given.json_schema) if given and given.json_schema is not None else None
        return ResponseFormat(type=given.type, json_schema=schema) if given else None


def _message(item: InputMessage | OtherItem) -> Message:
    if isinstance(item, OtherItem):
        return Message(role="tool", content=OtherPart(type=item.type).text)
    if isinstance(item.content, str):
        return Message(role=item.role, content=item.content)
    parts = [
        TextPart(type="text", text=part.text) if isinstance(part, InputTextPart) else part for part in item.content
    ]
    return Message(role=item.role, content=parts)
