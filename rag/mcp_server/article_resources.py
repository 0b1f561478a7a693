"""The articles as resources: their addresses, pages of them, their text."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    Annotations,
    Completion,
    ListResourcesResult,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from rag.types.article import Article, ArticleRef, reference_to, source_line

PREFIX = "commentary://articles/"
TEMPLATE = ResourceTemplate(
    uri_template=PREFIX + "{id}",
    name="article",
    title="Article",
    description="An article of the library by its id: a line that names it, an empty line, its text.",
    mime_type="text/plain",
)
PAGE_SIZE = 100
# As many as the protocol lets one response hold.
MAX_COMPLETIONS = 100


def article_uri(article_id: str) -> str:
    """The address of an article. An id may hold any character."""
    return PREFIX + quote(article_id, safe="")


def article_id_of(uri: str) -> str:
    """The id in the address of an article. Raises MCPError for another address."""
    if not uri.startswith(PREFIX):
        raise unknown_resource(uri)
    return unquote(uri.removeprefix(PREFIX))


def resources_page(articles: Sequence[ArticleRef], cursor: str | None) -> ListResourcesResult:
    """The page of resources that begins at `cursor`.

    Raises MCPError for a cursor that no page has.
    """
    start = _start_of(cursor)
    next_start = start + PAGE_SIZE
    return ListResourcesResult(
        resources=[_resource(article) for article in articles[start:next_start]],
        next_cursor=str(next_start) if next_start < len(articles) else None,
    )


def article_contents(article: Article, uri: str) -> ReadResourceResult:
    """The article as text: a line that names it, an empty line, its text."""
    heading = " ".join(source_line(reference_to(article)).split())
    contents = TextResourceContents(uri=uri, mime_type="text/plain", text=f"{heading}\n\n{article.text}")
    return ReadResourceResult(contents=[contents])


def id_completions(articles: Sequence[ArticleRef], typed: str) -> Completion:
    """The ids that contain what was typed; ids that begin with it come first."""
    wanted = typed.casefold()
    ids = [article.id for article in articles if wanted in article.id.casefold()]
    ids.sort(key=lambda article_id: not article_id.casefold().startswith(wanted))
    return Completion(values=ids[:MAX_COMPLETIONS], total=len(ids), has_more=len(ids) > MAX_COMPLETIONS)


def unknown_resource(uri: str) -> MCPError:
    """The error for an address that no article has."""
    return MCPError(INVALID_PARAMS, f"there is no resource {uri[:200]!r}; resources/list names them")


def _resource(article: ArticleRef) -> Resource:
    day = f"{article.published.isoformat()}T00:00:00Z" if article.published else None
    return Resource(
        uri=article_uri(article.id),
        name=article.id,
        title=article.title,
        description=", ".join(filter(None, (article.author, article.source))) or None,
        mime_type="text/plain",
        annotations=Annotations(last_modified=day) if day else None,
    )


def _start_of(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 12):
        raise MCPError(INVALID_PARAMS, "this cursor is none that resources/list gave; begin without one")
    return int(cursor)
