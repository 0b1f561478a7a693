"""Encodes articles, passages and feedback as database rows, and decodes them.

Every conversion of a stored value is here. A value that cannot be decoded raises RowDecodeError, which the library
reports as damage. Any other exception is a defect of the code, and is never caught here.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from rag.types.article import Article, ArticleRef
from rag.types.catalogue import CatalogueEntry
from rag.types.feedback import Feedback, FeedbackCitation, Rating
from rag.types.passage import Passage, Span, StoredPassage, Vector

# Columns in the order in which the decoders take them.
REF_COLUMNS = ("id", "title", "author", "source", "published", "url")
ENTRY_COLUMNS = (*REF_COLUMNS, "topics", "sha256")
PASSAGE_COLUMNS = ("id", "article_id", "ordinal", "start", "end", "text", "sentences", "vector", "sentence_vectors")

# No component of a unit vector is larger than 1; the margin is for rounding.
MAX_COMPONENT = 1.01
_SPAN_BYTES = 8
_FLOAT_BYTES = 4


class RowDecodeError(Exception):
    """A stored value is not what this package writes; the message says which value."""


# -- articles ----------------------------------------------------------------------------------------------------------


def encode_article(article: Article, origin: str) -> dict[str, Any]:
    """Encodes an article that was read from `origin` as a row of `articles`."""
    return {
        "id": article.id, "title": article.title, "text": article.text, "author": article.author,
        "source": article.source, "published": article.published.isoformat() if article.published else None,
        "url": article.url, "topics": json.dumps(article.topics, ensure_ascii=False), "sha256": article.sha256,
        "origin": origin, "characters": len(article.text),
    }  # fmt: skip


def decode_article(row: Mapping[Any, Any]) -> Article:
    """Decodes a row of `articles`. Raises RowDecodeError."""
    return Article(
        id=_text(row["id"], "id"), title=_text(row["title"], "title"), text=_text(row["text"], "text"),
        author=_optional_text(row["author"], "author"), source=_optional_text(row["source"], "source"),
        published=_date(row["published"]), url=_optional_text(row["url"], "url"), topics=decode_topics(row["topics"]),
    )  # fmt: skip


def decode_ref(row: Sequence[Any]) -> ArticleRef:
    """Decodes a reference to an article: what citations show of it.

    `row` has REF_COLUMNS in their order. Raises RowDecodeError.
    """
    article_id, title, author, source, published, url = row
    return ArticleRef(
        _text(article_id, "id"),
        _text(title, "title"),
        _optional_text(author, "author"),
        _optional_text(source, "source"),
        _date(published),
        _optional_text(url, "url"),
    )


def decode_entry(row: Mapping[Any, Any]) -> CatalogueEntry:
    """Decodes a catalogue entry.

    `row` has ENTRY_COLUMNS, `characters` and `passages`. Raises RowDecodeError.
    """
    ref = decode_ref([row[name] for name in REF_COLUMNS])
    return CatalogueEntry(
        id=ref.id, title=ref.title, author=ref.author, source=ref.source, published=ref.published, url=ref.url,
        topics=decode_topics(row["topics"]), sha256=_text(row["sha256"], "sha256"),
        characters=_integer(row["characters"], "characters"), passages=_integer(row["passages"], "passages"),
    )  # fmt: skip


def decode_topics(value: Any) -> tuple[str, ...]:
    """Decodes the topics of an article, which are stored as a JSON array of text.

    Raises RowDecodeError.
    """
    topics = _json(value, "topics")
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise RowDecodeError(f"topics is not a list of text: {_shortened(value)}")
    return tuple(topics)


def decode_filter_values(field: str, values: Iterable[Any]) -> tuple[str, ...]:
    """Decodes the values that a filter on `field` can name.

    `values` are those of the field's column. Raises RowDecodeError.
    """
    if field == "topics":
        return tuple(sorted({topic for value in values for topic in decode_topics(value)}))
    return tuple(_text(value, field) for value in values)


# -- passages ----------------------------------------------------------------------------------------------------------


def encode_passage(stored: StoredPassage, generation: int) -> dict[str, Any]:
    """Encodes a passage that is added at `generation` as a row of `passages`."""
    passage = stored.passage
    return {
        "id": passage.id, "article_id": passage.article_id, "ordinal": passage.ordinal,
        "start": passage.start, "end": passage.end, "text": passage.text,
        "sentences": np.array(passage.sentences, dtype="<u4").tobytes(),
        "vector": stored.vector.astype("<f4").tobytes(),
        "sentence_vectors": quantize_rows(stored.sentence_vectors),
        "generation": generation,
    }  # fmt: skip


def decode_passages(rows: Sequence[Sequence[Any]], dimension: int) -> list[StoredPassage]:
    """Decodes passages from rows with PASSAGE_COLUMNS in their order.

    All vectors are decoded together. Raises RowDecodeError where a vector is not (dimension,) numbers of unit length,
    or a passage does not have one vector for each of its sentences.
    """
    vectors = decode_vectors([row[-2] for row in rows], dimension)
    spans_of_rows = [_spans(row[-3]) for row in rows]
    counts = [len(spans) for spans in spans_of_rows]
    sentence_vectors = _check_unit_length(dequantize_rows([row[-1] for row in rows], counts, dimension))
    passages, first_sentence = [], 0
    for row, spans, vector in zip(rows, spans_of_rows, vectors, strict=True):
        passage_id, article_id, ordinal, start, end, text = row[:-3]
        passage = Passage(
            _text(passage_id, "passage id"),
            _text(article_id, "article id"),
            _integer(ordinal, "ordinal"),
            _integer(start, "start"),
            _integer(end, "end"),
            _text(text, "passage text"),
            spans,
        )
        last_sentence = first_sentence + len(spans)
        passages.append(StoredPassage(passage, vector, sentence_vectors[first_sentence:last_sentence]))
        first_sentence = last_sentence
    return passages


def decode_vectors(values: Sequence[Any], dimension: int) -> Vector:
    """Decodes vectors from little-endian float32 into unit rows.

    The result has the shape (len(values), dimension). Raises RowDecodeError.
    """
    packed = [_bytes(value, "vector") for value in values]
    for vector in packed:
        if len(vector) != _FLOAT_BYTES * dimension:
            raise RowDecodeError(f"a vector has {len(vector) // _FLOAT_BYTES} numbers instead of {dimension}")
    return _check_unit_length(np.frombuffer(b"".join(packed), dtype="<f4").reshape(-1, dimension))


def quantize_rows(rows: Vector) -> bytes:
    """Quantizes rows (n, dimension) to one float32 scale and int8 values each.

    The result has a quarter of the size; a quantized row has cosine 0.9999 to the original.
    """
    if not rows.size:
        return b""
    scales = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-12) / 127
    values = np.rint(rows / scales).astype(np.int8)
    packed: bytes = scales.astype("<f4").tobytes() + values.tobytes()
    return packed


def dequantize_rows(values: Sequence[Any], counts: Sequence[int], dimension: int) -> Vector:
    """Unpacks rows that `quantize_rows` packed.

    The rows of all `values` follow each other: (sum of counts, dimension). `counts` has the number of rows of each of
    `values`. Raises RowDecodeError where a value has another size.
    """
    packed = [_bytes(value, "sentence vectors") for value in values]
    pairs = list(zip(packed, counts, strict=True))
    if any(len(value) != count * (_FLOAT_BYTES + dimension) for value, count in pairs):
        raise RowDecodeError("a passage has not a vector for each sentence")
    scales = np.frombuffer(b"".join([value[: _FLOAT_BYTES * count] for value, count in pairs]), dtype="<f4")
    quantized = np.frombuffer(b"".join([value[_FLOAT_BYTES * count :] for value, count in pairs]), dtype=np.int8)
    rows: Vector = quantized.reshape(-1, dimension) * scales[:, None]
    return rows


def checksum_of_rows(article: Mapping[Any, Any], passages: Iterable[Mapping[Any, Any]]) -> str:
    """Computes the SHA-256 checksum, in hex, of the rows of an article.

    It is over every column of the article's row and of its passages' rows in their order.
    """
    digest = hashlib.sha256()
    for row in (article, *passages):
        for name in sorted(row):
            value = row[name]
            content = bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode("utf-8", "replace")
            digest.update(f"{name} {len(content)} ".encode())
            digest.update(content)
    return digest.hexdigest()


# -- feedback and metadata ---------------------------------------------------------------------------------------------


def encode_feedback(feedback: Feedback) -> dict[str, Any]:
    """Encodes feedback as a row of `feedback`."""
    citations = [asdict(citation) for citation in feedback.citations]
    return {**asdict(feedback), "citations": json.dumps(citations, ensure_ascii=False)}


def decode_feedback(row: Mapping[Any, Any]) -> Feedback:
    """Decodes a row of `feedback`. Raises RowDecodeError."""
    stored = _json(row["citations"], "citations")
    try:
        citations = tuple(FeedbackCitation(**citation) for citation in stored)
    except TypeError as error:  # not a list of objects, or not with these keys
        raise RowDecodeError(f"citations of feedback: {error}") from error
    return Feedback(
        id=_text(row["id"], "id"), created=_text(row["created"], "created"),
        question=_text(row["question"], "question"), answer=_text(row["answer"], "answer"), citations=citations,
        rating=_rating(row["rating"]), note=_text(row["note"], "note"),
    )  # fmt: skip


def decode_number(value: Any, name: str) -> int:
    """Decodes a whole number that `meta` stores as text. Raises RowDecodeError."""
    text = _text(value, name)
    try:
        return int(text)
    except ValueError as error:
        raise RowDecodeError(f"{name} is not a number: {_shortened(text)}") from error


# -- single values -----------------------------------------------------------------------------------------------------


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise RowDecodeError(f"{name} is not text: {_shortened(value)}")
    return value


def _optional_text(value: Any, name: str) -> str | None:
    return None if value is None else _text(value, name)


def _rating(value: Any) -> Rating | None:
    if value not in ("up", "down", None):
        raise RowDecodeError(f"rating is neither up nor down: {_shortened(value)}")
    rating: Rating | None = value
    return rating


def _integer(value: Any, name: str) -> int:
    if not isinstance(value, int):
        raise RowDecodeError(f"{name} is not a whole number: {_shortened(value)}")
    return value


def _bytes(value: Any, name: str) -> bytes:
    if not isinstance(value, bytes):
        raise RowDecodeError(f"{name} is not binary: {_shortened(value)}")
    return value


def decode_day(value: Any) -> date:
    """Decodes a day of publication. Raises RowDecodeError."""
    day = _date(value)
    if day is None:
        raise RowDecodeError("a day of publication is empty")
    return day


def _date(value: Any) -> date | None:
    text = _optional_text(value, "published")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RowDecodeError(f"published is not a date: {_shortened(text)}") from error


def _json(value: Any, name: str) -> Any:
    text = _text(value, name)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # RecursionError: thousands of nested brackets
        raise RowDecodeError(f"{name} is not JSON: {error}") from error


def _spans(value: Any) -> tuple[Span, ...]:
    packed = _bytes(value, "sentences")
    if len(packed) % _SPAN_BYTES:
        raise RowDecodeError("the offsets of a passage's sentences are not in pairs")
    pairs = np.frombuffer(packed, dtype="<u4").reshape(-1, 2).tolist()
    return tuple((start, end) for start, end in pairs)


def _check_unit_length(vectors: Vector) -> Vector:
    # The condition is negated, so that it also finds a NaN, for which every comparison is false.
    if not np.abs(vectors).max(initial=0.0) < MAX_COMPONENT:
        raise RowDecodeError("a vector is not of unit length")
    return vectors


def _shortened(value: Any) -> str:
    return repr(value)[:80]
