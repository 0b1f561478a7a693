"""Articles as items of CSL-JSON, which citation styles read."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from rag.citing.authors import csl_names
from rag.types.article import ArticleRef, is_web_address

Item = dict[str, Any]


def csl_item(article: ArticleRef, accessed: date | None = None) -> Item:
    """The article as an item of CSL-JSON.

    Its `id` is the article's. A field that the article does not have is left out, and so is an address that is no web
    address. `accessed` is the day on which the page was read, if it is known; only an article with an address has it.
    """
    url = article.url if article.url and is_web_address(article.url) else None
    fields: Item = {
        "id": article.id,
        "type": "article-newspaper" if article.source else "webpage",
        "title": article.title,
        "author": csl_names(article.author),
        "container-title": article.source,
        "issued": _date_parts(article.published),
        "accessed": _date_parts(accessed) if url else None,
        "URL": url,
    }
    return {name: value for name, value in fields.items() if value}


def distinct(articles: Iterable[ArticleRef]) -> list[ArticleRef]:
    """The articles in their order, each once."""
    return list({article.id: article for article in articles}.values())


def _date_parts(day: date | None) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[day.year, day.month, day.day]]} if day else None
