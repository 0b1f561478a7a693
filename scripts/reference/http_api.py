"""docs/reference/http.md: the routes of `rag serve`, from their OpenAPI document."""

import json
from collections.abc import Iterator
from typing import Any

from rag import __version__
from rag.server.openapi.document import OPENAPI_PATH, openapi_document

HEADER = """# HTTP

`rag serve` answers under `http://127.0.0.1:7860`. With `RAG_API_KEY` set, every route but `/health` requires the
header `Authorization: Bearer KEY`. Every response under `/v1` has an `x-request-id`. An error is JSON, `{"error":
{"message", "type", "param", "code"}}`, and its message says what to do. How to use the routes: [serve to
others](../guides/serve.md). `GET /openapi.json` is this page for programs.
"""


def http_page() -> str:
    """The page."""
    document = openapi_document(__version__, has_key=True)
    parts = [HEADER]
    for path, methods in document["paths"].items():
        if path != OPENAPI_PATH:
            parts += [_route(method, path, operation, document) for method, operation in methods.items()]
    return "\n".join(parts)


def _route(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    lines = [f"## {method.upper()} {path}\n"]
    description = operation.get("description") or operation.get("summary") or ""
    if description:
        lines.append(f"{description.strip()}\n")
    parameters = operation.get("parameters", [])
    if parameters:
        lines.append("| parameter | in | type | meaning |\n|---|---|---|---|")
        for item in parameters:
            kind, meaning = _type(item.get("schema", {})), _cell(item.get("description", ""))
            lines.append(f"| `{item['name']}` | {item['in']} | {kind} | {meaning} |")
        lines.append("")
    for content in operation.get("requestBody", {}).get("content", {}).values():
        lines += _fields("Request", content.get("schema", {}), document)
    responses = operation.get("responses", {})
    lines.append("| status | response |\n|---|---|")
    lines += [f"| {status} | {_cell(item.get('description', ''))} |" for status, item in responses.items()]
    lines.append("")
    for status, item in responses.items():
        schema = item.get("content", {}).get("application/json", {}).get("schema", {})
        if status == "200" and schema:
            lines += _fields("Response", schema, document)
    return "\n".join(lines)


def _fields(title: str, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """The fields of an object as a table; nothing for a schema without fields."""
    resolved = _resolve(schema, document)
    if "properties" not in resolved:
        return []
    required = resolved.get("required", [])
    lines = [f"{title}:\n", "| field | type | required | meaning |\n|---|---|---|---|"]
    for name, field in resolved["properties"].items():
        meaning = _cell(field.get("description", ""))
        lines.append(f"| `{name}` | {_type(field)} | {'yes' if name in required else ''} | {meaning} |")
    return [*lines, ""]


def _resolve(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference leads to."""
    while "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def _type(schema: dict[str, Any]) -> str:
    return "`" + " or ".join(dict.fromkeys(_types(schema))).replace("|", "\\|") + "`"


def _types(schema: dict[str, Any]) -> Iterator[str]:
    """The types that a value may have, in words."""
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    elif "enum" in schema or "const" in schema:
        yield from (json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    elif "anyOf" in schema or "oneOf" in schema:
        for choice in schema.get("anyOf") or schema["oneOf"]:
            yield from _types(choice)
    elif schema.get("type") == "array":
        yield f"list of {' or '.join(_types(schema.get('items', {})))}"
    else:
        kind = schema.get("type", "any")
        yield from kind if isinstance(kind, list) else [kind]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
