"""Recognises the download of a press database, and splits it.

Each database writes a head before each article and a mark after it. A text without these marks is not a download, and
is read as an article of its own.
"""

from collections.abc import Iterator
from datetime import date

from rag.errors import ReadError
from rag.readers.encoding import CONTROL_CHARACTERS, to_one_line
from rag.readers.metadata import parse_published
from rag.readers.pages.boilerplate import strip_boilerplate
from rag.readers.press_databases.factiva import split_factiva
from rag.readers.press_databases.lexisnexis import split_lexisnexis
from rag.readers.press_databases.press_article import MAX_ARTICLES, PressArticle
from rag.readers.press_databases.proquest import split_proquest
from rag.types.article import Article, unique_slug
from rag.types.ingest import LoadedArticle, LoadFailure


def split_download(text: str) -> list[PressArticle]:
    """The articles of a press database's download; empty for any other text."""
    text = text.replace("\r\n", "\n").replace("\f", "\n")
    for split in (split_factiva, split_proquest, split_lexisnexis):
        articles = split(text)
        if articles:
            return articles
    return []


def load_press_articles(
    articles: list[PressArticle], source_name: str, origin: str
) -> Iterator[LoadedArticle | LoadFailure]:
    """Yields the articles of a download.

    One that has no text is a LoadFailure. Raises ReadError for too many.
    """
    if len(articles) > MAX_ARTICLES:
        raise ReadError(source_name, f"has more than {MAX_ARTICLES:,} articles; split it")
    for number, press_article in enumerate(articles, 1):
        text = strip_boilerplate(CONTROL_CHARACTERS.sub("", press_article.text).strip()).text.strip()
        title = to_one_line(press_article.title)
        if not text or not title:
            missing = "text" if title else "title"
            yield LoadFailure(f"{source_name}:{number}", f"has no {missing}; download it again with the full text")
            continue
        key = press_article.key or f"{press_article.source} {press_article.published}"
        article = Article(
            unique_slug(f"{title} {key}", shown=title),
            title,
            text,
            author=to_one_line(press_article.author) or None,
            source=to_one_line(press_article.source) or None,
            published=_day(press_article.published),
            url=press_article.url or None,
        )
        yield LoadedArticle(article, f"{origin}:{article.id}", has_own_id=False)


def _day(text: str) -> date | None:
    try:
        return parse_published(text, "")
    except ReadError:
        return None
