"""The OpenAPI document of the HTTP API, and its route."""

from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, SecretStr
from pydantic.json_schema import models_json_schema

from rag.server.openapi.operations import OPERATIONS, Link, Operation
from rag.server.openapi.reply_schemas import ErrorDocument
from rag.server.responses import wrong_key_response
from rag.settings import APPLICATION

OPENAPI_PATH = "/openapi.json"
_STATUSES = {
    400: "The request asks for what this server does not do, or is malformed.",
    401: "The key is missing or wrong.",
    403: "The request comes from a page of another site.",
    404: "There is no such thing.",
    413: "The request is too large.",
    429: "Too many requests in a minute.",
    500: "A defect of this server.",
    503: "The library cannot be used, or too many questions wait; Retry-After says when to ask again.",
}
_REF = "#/components/schemas/{model}"
_KEY = "key"
# An event of a stream: its name, where it has one, and its JSON.
_EVENT = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["data"],
}


def openapi_router(key: SecretStr | None, version: str) -> APIRouter:
    """The route of the document. With `key` it requires it, as what it describes does."""
    routes = APIRouter()
    document = openapi_document(version, has_key=key is not None)

    @routes.get(OPENAPI_PATH, include_in_schema=False)
    async def openapi(request: Request) -> Response:
        return wrong_key_response(request, key) or JSONResponse(document)

    return routes


def openapi_document(version: str, *, has_key: bool) -> dict[str, Any]:
    """The document. `has_key` is whether the server asks for a key."""
    models: dict[type[BaseModel], Literal["validation", "serialization"]] = {ErrorDocument: "validation"}
    for operation in OPERATIONS:
        models[operation.reply] = "validation"
        if operation.request:
            models[operation.request] = "validation"
    _, schemas = models_json_schema(list(models.items()), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation, has_key=has_key)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": APPLICATION,
            "version": version,
            "description": "Questions and answers over commentary, with citations. /v1 speaks OpenAI's protocol.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {_KEY: {"type": "http", "scheme": "bearer", "description": "RAG_API_KEY"}},
        },
    }


def _described(operation: Operation, *, has_key: bool) -> dict[str, Any]:
    is_open = operation.path == "/health"
    statuses = {429, 500, 503, *operation.errors}
    if not is_open and has_key:
        statuses.add(401)
    if operation.method not in ("get", "head"):
        statuses.add(403)
    content: dict[str, Any] = {"application/json": {"schema": _ref(operation.reply)}}
    if operation.streams:
        content["text/event-stream"] = {"schema": _EVENT}
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "security": [{_KEY: []}] if has_key and not is_open else [],
        "responses": {
            "200": {
                "description": operation.reply.__doc__ or "",
                "content": content,
                **({"links": {link.operation: _link(link) for link in operation.links}} if operation.links else {}),
            },
            **{str(status): _error(status, operation) for status in sorted(statuses)},
        },
    }
    if operation.parameters:
        described["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in operation.parameters
        ]
    if operation.request:
        examples = {"example": {"value": operation.example}}
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(operation.request), "examples": examples}},
        }
    return described


def _link(link: Link) -> dict[str, Any]:
    return {"operationId": link.operation, "parameters": {link.parameter: f"$response.body#{link.pointer}"}}


def _error(status: int, operation: Operation) -> dict[str, Any]:
    # Monitoring reads of /health what questions would be refused with.
    model = operation.reply if operation.path == "/health" and status == 503 else ErrorDocument
    return {"description": _STATUSES[status], "content": {"application/json": {"schema": _ref(model)}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}
