"""References to the articles of the bundled corpus, without a library."""

from evals.datasets.articles import bundled_articles
from rag.types.article import ArticleRef


def catalogue() -> list[ArticleRef]:
    return [
        ArticleRef(article.id, article.title, article.author, article.source, article.published, article.url)
        for article in bundled_articles()
    ]
