"""The arguments of the tools: what a call may name, and its bounds.

The bounds are those of the HTTP API. A value of null is an argument that is not given: language models send it so.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from rag.drafts.checker import MAX_DRAFT_CHARACTERS
from rag.types.question import FilterArgs

MAX_PASSAGES = 100
MAX_NAME_CHARACTERS = 500
MAX_VALUES = 100
MAX_LISTED = 1000
MAX_TEXTS = 20
# What a language model reads of an article at once, unless it asks for more.
DEFAULT_CHARACTERS = 20_000
_FIELDS = {"authors": "author", "publications": "source", "topics": "topics"}


def _not_empty(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("empty", "is empty; give a text")
    return text


def _filter_values(given: object) -> list[str]:
    """The values of a filter, of which one has to match.

    Blank values and values of null filter nothing.
    """
    listed: list[object] = given if isinstance(given, list) else [given]
    values = [value for value in listed if isinstance(value, str)]
    if len(values) + listed.count(None) < len(listed):
        raise PydanticCustomError("filter_type", "Input should be a string or a list of strings")
    if len(values) > MAX_VALUES:
        raise PydanticCustomError("filter_count", f"List should have at most {MAX_VALUES} values, not {len(values)}")
    if any(len(value) > MAX_NAME_CHARACTERS for value in values):
        raise PydanticCustomError("filter_length", f"String should have at most {MAX_NAME_CHARACTERS} characters")
    return [value for value in values if value.strip()]


Text = Annotated[str, AfterValidator(_not_empty)]
Name = Annotated[str, Field(max_length=MAX_NAME_CHARACTERS)]
_ONE_VALUE = {"type": "string", "maxLength": MAX_NAME_CHARACTERS}
Values = Annotated[
    list[str],
    PlainValidator(_filter_values),
    WithJsonSchema({"anyOf": [_ONE_VALUE, {"type": "array", "items": _ONE_VALUE, "maxItems": MAX_VALUES}]}),
]


class ToolArguments(BaseModel):
    """Arguments of a tool. An argument that the tool does not have is an error."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def of(cls, given: dict[str, Any] | None) -> "ToolArguments":
        """The arguments of a call. Raises ValidationError."""
        return cls.model_validate({name: value for name, value in (given or {}).items() if value is not None})

    @classmethod
    def schema_with_bounds(cls, max_question_characters: int) -> dict[str, Any]:
        """The JSON schema, with the setting's bound of questions and statements."""
        schema = cls.model_json_schema()
        for name in ("question", "query", "statement"):
            if name in schema["properties"]:
                schema["properties"][name]["maxLength"] = max_question_characters
        return schema


class FilteredArguments(ToolArguments):
    """The filters of a question. An empty text or list filters nothing.

    A filter with several values admits the articles that match one of them.
    """

    author: Values = Field([], description="Only articles by this author or these; part of a name is enough.")
    publication: Values = Field([], description="Only articles of this publication or these; part of a name is enough.")
    topic: Values = Field([], description="Only articles on this topic or on one of these.")
    article: Values = Field([], description="Only the article with this id or these, as other tools return them.")
    since: Name = Field("", description="Only articles of this day or later, as 2024-06-30.")
    until: Name = Field("", description="Only articles of this day or earlier, as 2024-06-30.")

    @property
    def filters(self) -> FilterArgs:
        return {
            "author": self.author, "source": self.publication, "topic": self.topic, "article": self.article,
            "since": self.since or None, "until": self.until or None,
        }  # fmt: skip


class AskArguments(FilteredArguments):
    question: Text = Field(description="The question, understandable without the conversation before it.")
    k: int | None = Field(None, ge=1, le=MAX_PASSAGES, description="How many passages to answer from.")


class SearchArguments(FilteredArguments):
    query: Text = Field(description="The words or the question to search for.")
    k: int = Field(10, ge=1, le=MAX_PASSAGES, description="How many passages to return.")


class ReadArticleArguments(ToolArguments):
    article_id: Text = Field(description="The article's id, as other tools return it.", max_length=MAX_NAME_CHARACTERS)
    start: int = Field(0, ge=0, description="The first character to read.")
    max_characters: int = Field(
        DEFAULT_CHARACTERS, ge=1, le=MAX_DRAFT_CHARACTERS, description="How many characters to read at most."
    )


class ListArticlesArguments(FilteredArguments):
    limit: int = Field(100, ge=1, le=MAX_LISTED, description="How many articles to return.")
    offset: int = Field(0, ge=0, description="How many of the newest articles to leave out.")


class ListValuesArguments(ToolArguments):
    field: Literal["authors", "publications", "topics"] = Field(description="Which values to list.")
    containing: Name = Field("", description="Only values that contain this text, in any case.")
    limit: int = Field(200, ge=1, le=MAX_LISTED, description="How many values to return.")
    offset: int = Field(0, ge=0, description="How many of the first values to leave out.")

    @property
    def catalogue_field(self) -> str:
        return _FIELDS[self.field]


class CheckStatementArguments(FilteredArguments):
    statement: Text = Field(description="The statement, understandable by itself; it may name who says so.")
    evidence: list[Text] = Field(
        [],
        max_length=MAX_TEXTS,
        description="Texts to check the statement against, in place of the articles.",
    )


class CheckDraftArguments(FilteredArguments):
    text: Text = Field(description="The draft: plain text or Markdown.", max_length=MAX_DRAFT_CHARACTERS)
