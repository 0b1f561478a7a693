"""The tools: what each is called, what it takes and returns, and what it does.

The descriptions and the schemas are what a language model reads of them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mcp_types import Tool, ToolAnnotations

from rag.answering.streaming import final_answer
from rag.drafts.findings import DraftFinding, DraftReport, FindingVerdict
from rag.errors import RagError
from rag.interrupts.cancellation import Cancellation, until_cancelled
from rag.mcp_server import result_schemas
from rag.mcp_server.arguments import (
    AskArguments,
    CheckDraftArguments,
    CheckStatementArguments,
    FilteredArguments,
    ListArticlesArguments,
    ListValuesArguments,
    ReadArticleArguments,
    SearchArguments,
    ToolArguments,
)
from rag.mcp_server.tool_call import ToolCall
from rag.types.answer import AnswerStep, Event
from rag.types.article import ArticleRef
from rag.types.question import check_question_length
from rag.verification.verifier import verdict_for

A = TypeVar("A", bound=ToolArguments)
Result = dict[str, Any]
# The verdicts on a statement's parts, the gravest first.
_GRAVEST_FIRST: tuple[FindingVerdict, ...] = (
    "contradicted", "misattributed", "altered", "not_found", "not_supporting", "not_covered", "misspelt", "unresolved",
    "partly", "cut", "opinion", "supported", "verbatim", "resolved",
)  # fmt: skip
NOTHING_TO_CHECK = "nothing_to_check"
_READ_ONLY = {"read_only_hint": True, "destructive_hint": False, "idempotent_hint": True, "open_world_hint": False}


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """One tool. `run` computes its result, which follows `output_schema`."""

    name: str
    title: str
    description: str
    arguments: type[ToolArguments]
    output_schema: result_schemas.Schema
    run: Callable[[ToolCall, Any], Awaitable[Result]]

    def described(self, max_question_characters: int) -> Tool:
        """The tool as the protocol lists it."""
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=self.arguments.schema_with_bounds(max_question_characters),
            output_schema=self.output_schema,
            annotations=ToolAnnotations(title=self.title, **_READ_ONLY),
        )


async def _ask(call: ToolCall, given: AskArguments) -> Result:
    check_question_length(given.question, call.engine.settings.max_question_characters)
    cancellation = Cancellation()
    events = call.engine.events(given.question, k=given.k, cancellation=cancellation, **given.filters)
    received: list[Event] = []

    async def receive(event: Event) -> None:
        received.append(event)
        if isinstance(event, AnswerStep):
            await call.report(str(event))
        else:
            await call.report_often("writing")

    await call.for_each(events, cancellation, receive)
    return final_answer(received).to_dict()


async def _search(call: ToolCall, given: SearchArguments) -> Result:
    check_question_length(given.query, call.engine.settings.max_question_characters)
    passages = await call.run_in_slot(call.engine.search, given.query, k=given.k, **given.filters)
    return {"query": given.query, "passages": [passage.to_dict() for passage in passages]}


async def _read_article(call: ToolCall, given: ReadArticleArguments) -> Result:
    article = await call.run(call.engine.article, given.article_id)
    if article is None:
        raise RagError(f"there is no article {given.article_id[:100]!r}; list_articles and search name the ids")
    length = len(article.text)
    start = min(given.start, length)
    end = min(start + given.max_characters, length)
    return {**article.to_dict(), "text": article.text[start:end], "start": start, "end": end, "characters": length}


async def _list_articles(call: ToolCall, given: ListArticlesArguments) -> Result:
    articles = await call.run(call.engine.articles_matching, **given.filters)
    page = articles[given.offset : given.offset + given.limit]
    return {"articles": [_article_fields(article) for article in page], "total": len(articles)}


async def _list_values(call: ToolCall, given: ListValuesArguments) -> Result:
    wanted = given.containing.casefold()
    values = await call.run(call.engine.values, given.catalogue_field)
    matching = [value for value in values if wanted in value.casefold()]
    page = matching[given.offset : given.offset + given.limit]
    return {"field": given.field, "values": page, "total": len(matching)}


async def _check_statement(call: ToolCall, given: CheckStatementArguments) -> Result:
    check_question_length(given.statement, call.engine.settings.max_question_characters)
    if given.evidence:
        support = await call.run_in_slot(call.engine.support, given.statement, given.evidence)
        return {
            "statement": given.statement, "verdict": verdict_for(support), "support": support, "findings": [],
        }  # fmt: skip
    report = await _checked(call, given.statement, given)
    verdicts = [finding.verdict for finding in report.findings]
    supports = [finding.support for finding in report.findings if finding.support is not None]
    return {
        "statement": given.statement,
        "verdict": min(verdicts, key=_GRAVEST_FIRST.index, default=NOTHING_TO_CHECK),
        "support": min(supports, default=None),
        "findings": [finding.to_dict() for finding in report.findings],
    }


async def _check_draft(call: ToolCall, given: CheckDraftArguments) -> Result:
    report = (await _checked(call, given.text, given)).to_dict()
    del report["text"]  # the caller has it
    return report


async def _checked(call: ToolCall, text: str, given: FilteredArguments) -> DraftReport:
    cancellation = Cancellation()
    findings: list[DraftFinding] = []
    unchecked = until_cancelled(call.engine.stream_draft(text, **given.filters), cancellation)

    async def receive(finding: DraftFinding) -> None:
        findings.append(finding)
        count = len(findings)
        await call.report(f"{count} finding{'s' if count > 1 else ''}", finding.end, len(text))

    await call.for_each(unchecked, cancellation, receive)
    return DraftReport.of(text, findings)


def _article_fields(article: ArticleRef) -> Result:
    return {
        "id": article.id, "title": article.title, "author": article.author, "source": article.source,
        "published": article.published.isoformat() if article.published else None, "url": article.url,
    }  # fmt: skip


TOOLS = {
    tool.name: tool
    for tool in (
        ToolSpec(
            "ask",
            "Ask the articles",
            "Answers a question from the articles. Every statement of the answer cites quotes, word for word, and has "
            "a verdict: whether the quotes support it. If the articles do not answer the question, `abstained` is true "
            "and `reason` says why. Ask in one self-contained question.",
            AskArguments,
            result_schemas.ANSWER,
            _ask,
        ),
        ToolSpec(
            "search",
            "Search the articles",
            "Finds the passages that are most relevant to a query, best first, without an answer.",
            SearchArguments,
            result_schemas.PASSAGES,
            _search,
        ),
        ToolSpec(
            "read_article",
            "Read an article",
            "Returns an article with its text, or the part of the text from `start` on. `characters` is the length of "
            "the whole text; read on from `end`.",
            ReadArticleArguments,
            result_schemas.ARTICLE,
            _read_article,
        ),
        ToolSpec(
            "list_articles",
            "List articles",
            "Lists the articles that the filters admit, newest first, without their texts.",
            ListArticlesArguments,
            result_schemas.ARTICLES,
            _list_articles,
        ),
        ToolSpec(
            "list_values",
            "List authors, publications or topics",
            "Lists the authors, publications or topics that there are, which the filters of the other tools can name.",
            ListValuesArguments,
            result_schemas.VALUES,
            _list_values,
        ),
        ToolSpec(
            "check_statement",
            "Check a statement",
            "Checks whether the articles support a statement, contradict it or do not cover it, with the quote that "
            "decides it. With `evidence`, checks it against these texts alone.",
            CheckStatementArguments,
            result_schemas.CHECKED_STATEMENT,
            _check_statement,
        ),
        ToolSpec(
            "check_draft",
            "Check a draft",
            "Checks a text that somebody wrote from the articles: each quotation word by word, each claim, citation "
            "and name. Offsets count characters of the text.",
            CheckDraftArguments,
            result_schemas.CHECKED_DRAFT,
            _check_draft,
        ),
    )
}
