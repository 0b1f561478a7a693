"""Small synthetic articles for tests."""

import json
from datetime import date
from pathlib import Path

from rag.types.article import Article
from rag.types.catalogue import CatalogueEntry
from rag.types.ingest import LoadedArticle

_SUBJECTS = (
    ("grain", "The harvest in the river valleys failed and the price of bread doubled before the winter."),
    ("chips", "A rule on exports kept the newest chips from the laboratories that had ordered them."),
    ("pipelines", "Gas stopped flowing through the old pipeline on the first morning of the year."),
    ("elections", "Voters in the capital turned out in numbers that nobody had foreseen."),
    ("shipping", "Ships took the long way round and the insurers raised their premiums twice."),
)


def article(number: int, *, paragraphs: int = 4, revision: int = 0) -> Article:
    """Article `number`, about one of five subjects, with words that no other article has."""
    subject, sentence = _SUBJECTS[number % len(_SUBJECTS)]
    text = "\n\n".join(
        f"{sentence} Observer {number} noted in paragraph {part} that lot {number * 100 + part} was sold. "
        f"Few expected the minister of district {number} to change course, and edition {revision} says so."
        for part in range(paragraphs)
    )
    return Article(
        id=f"article-{number}",
        title=f"Notes on {subject}, number {number}",
        text=text,
        author=f"Column {number % 3}",
        source="The Test Review",
        published=date(2024, 1 + number % 12, 1 + number % 28),
        topics=(subject, "tests"),
    )


def loaded_articles(*numbers: int, revision: int = 0, paragraphs: int = 4) -> list[LoadedArticle]:
    """Articles `numbers` as a reader returns them, each from a file of its own."""
    articles = [article(number, revision=revision, paragraphs=paragraphs) for number in numbers]
    return [LoadedArticle(article, f"/made/{article.id}", has_own_id=True) for article in articles]


def write_jsonl(path: Path, articles: list[Article]) -> Path:
    """Writes `articles` to the JSONL file `path`, one object a line, and returns the path."""
    lines = [
        json.dumps(
            {
                "id": article.id, "title": article.title, "text": article.text, "author": article.author,
                "source": article.source, "published": article.published.isoformat() if article.published else None,
                "topics": list(article.topics),
            },
            ensure_ascii=False,
        )
        for article in articles
    ]  # fmt: skip
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def catalogue_entry(number: int, **changes: object) -> CatalogueEntry:
    """Article `number` in the catalogue, with `changes`."""
    made = article(number)
    fields = {
        "id": made.id, "title": made.title, "author": made.author, "source": made.source, "published": made.published,
        "url": None, "topics": made.topics, "sha256": "", "characters": len(made.text), "passages": 1,
    }  # fmt: skip
    return CatalogueEntry(**{**fields, **changes})  # type: ignore[arg-type]
