"""The table of articles, and an article to read."""

from typing import Any

from rag.engine import QueryEngine, workspace_of
from rag.errors import RagError
from rag.retrieval.filters import Filters
from rag.types.article import Article, ArticleRef
from rag.ui import payloads
from rag.ui.articles import articles_table, render_article
from rag.ui.payloads import HtmlReply, SayReply
from rag.ui.requests.replies import with_error_reply

# Articles that each list beside an article has, and the passages that they are chosen from.
MAX_LISTED = 4
SEARCHED_PASSAGES = 15


class ArticleRequests:
    """The requests about articles."""

    _engine: QueryEngine

    @with_error_reply
    def read(self, sent: Any) -> HtmlReply:
        """An article for the reading pane."""
        request = payloads.ArticleRequest.parse(sent)
        article = self._engine.article(request.article)
        spans = [render_article.QuoteSpan(*span) for span in request.spans]
        return {"html": render_article.article_html(article, spans) if article else render_article.missing_html()}

    @with_error_reply
    def around(self, sent: Any) -> HtmlReply:
        """Articles that name its author or are related, and its earlier texts."""
        request = payloads.ArticleRequest.parse(sent)
        article = self._engine.article(request.article)
        if article is None:
            return {"html": ""}
        passages = self._engine.search(article.title[:500], k=SEARCHED_PASSAGES)
        others = {passage.article.id: passage.article for passage in passages if passage.article.id != article.id}
        answering = self._answering(article)
        named = {ref.id for ref in answering}
        related = [ref for ref in others.values() if ref.id not in named][:MAX_LISTED]
        around = render_article.AroundArticle(answering, related, self._engine.versions(article.id))
        return {"html": render_article.around_html(article, around)}

    def _answering(self, article: Article) -> list[ArticleRef]:
        """The newest articles by others that name the article's author after it appeared."""
        if not article.author or not article.published:
            return []
        mentioning = workspace_of(self._engine).catalogue.mentioning(article.author, Filters(since=article.published))
        others = [entry.ref for entry in mentioning.articles if entry.ref.author != article.author]
        return others[:MAX_LISTED]

    @with_error_reply
    def catalogue(self, sent: Any) -> HtmlReply:
        """A page of the table of articles."""
        request = payloads.CatalogueRequest.parse(sent)
        page = articles_table.catalogue_page(workspace_of(self._engine).library, request)
        return {"html": articles_table.table_html(page, request, removable=not self._engine.settings.read_only)}

    @with_error_reply
    def remove(self, sent: Any) -> SayReply:
        """Removes one article."""
        if self._engine.settings.read_only:
            raise RagError("this library is read-only")
        missing = self._engine.remove(str(sent))
        return {"say": "It had been removed already." if missing else "Removed."}
