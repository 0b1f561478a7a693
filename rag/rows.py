"""What the library's rows mean: articles and passages into columns, and back.

A column that cannot be read as what it must be raises ValueError, TypeError or LookupError; the library says so in its
own words.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from rag.article import Article, ArticleRef
from rag.feedback import CitedWords, Feedback
from rag.passages import Passage
from rag.schema import Vector, pack_rows, unpack_rows

REF = ("id", "title", "author", "source", "published", "url")
# No number of a unit vector is larger than 1; a little more is left to rounding.
LARGEST = 1.01
HOLDING = (*REF, "topics", "sha256")
PASSAGE = ("id", "article_id", "ordinal", "start", "end", "text", "sentences", "vector", "sentence_vectors")


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its vectors: `vector` (dimension,) and `sentence_vectors` (sentences, dimension), unit rows."""

    passage: Passage
    vector: Vector
    sentence_vectors: Vector

    @property
    def is_usable(self) -> bool:
        """Whether the vector has length 1, as all have that an encoder made."""
        return abs(float(self.vector @ self.vector) - 1.0) < 0.01


@dataclass(frozen=True, slots=True)
class Holding:
    """An article in the catalogue, without its text: what lists and filters need."""

    id: str
    title: str
    author: str | None
    source: str | None
    published: date | None
    url: str | None
    topics: tuple[str, ...]
    sha256: str
    characters: int
    passages: int

    def to_dict(self) -> dict[str, Any]:
        """The article as `rag articles --json` prints it."""
        return {
            "id": self.id, "title": self.title, "author": self.author, "source": self.source,
            "published": self.published.isoformat() if self.published else None, "url": self.url,
            "topics": list(self.topics), "characters": self.characters, "passages": self.passages,
            "sha256": self.sha256,
        }  # fmt: skip


def article_row(article: Article, origin: str) -> dict[str, Any]:
    return {
        "id": article.id, "title": article.title, "text": article.text, "author": article.author,
        "source": article.source, "published": article.published.isoformat() if article.published else None,
        "url": article.url, "topics": json.dumps(article.topics, ensure_ascii=False), "sha256": article.sha256,
        "origin": origin, "characters": len(article.text),
    }  # fmt: skip


def article_of(row: Mapping[Any, Any]) -> Article:
    return Article(
        id=row["id"], title=row["title"], text=row["text"], author=row["author"], source=row["source"],
        published=_date(row["published"]), url=row["url"], topics=topics_of(row["topics"]),
    )  # fmt: skip


def ref_of(row: Sequence[Any]) -> ArticleRef:
    """The columns of REF, in that order."""
    article_id, title, author, source, published, url = row
    return ArticleRef(article_id, title, author, source, _date(published), url)


def holding_of(row: Mapping[Any, Any]) -> Holding:
    return Holding(**{**row, "published": _date(row["published"]), "topics": topics_of(row["topics"])})


def names_in(field: str, found: Iterable[Any]) -> tuple[str, ...]:
    """The names that a filter on `field` can be given, out of what the column holds."""
    texts = list(found)
    if not all(isinstance(one, str) for one in texts):
        raise ValueError(f"{field} is not text")
    return tuple(sorted({topic for one in texts for topic in topics_of(one)}) if field == "topics" else texts)


def topics_of(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def passage_row(stored: StoredPassage, generation: int) -> dict[str, Any]:
    passage = stored.passage
    return {
        "id": passage.id, "article_id": passage.article_id, "ordinal": passage.ordinal,
        "start": passage.start, "end": passage.end, "text": passage.text,
        "sentences": np.array(passage.sentences, dtype="<u4").tobytes(),
        "vector": stored.vector.astype("<f4").tobytes(),
        "sentence_vectors": pack_rows(stored.sentence_vectors),
        "generation": generation,
    }  # fmt: skip


def seal_of_rows(article: Mapping[Any, Any], passages: Iterable[Mapping[Any, Any]]) -> str:
    """Hex digest over every column of an article and of its passages in their order."""
    digest = hashlib.sha256()
    for row in (article, *passages):
        for name in sorted(row):
            value = row[name]
            part = bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode("utf-8", "replace")
            digest.update(f"{name} {len(part)} ".encode())
            digest.update(part)
    return digest.hexdigest()


def passages_of(rows: Sequence[Sequence[Any]], dimension: int) -> list[StoredPassage]:
    """The passages whose columns, in the order of PASSAGE, are `rows`.

    The numbers of all are read in one go: one by one, eighty passages take NumPy three times as long.
    """
    vectors = vectors_of([row[-2] for row in rows], dimension)
    spans = np.frombuffer(b"".join([row[-3] for row in rows]), dtype="<u4").reshape(-1, 2).tolist()
    counts = [len(row[-3]) // 8 for row in rows]
    sentence_vectors = _of_unit_length(unpack_rows([row[-1] for row in rows], counts, dimension))
    found, at = [], 0
    for row, number, vector in zip(rows, counts, vectors, strict=True):
        sentences = tuple([(start, end) for start, end in spans[at : at + number]])
        passage_id, article_id, ordinal, start, end, text = row[:-3]
        passage = Passage(passage_id, article_id, ordinal, start, end, text, sentences)
        found.append(StoredPassage(passage, vector, sentence_vectors[at : at + number]))
        at += number
    return found


def vectors_of(stored: Sequence[bytes], dimension: int) -> Vector:
    """(n, dimension) unit rows."""
    for one in stored:
        if len(one) != 4 * dimension:
            raise ValueError(f"a vector has {len(one) // 4} numbers instead of {dimension}")
    return _of_unit_length(np.frombuffer(b"".join(stored), dtype="<f4").reshape(-1, dimension))


def _of_unit_length(vectors: Vector) -> Vector:
    # Said this way round, because nothing compares with what is no number.
    if not np.abs(vectors).max(initial=0.0) < LARGEST:
        raise ValueError("a vector is not of unit length")
    return vectors


def feedback_row(feedback: Feedback) -> dict[str, Any]:
    citations = [asdict(citation) for citation in feedback.citations]
    return {**asdict(feedback), "citations": json.dumps(citations, ensure_ascii=False)}


def feedback_of(row: Mapping[Any, Any]) -> Feedback:
    citations = tuple(CitedWords(**citation) for citation in json.loads(row["citations"]))
    return Feedback(**{**row, "citations": citations})


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
