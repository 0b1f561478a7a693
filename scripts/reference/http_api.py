"""docs/reference/http.md: the routes of `rag serve`, from the OpenAPI document of the application."""

import json
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag import open_engine
from rag.server.app import create_app
from rag.settings import load_settings

HEADER = """# HTTP

`rag serve` answers under `http://127.0.0.1:7860`. With `RAG_API_KEY` set, every route but `/health` requires the
header `Authorization: Bearer KEY`. Every response under `/v1` has an `x-request-id`. An error is JSON, `{"error":
{"message", "type", "param", "code"}}`, and its message says what to do. How to use the routes: [serve to
others](../guides/serve.md).
"""
PREFIXES = ("/v1", "/health")
# The route that refuses every other address under /v1.
NO_ROUTES = ("/v1/{path}",)


def http_page() -> str:
    """The page."""
    document = openapi_document()
    parts = [HEADER]
    for path, methods in document["paths"].items():
        if path.startswith(PREFIXES) and path not in NO_ROUTES:
            parts += [_route(method, path, operation, document) for method, operation in methods.items()]
    return "\n".join(parts)


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of the application over an empty library."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with open_engine(settings=load_settings(home=Path(folder) / "home"), empty=True) as engine:
            document: dict[str, Any] = create_app(engine).openapi()
    return document


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
