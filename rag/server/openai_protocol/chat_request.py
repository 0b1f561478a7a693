"""The body of a chat request: what is read of it, and what is refused by name.

Fields that change how a model samples (temperature, seed, …) are ignored, because the answers come from the articles.
A field that asks for something else than an answer is refused, so that no client takes an answer for what it is not.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from rag.server.openai_protocol.guarded_routes import MODEL_NOT_FOUND, ProtocolError
from rag.server.openai_protocol.json_answer import is_answer_schema
from rag.types.question import QuestionOptions
from rag.types.understanding import UnderstoodPart

MODEL = "commentary"
MAX_STOPS = 4
MAX_FILTER_VALUES = 100
# One value of a filter or several, of which one has to match.
FilterValues = str | Annotated[list[str], Field(max_length=MAX_FILTER_VALUES)]
_INSTRUCTIONS = ("system", "developer")


class TextPart(BaseModel):
    type: Literal["text"]
    text: str


def _no_text(part_type: str) -> str:
    if part_type in ("text", "input_text", "output_text"):
        raise PydanticCustomError("text_part", "is a part without its text")
    return part_type


class OtherPart(BaseModel):
    """An image, a file, a sound: nothing that a question can be read from."""

    type: Annotated[str, AfterValidator(_no_text)]

    @property
    def text(self) -> str:
        """A note that stands in place of the part in an earlier message."""
        return f"[{self.type} left out]"


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart | OtherPart] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    include_usage: bool | None = None


class JsonSchema(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    json_schema: dict[str, Any] | None = Field(default=None, alias="schema")


class ResponseFormat(BaseModel):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class LimitedRequest(BaseModel):
    """What limits a question, in fields of our own beside the protocol's."""

    k: int | None = Field(default=None, ge=1, le=100)
    author: FilterValues | None = None
    source: FilterValues | None = None
    topic: FilterValues | None = None
    article: FilterValues | None = None
    since: str | None = None
    until: str | None = None
    ignore: list[UnderstoodPart] | None = None


class ChatRequest(LimitedRequest):
    """The fields of a request that are read. The protocol's other fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    model: str | None = None
    messages: list[Message] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    stop: str | list[str] | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    response_format: ResponseFormat | None = None
    tool_choice: Any = None
    function_call: Any = None
    modalities: list[str] | None = None

    @property
    def options(self) -> QuestionOptions:
        return {
            "k": self.k, "author": self.author, "source": self.source, "topic": self.topic, "article": self.article,
            "since": self.since, "until": self.until, "ignore": self.ignore or (),
        }  # fmt: skip

    @property
    def turns(self) -> list[Message]:
        """The messages of the conversation, without instructions to a model."""
        return [message for message in self.messages if message.role not in _INSTRUCTIONS]

    @property
    def include_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)

    @property
    def writes_json(self) -> bool:
        return self.response_format is not None and self.response_format.type != "text"

    @property
    def token_limit(self) -> int | None:
        limits = [limit for limit in (self.max_tokens, self.max_completion_tokens) if limit is not None]
        return min(limits, default=None)

    @property
    def stops(self) -> tuple[str, ...]:
        stops = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(stop for stop in stops if stop)

    def question(self) -> Message:
        """The last message, which asks.

        Raises ProtocolError for a request that asks for something else than an answer.
        """
        _check_model(self.model)
        if self.n is not None and self.n != 1:
            raise ProtocolError("there is one answer to a question; leave n out, or set it to 1", "n")
        if _calls_for_a_tool(self.tool_choice) or isinstance(self.function_call, dict):
            name = "tool_choice" if _calls_for_a_tool(self.tool_choice) else "function_call"
            raise ProtocolError(f"this model calls no tools; leave {name} out, or set it to auto or none", name)
        if self.modalities and "audio" in self.modalities:
            raise ProtocolError("an answer is text; leave audio out", "modalities")
        if len(self.stops) > MAX_STOPS:
            raise ProtocolError(f"stop holds at most {MAX_STOPS} texts", "stop")
        _check_format(self.response_format)
        position, last = max(
            ((number, message) for number, message in enumerate(self.messages) if message.role not in _INSTRUCTIONS),
            default=(0, self.messages[-1]),
            key=lambda numbered: numbered[0],
        )
        for number, part in enumerate(last.content if isinstance(last.content, list) else []):
            if isinstance(part, OtherPart):
                raise ProtocolError(
                    f"a question is text; {part.type} cannot be read", f"messages[{position}].content[{number}].type"
                )
        if last.role != "user" or not last.text.strip():
            raise ProtocolError("the last message has to be the user's question", "messages")
        return last

    def question_parameter(self) -> str:
        """The name of the question's place in the request."""
        positions = [number for number, message in enumerate(self.messages) if message.role not in _INSTRUCTIONS]
        return f"messages[{positions[-1]}].content"


def _check_model(name: str | None) -> None:
    if name is not None and name != MODEL:
        raise ProtocolError(
            f"there is no model {name!r}; there is {MODEL!r}", "model", status=404, code=MODEL_NOT_FOUND
        )


def _calls_for_a_tool(choice: Any) -> bool:
    return choice == "required" or isinstance(choice, dict)


def _check_format(response_format: ResponseFormat | None) -> None:
    if response_format is None or response_format.type != "json_schema":
        return
    schema = response_format.json_schema.json_schema if response_format.json_schema else None
    if schema is not None and not is_answer_schema(schema):
        raise ProtocolError(
            "this model fills one schema: that of an answer (GET /v1/answer-schema); "
            "leave the schema out, or ask for json_object",
            "response_format.json_schema.schema",
        )
