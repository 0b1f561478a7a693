"""A question to the passages that bear on it: vectors and full text searched, fused, filtered, ranked.

Filters act inside both searches. Nothing here decides whether the passages answer the question.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.answer import Highlight, RankedPassage
from rag.encoder import Encoder
from rag.filters import Filters, Scope, resolve
from rag.fulltext import FullText
from rag.library import Library, StoredPassage
from rag.schema import Vector
from rag.terms import content_terms, terms
from rag.vectors import Vectors

# Hits taken from each search before they are put together.
DEPTH = 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a retrieved passage as evidence sees it.

    `start` and `end` count characters of the article's text; `cosine` is to the question; `coverage` is the share of
    the question's words, weighed by rarity, that the sentence holds; `score` ranks sentences of one retrieval.
    """

    start: int
    end: int
    text: str
    terms: tuple[str, ...]
    cosine: float
    coverage: float
    score: float


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search found, best first; `sentences` are those of each passage, in order.

    `idf` holds the rarity of each content word of the question, `unknown` those that no passage of the library has.
    """

    question: str
    filters: Filters
    scope: Scope
    idf: Mapping[str, float]
    unknown: tuple[str, ...]
    passages: tuple[RankedPassage, ...]
    sentences: tuple[tuple[Sentence, ...], ...]


class Retriever:
    """Searches one library. Threads may share it."""

    def __init__(self, library: Library, vectors: Vectors, fulltext: FullText, encoder: Encoder) -> None:
        self._library = library
        self._vectors = vectors
        self._fulltext = fulltext
        self._encoder = encoder

    def retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        """The `k` best passages within `filters`."""
        scope = resolve(filters, self._library.values) if filters else Scope()
        words = content_terms(question)
        frequencies = self._fulltext.frequencies(words)
        number = max(1, self._fulltext.count())
        idf = {term: math.log(1 + (number - df + 0.5) / (df + 0.5)) for term, df in frequencies.items()}
        unknown = tuple(term for term, df in frequencies.items() if not df)
        vector = self._encoder.encode([question])[0]
        near = dict(self._vectors.search(vector, DEPTH, scope))
        body = dict(self._fulltext.search(words, "body", DEPTH, scope))
        context = dict(self._fulltext.search(words, "context", DEPTH, scope))
        candidates = list(dict.fromkeys([*near, *body, *context]))
        stored = self._library.passages(candidates)
        found = [stored[one] for one in candidates if one in stored]
        scores = self._scores(found, vector, near, body, context)
        order = _distinct([found[at] for at in np.argsort(-scores, kind="stable")], k)
        by_id = {one.passage.id: float(score) for one, score in zip(found, scores, strict=True)}
        sentences = tuple(_sentences(one, vector, idf) for one in order)
        refs = self._library.refs([one.passage.article_id for one in order])
        passages = tuple(
            RankedPassage(
                id=one.passage.id, article=refs[one.passage.article_id], start=one.passage.start, end=one.passage.end,
                text=one.passage.text, score=by_id[one.passage.id],
                vector_score=near.get(one.passage.id, float(one.vector @ vector)),
                fulltext_score=body.get(one.passage.id, 0.0),
                sentences=_highlights(sentences[at]),
            )
            for at, one in enumerate(order)
        )  # fmt: skip
        return Retrieval(question, filters, scope, idf, unknown, passages, sentences)

    @staticmethod
    def _scores(
        found: Sequence[StoredPassage],
        vector: Vector,
        near: Mapping[str, float],
        body: Mapping[str, float],
        context: Mapping[str, float],
    ) -> Vector:
        cosine = np.array([near.get(one.passage.id, float(one.vector @ vector)) for one in found])
        fused: Vector = _normal(cosine)
        for hits, weight in ((body, 1.0), (context, 0.6)):
            fused = fused + weight * _normal(np.array([hits.get(one.passage.id, 0.0) for one in found]))
        return fused


class HybridRetriever(BaseRetriever):
    """The retriever as a LlamaIndex part: nodes with character offsets, metadata and scores."""

    def __init__(self, retriever: Retriever, k: int = 10, filters: Filters | None = None) -> None:
        super().__init__()
        self._retriever = retriever
        self._k = k
        self._filters = filters or Filters()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._retriever.retrieve(query_bundle.query_str, self._k, self._filters)
        return [as_node(passage) for passage in found.passages]


def as_node(passage: RankedPassage) -> NodeWithScore:
    """The passage as LlamaIndex carries it."""
    article = passage.article
    metadata = {
        "article_id": article.id, "title": article.title, "author": article.author, "source": article.source,
        "published": article.published.isoformat() if article.published else None, "url": article.url,
    }  # fmt: skip
    node = TextNode(
        id_=passage.id, text=passage.text, metadata=metadata, start_char_idx=passage.start, end_char_idx=passage.end
    )
    return NodeWithScore(node=node, score=passage.score)


def _normal(values: Vector) -> Vector:
    if not len(values) or values.max() - values.min() < 1e-9:
        return np.zeros_like(values)
    scaled: Vector = (values - values.min()) / (values.max() - values.min())
    return scaled


def _distinct(ranked: Sequence[StoredPassage], k: int) -> list[StoredPassage]:
    """The first `k` that do not say again what one before them says (syndicated or revised copies)."""
    kept: list[StoredPassage] = []
    for one in ranked:
        if len(kept) == k:
            break
        if all(float(one.vector @ other.vector) < 0.97 or not _same_words(one, other) for other in kept):
            kept.append(one)
    return kept


def _same_words(one: StoredPassage, other: StoredPassage) -> bool:
    mine, theirs = set(terms(one.passage.text)), set(terms(other.passage.text))
    return len(mine & theirs) >= 0.8 * min(len(mine), len(theirs))


def _sentences(stored: StoredPassage, vector: Vector, idf: Mapping[str, float]) -> tuple[Sentence, ...]:
    passage = stored.passage
    cosines = stored.sentence_vectors @ vector
    total = sum(idf.values()) or 1.0
    found = []
    for (start, end), cosine in zip(passage.sentences, cosines, strict=True):
        text = passage.text[start - passage.start : end - passage.start]
        words = tuple(terms(text))
        coverage = sum(idf[term] for term in idf.keys() & set(words)) / total
        found.append(Sentence(start, end, text, words, float(cosine), coverage, float(cosine) + 0.6 * coverage))
    return tuple(found)


def _highlights(sentences: Sequence[Sentence]) -> tuple[Highlight, ...]:
    best = max((sentence.score for sentence in sentences), default=0.0)
    return tuple(
        Highlight(one.start, one.end, round(one.score, 4)) for one in sentences if one.score >= max(0.5, 0.8 * best)
    )
