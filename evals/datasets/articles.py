"""Loads the articles that the evals ask about."""

from pathlib import Path

from rag.package_data import bundled_folder
from rag.readers import sources
from rag.settings import load_command_settings
from rag.types.article import Article
from rag.types.ingest import LoadedArticle


def load_articles(source: Path) -> list[Article]:
    """Loads the articles of a file or folder, in the readers' order.

    Sources that cannot be read are left out.
    """
    results = sources.load_articles([source], load_command_settings())
    return [result.article for result in results if isinstance(result, LoadedArticle)]


def bundled_articles() -> list[Article]:
    """Loads the articles of the bundled corpus, in the readers' order."""
    return load_articles(bundled_folder("corpus") / "articles")
