"""The operations of the HTTP API: what is sent, what comes back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from rag.server.drafts_api import DraftRequest
from rag.server.openai_protocol.chat_request import MODEL, ChatRequest
from rag.server.openai_protocol.embeddings import EmbeddingsRequest
from rag.server.openai_protocol.responses_api.request import ResponsesRequest
from rag.server.openapi.reply_schemas import (
    ArticleDocument,
    ChatCompletion,
    DeletedResponse,
    DraftReportDocument,
    EmbeddingsDocument,
    HealthDocument,
    JsonSchemaDocument,
    ModelDocument,
    ModelsDocument,
    OpenapiDocument,
    ResponseDocument,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A value of a reply, at `pointer`, is the parameter of another operation."""

    operation: str
    parameter: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    `reply` is its JSON; with `streams` a request may ask for server-sent events instead. `errors` are statuses that
    only some operations have; `links` lead to operations on what the reply names. `example` is a request.
    """

    method: str
    path: str
    id: str
    summary: str
    reply: type[BaseModel]
    request: type[BaseModel] | None = None
    streams: bool = False
    errors: tuple[int, ...] = ()
    links: tuple[Link, ...] = ()
    example: Mapping[str, Any] | None = None

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return re.findall(r"\{(\w+)\}", self.path)


_QUESTION = "Why does China dislike the pact?"
_ASKED = (400, 413)
# Parameters whose values may hold slashes.
_WITH_SLASHES = ("model", "article_id")
OPERATIONS = (
    Operation("get", "/openapi.json", "get_openapi", "This document.", OpenapiDocument),
    Operation("get", "/health", "health", "Whether questions can be answered.", HealthDocument),
    Operation("get", "/v1/models", "list_models", "The model that answers, and the encoder.", ModelsDocument),
    Operation("get", "/v1/models/{model}", "get_model", "One of the models.", ModelDocument, errors=(404,)),
    Operation(
        "post",
        "/v1/chat/completions",
        "create_chat_completion",
        "Answers the last message of a conversation from the articles, with citations.",
        ChatCompletion,
        ChatRequest,
        streams=True,
        errors=(*_ASKED, 404),
        example={"model": MODEL, "messages": [{"role": "user", "content": _QUESTION}]},
        links=(Link("get_article", "article_id", "/choices/0/message/citations/0/article_id"),),
    ),
    Operation(
        "post",
        "/v1/responses",
        "create_response",
        "The same as a Response, which can be continued with previous_response_id.",
        ResponseDocument,
        ResponsesRequest,
        streams=True,
        errors=(*_ASKED, 404),
        example={"model": MODEL, "input": _QUESTION},
        links=(Link("get_response", "response_id", "/id"), Link("delete_response", "response_id", "/id")),
    ),
    Operation(
        "get", "/v1/responses/{response_id}", "get_response", "A response that is kept.", ResponseDocument,
        errors=(400, 404),
    ),
    Operation(
        "delete", "/v1/responses/{response_id}", "delete_response", "Forgets a response.", DeletedResponse,
        errors=(404,),
    ),
    Operation(
        "post",
        "/v1/embeddings",
        "create_embeddings",
        "The vectors of the library's encoder.",
        EmbeddingsDocument,
        EmbeddingsRequest,
        example={"input": [_QUESTION]},
        errors=(*_ASKED, 404),
    ),
    Operation(
        "post",
        "/v1/drafts",
        "check_draft",
        "Checks quotations, claims, citations and names of a draft.",
        DraftReportDocument,
        DraftRequest,
        example={"text": "China dislikes the pact because it loosens Beijing's hold on North Korea."},
        streams=True,
        errors=_ASKED,
    ),
    Operation(
        "get", "/v1/articles/{article_id}", "get_article", "An article with its text.", ArticleDocument, errors=(404,)
    ),
    Operation(
        "get", "/v1/answer-schema", "get_answer_schema", "The schema of an answer as JSON.", JsonSchemaDocument
    ),
)  # fmt: skip


def allowed_methods(path: str) -> list[str]:
    """The methods of the operations at `path`; empty for a path that is not there."""
    return sorted(
        operation.method.upper()
        for operation in OPERATIONS
        if re.fullmatch(re.sub(r"\{(\w+)\}", _value_pattern, operation.path), path)
    )


def _value_pattern(parameter: re.Match[str]) -> str:
    return ".+" if parameter[1] in _WITH_SLASHES else "[^/]+"
