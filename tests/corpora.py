"""Small articles of the tests' own, made to order."""

import json
from datetime import date
from pathlib import Path

from rag.article import Article
from rag.readers import Reading

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


def readings(*numbers: int, revision: int = 0, paragraphs: int = 4) -> list[Reading]:
    made = [article(number, revision=revision, paragraphs=paragraphs) for number in numbers]
    return [Reading(one, f"/made/{one.id}", named=True) for one in made]


def write_jsonl(path: Path, articles: list[Article]) -> Path:
    lines = [
        json.dumps(
            {
                "id": one.id, "title": one.title, "text": one.text, "author": one.author, "source": one.source,
                "published": one.published.isoformat() if one.published else None, "topics": list(one.topics),
            },
            ensure_ascii=False,
        )
        for one in articles
    ]  # fmt: skip
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
