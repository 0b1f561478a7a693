"""An answer as JSON, for requests with a response format, and its schema."""

import json
from typing import Any

from rag.types.answer import Answer, Citation

_TEXT: dict[str, Any] = {"type": "string"}
_OPTIONAL_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_WHOLE_NUMBER: dict[str, Any] = {"type": "integer"}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": [*properties], "additionalProperties": False,
    }  # fmt: skip


ANSWER_SCHEMA: dict[str, Any] = _object(
    answered={"type": "boolean"},
    answer=_TEXT,
    statements={
        "type": "array",
        "items": _object(
            text=_TEXT, citations={"type": "array", "items": _WHOLE_NUMBER}, support={"type": "number"}, verdict=_TEXT
        ),
    },
    citations={
        "type": "array",
        "items": _object(
            number=_WHOLE_NUMBER, title=_TEXT, author=_OPTIONAL_TEXT, published=_OPTIONAL_TEXT, url=_OPTIONAL_TEXT,
            quote=_TEXT,
        ),
    },
)  # fmt: skip
# What a schema says for its readers alone.
_REMARKS = frozenset({"title", "description", "$schema", "$id", "examples"})


def json_answer(answer: Answer) -> str:
    """`answer` as a JSON document of ANSWER_SCHEMA."""
    document = {
        "answered": not answer.abstained,
        "answer": answer.text,
        "statements": [statement.to_dict() for statement in answer.statements],
        "citations": [_citation(citation) for citation in answer.citations],
    }
    return json.dumps(document, ensure_ascii=False)


def is_answer_schema(schema: dict[str, Any]) -> bool:
    """Whether `schema` is ANSWER_SCHEMA, whatever its titles and descriptions."""
    return bool(_without_remarks(schema) == ANSWER_SCHEMA)


def _citation(citation: Citation) -> dict[str, Any]:
    whole = citation.to_dict()
    return {name: whole[name] for name in ("number", "title", "author", "published", "url", "quote")}


def _without_remarks(value: Any, *, names: bool = False) -> Any:
    """`value` without remarks.

    With `names` its keys are the names of fields, which are no remarks.
    """
    if isinstance(value, list):
        return [_without_remarks(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_remarks(item, names=key == "properties" and not names)
        for key, item in value.items()
        if names or key not in _REMARKS
    }
