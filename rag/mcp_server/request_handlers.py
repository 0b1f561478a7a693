"""What the MCP server answers: tools and resources over an engine.

A call that goes wrong is a result with one line that says what to do.
"""

import json
import logging
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    ResourceTemplateReference,
    TextContent,
)
from pydantic import ValidationError

from rag.admission import AdmissionControl
from rag.engine import QueryEngine
from rag.errors import QuestionCancelled, RagError, first_problem
from rag.mcp_server.article_resources import (
    TEMPLATE,
    article_contents,
    article_id_of,
    id_completions,
    resources_page,
    unknown_resource,
)
from rag.mcp_server.tool_call import ToolCall, stopped_with_client
from rag.mcp_server.tools import TOOLS, ToolSpec

log = logging.getLogger(__name__)

Context = ServerRequestContext[Any, Any]
_OUR_FAULT = "something went wrong here; the server's log says what"


class RequestHandlers:
    """The handlers of the protocol's requests. `engine` stays the caller's to close."""

    def __init__(self, engine: QueryEngine, admission: AdmissionControl) -> None:
        self._engine = engine
        self._admission = admission
        self._tools = [tool.described(engine.settings.max_question_characters) for tool in TOOLS.values()]

    async def list_tools(self, _: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=self._tools)

    async def call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"there is no tool {params.name[:100]!r}; there are {', '.join(TOOLS)}")
        async with stopped_with_client(context):
            return await _called(tool, self._call(context), params.arguments)
        return _failure(QuestionCancelled("the client has gone"))

    async def list_resources(self, context: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        articles = await self._call(context).run(self._engine.articles_matching)
        return resources_page(articles, params.cursor if params else None)

    async def list_templates(self, _: Context, __: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=[TEMPLATE])

    async def read_resource(self, context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        article_id = article_id_of(params.uri)
        article = await self._call(context).run(self._engine.article, article_id)
        if article is None:
            raise unknown_resource(params.uri)
        return article_contents(article, params.uri)

    async def complete(self, context: Context, params: CompleteRequestParams) -> CompleteResult:
        reference = params.ref
        if not (isinstance(reference, ResourceTemplateReference) and reference.uri == TEMPLATE.uri_template):
            return CompleteResult(completion=Completion(values=[]))
        articles = await self._call(context).run(self._engine.articles_matching)
        return CompleteResult(completion=id_completions(articles, params.argument.value))

    def _call(self, context: Context) -> ToolCall:
        return ToolCall(self._engine, self._admission, context)


async def _called(tool: ToolSpec, call: ToolCall, arguments: dict[str, Any] | None) -> CallToolResult:
    try:
        return _result(await tool.run(call, tool.arguments.of(arguments)))
    except Exception as error:  # noqa: BLE001 - it goes to the log and to the caller
        return _failure(error)


def _result(document: dict[str, Any]) -> CallToolResult:
    """A result as data, and once more as text for clients that read no data."""
    text = TextContent(text=json.dumps(document, ensure_ascii=False))
    return CallToolResult(content=[text], structured_content=document)


def _failure(error: Exception) -> CallToolResult:
    """The result of a call that went wrong: one line."""
    if isinstance(error, ValidationError):
        message = first_problem(error, "arguments")
    elif isinstance(error, RagError):
        message = str(error)
    else:
        log.exception("a tool failed", exc_info=error)
        message = _OUR_FAULT
    return CallToolResult(content=[TextContent(text=" ".join(message.split()))], is_error=True)
