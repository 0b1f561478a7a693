"""The replies of /v1 as schemas, for its OpenAPI document.

They describe what the routes build as plain dictionaries; tests/server/openapi compares the two on a real server.
"""

from typing import Any, Literal

from pydantic import BaseModel


class ErrorDetails(BaseModel):
    """What is wrong, and what to do."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorDocument(BaseModel):
    """An error as OpenAI's clients read it."""

    error: ErrorDetails


class HealthDocument(BaseModel):
    """Whether questions can be answered; if not, why."""

    status: Literal["ok", "unavailable"]
    articles: int | None = None
    passages: int | None = None
    reason: str | None = None


class ModelDocument(BaseModel):
    """The model that answers, or the encoder."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsDocument(BaseModel):
    """All models."""

    object: Literal["list"]
    data: list[ModelDocument]


class ArticleDocument(BaseModel):
    """An article with its text."""

    id: str
    title: str
    author: str | None
    source: str | None
    published: str | None
    url: str | None
    topics: list[str]
    correction: str | None
    version: int
    updated: str | None
    text: str


class PassageDocument(BaseModel):
    """The passage of a citation: `text` is `article.text[start:end]`."""

    id: str
    start: int
    end: int
    text: str


class CitationDocument(BaseModel):
    """A verbatim quote: `quote` is `article.text[start:end]`."""

    number: int
    article_id: str
    title: str
    author: str | None
    source: str | None
    published: str | None
    url: str | None
    quote: str
    start: int
    end: int
    passage: PassageDocument
    score: float


class StatementDocument(BaseModel):
    """A sentence of the answer, and how far its citations support it."""

    text: str
    citations: list[int]
    support: float
    verdict: Literal["supported", "partly", "unsupported"]


class AnswerDocument(BaseModel):
    """The whole answer, as `rag ask --json` prints it."""

    question: str
    standalone_question: str
    answer: str
    abstained: bool
    reason: str | None
    statements: list[StatementDocument]
    citations: list[CitationDocument]
    kind: str
    sections: list[dict[str, Any]]
    understood: dict[str, Any]
    writer: str
    notice: str | None
    timings_ms: dict[str, float]


class UrlCitationDetails(BaseModel):
    """What the marker `text[start_index:end_index]` cites."""

    start_index: int
    end_index: int
    title: str
    url: str


class ChatAnnotation(BaseModel):
    """A citation where chat clients look for it."""

    type: Literal["url_citation"]
    url_citation: UrlCitationDetails


class ChatMessageDocument(BaseModel):
    """The answer.

    `citations` and `answer` are not in the protocol; a reply to a front end's task lacks them.
    """

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[ChatAnnotation] = []
    citations: list[CitationDocument] = []
    answer: AnswerDocument | None = None


class ChatChoice(BaseModel):
    """The one choice of a completion."""

    index: Literal[0]
    message: ChatMessageDocument
    finish_reason: Literal["stop", "length"]
    logprobs: None


class ChatUsage(BaseModel):
    """The tokens of a completion."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """The reply of chat completions."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: ChatUsage


class ResponseAnnotation(UrlCitationDetails):
    """A citation where clients of Responses look for it."""

    type: Literal["url_citation"]


class ResponseText(BaseModel):
    """The text of the answer."""

    type: Literal["output_text"]
    text: str
    annotations: list[ResponseAnnotation]
    logprobs: list[dict[str, Any]]


class ResponseMessage(BaseModel):
    """The message with the answer."""

    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    status: Literal["completed", "incomplete"]
    content: list[ResponseText]


class ResponseUsage(BaseModel):
    """The tokens of a response."""

    input_tokens: int
    output_tokens: int
    total_tokens: int


class ResponseDocument(BaseModel):
    """The reply of Responses. `citations` and `answer` are as in chat completions."""

    id: str
    object: Literal["response"]
    created_at: int
    model: str
    status: Literal["completed", "incomplete"]
    error: None
    incomplete_details: dict[str, str] | None
    metadata: dict[str, Any]
    previous_response_id: str | None
    store: bool
    output: list[ResponseMessage]
    usage: ResponseUsage
    citations: list[CitationDocument] = []
    answer: AnswerDocument | None = None


class DeletedResponse(BaseModel):
    """A response that is no longer kept."""

    id: str
    object: Literal["response"]
    deleted: Literal[True]


class EmbeddingDocument(BaseModel):
    """A vector of unit length: numbers, or little-endian float32 in base64."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingsDocument(BaseModel):
    """The vectors of the texts, in their order."""

    object: Literal["list"]
    model: str
    data: list[EmbeddingDocument]
    usage: dict[str, int]


class DraftFindingDocument(BaseModel):
    """A finding about a draft: `text` is `draft[start:end]`."""

    kind: str
    verdict: str
    start: int
    end: int
    text: str
    message: str
    source: dict[str, Any] | None
    differences: list[dict[str, Any]]
    suggestion: str | None
    support: float | None


class DraftReportDocument(BaseModel):
    """The findings about a draft, as `rag check-draft --json` prints them."""

    text: str
    summary: str
    has_errors: bool
    findings: list[DraftFindingDocument]


class OpenapiDocument(BaseModel):
    """An OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]


class JsonSchemaDocument(BaseModel):
    """A JSON schema."""

    type: str
    properties: dict[str, Any]
