"""Hybrid retrieval: question → ranked passages within filters.

The passage vectors and three BM25 fields are searched within the scope of the filters. The union of their hits is
scored with the signals of rag.retrieval.ranking, near-duplicates are dropped, and sentences are chosen for
highlighting. Whether the passages answer the question is decided elsewhere, in rag.answering.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.embedding.base import Encoder
from rag.embedding.query_vectors import QueryVectors
from rag.errors import RagError
from rag.index.base import Scope, VectorIndex
from rag.index.fulltext import FullTextIndex
from rag.index.fulltext_schema import TEXT_FIELDS
from rag.retrieval.deduplication import drop_near_duplicates
from rag.retrieval.filtered_search import FilteredVectorSearch
from rag.retrieval.filters import Filters, resolve_filters
from rag.retrieval.query_terms import QueryTerms, analyze_query
from rag.retrieval.ranking import (
    CANDIDATES_PER_SEARCH,
    HITS_PER_FIELD,
    RankingSignals,
    bm25_shares,
    highlight_masks,
    max_per_group,
    passage_scores,
    sentence_scores,
)
from rag.retrieval.results import Retrieval, RetrievedCandidates, ScoredSentence
from rag.settings.process import cpu_count
from rag.storage.library import Library
from rag.text.analyzer import distinct_terms, terms
from rag.text.overlap import coverages
from rag.types.article import ArticleRef
from rag.types.passage import Highlight, Hit, Passage, RankedPassage, StoredPassage, Vector


@dataclass(frozen=True, slots=True)
class _FullTextHits:
    """The hits of each text field, with their BM25 scores.

    `stored` holds the best of them as stored passages by id.
    """

    terms: QueryTerms
    by_field: list[list[Hit]]
    stored: dict[str, StoredPassage]


class Retriever:
    """Searches one library. Thread-safe."""

    def __init__(
        self,
        library: Library,
        vectors: VectorIndex,
        fulltext: FullTextIndex,
        encoder: Encoder,
        vector_search: FilteredVectorSearch | None = None,
        query_vectors: QueryVectors | None = None,
    ) -> None:
        """Sets the library, its indexes and the encoder of the question.

        `vector_search` replaces the filtered search over `vectors`; the default is a search with its default limits.
        """
        self._library = library
        self._vector_search = vector_search or FilteredVectorSearch(library, vectors, fulltext)
        self._fulltext = fulltext
        self._query_vectors = query_vectors or QueryVectors(encoder)
        self._fulltext_pool = ThreadPoolExecutor(cpu_count(), "full text")

    def query_vector(self, text: str) -> Vector:
        """The encoder's vector of a question, cached."""
        return self._query_vectors.vector(text)

    def candidate_signals(self, question: str) -> tuple[list[Passage], RankingSignals]:
        """The unfiltered candidates for `question`, and their ranking signals.

        Ranking weights are fitted on these.
        """
        candidates = self._candidates(question, CANDIDATES_PER_SEARCH // 2, Scope())
        return [stored.passage for stored in candidates.passages], candidates.signals

    def retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        """The `k` best passages within `filters`, best first; fewer where there are fewer.

        Raises RagError for a `k` under 1, IndexDamaged when an index on disk cannot be read.
        """
        if not isinstance(k, int) or k < 1:
            raise RagError(f"k is {k!a:.40}; ask for one passage at least")
        scope = (
            resolve_filters(filters, self._library.distinct_values, self._library.passage_ids_of)
            if filters
            else Scope()
        )
        candidates = self._candidates(question, k, scope)
        query = candidates.terms
        if not candidates.passages:
            return Retrieval(question, filters, scope, query.content, query.unknown, (), ())
        scores = passage_scores(candidates.signals)
        ranking = np.argsort(-scores, kind="stable").tolist()
        positions = drop_near_duplicates(candidates.passages, ranking, k)
        best_score = float(scores.max())
        sentences = [
            _scored_sentences(candidates, position, best_score - float(scores[position])) for position in positions
        ]
        masks = highlight_masks([np.array([sentence.score for sentence in passage]) for passage in sentences])
        passages = tuple(
            _ranked_passage(candidates, position, float(scores[position]), _highlights(sentences[rank], masks[rank]))
            for rank, position in enumerate(positions)
        )
        return Retrieval(question, filters, scope, query.content, query.unknown, passages, tuple(sentences))

    def _candidates(self, question: str, k: int, scope: Scope) -> RetrievedCandidates:
        per_search, per_field = max(CANDIDATES_PER_SEARCH, 2 * k), max(HITS_PER_FIELD, 2 * k)
        # The encoder and the full-text index release Python's global lock, so the two searches run in parallel.
        pending = self._fulltext_pool.submit(self._search_fulltext, question, per_search, per_field, scope)
        try:
            vector = self.query_vector(question)
            vector_hits = self._vector_search.search(vector, per_search, scope)
        finally:
            fulltext = pending.result()
        stored = fulltext.stored
        ids = list(dict.fromkeys(hit.id for hits in (vector_hits, *fulltext.by_field) for hit in hits[:per_search]))
        stored |= self._library.passages([id for id in ids if id not in stored])
        articles = self._library.article_refs(list({passage.passage.article_id for passage in stored.values()}))
        # An article may be removed between two reads.
        passages = [stored[id] for id in ids if id in stored and stored[id].passage.article_id in articles]
        bm25_by_field = [{hit.id: hit.score for hit in hits} for hits in fulltext.by_field]
        signals = _signals(fulltext.terms, vector, passages, articles, bm25_by_field)
        return RetrievedCandidates(fulltext.terms, vector, passages, articles, signals, bm25_by_field[0])

    def _search_fulltext(self, question: str, per_search: int, per_field: int, scope: Scope) -> _FullTextHits:
        query = analyze_query(question, self._fulltext, self._library.distinct_values("author"))
        by_field = [self._fulltext.search(list(query.idf), field, per_field, scope) for field in TEXT_FIELDS]
        best_ids = list(dict.fromkeys(hit.id for hits in by_field for hit in hits[:per_search]))
        return _FullTextHits(query, by_field, self._library.passages(best_ids))


def _signals(
    query: QueryTerms,
    vector: Vector,
    passages: Sequence[StoredPassage],
    articles: Mapping[str, ArticleRef],
    bm25_by_field: Sequence[Mapping[str, float]],
) -> RankingSignals:
    ids = [stored.passage.id for stored in passages]
    passage_articles = [articles[stored.passage.article_id] for stored in passages]
    body, context, section = (bm25_shares(scores, ids, query.idf) for scores in bm25_by_field)
    sentence_counts = [len(stored.sentence_vectors) for stored in passages]
    sentence_cosines = (
        np.concatenate([stored.sentence_vectors for stored in passages]) @ vector if passages else np.zeros(0)
    )
    weights = query.coverage_weights
    passage_terms = [
        distinct_terms(stored.passage.text) | query.byline_terms(article)
        for stored, article in zip(passages, passage_articles, strict=True)
    ]
    distinct_articles = list(articles.values())
    titles = coverages([distinct_terms(article.title) for article in distinct_articles], weights)
    authors = coverages([distinct_terms(article.author or "") for article in distinct_articles], weights)
    row_of_article = {article.id: row for row, article in enumerate(distinct_articles)}
    article_rows = [row_of_article[article.id] for article in passage_articles]
    return RankingSignals(
        cosine=np.array([float(stored.vector @ vector) for stored in passages]),
        best_sentence=max_per_group(sentence_cosines, sentence_counts),
        body=body,
        context=context,
        section=section,
        coverage=np.array(coverages(passage_terms, weights)),
        title=np.array([titles[row] for row in article_rows]),
        author=np.array([authors[row] for row in article_rows]),
    )


def _ranked_passage(
    candidates: RetrievedCandidates, position: int, score: float, highlights: tuple[Highlight, ...]
) -> RankedPassage:
    passage = candidates.passages[position].passage
    return RankedPassage(
        id=passage.id,
        article=candidates.articles[passage.article_id],
        start=passage.start,
        end=passage.end,
        text=passage.text,
        score=round(score, 6),
        vector_score=round(float(candidates.signals.cosine[position]), 6),
        fulltext_score=round(candidates.body_scores.get(passage.id, 0.0), 6),
        sentences=highlights,
    )


def _scored_sentences(candidates: RetrievedCandidates, position: int, penalty: float) -> tuple[ScoredSentence, ...]:
    """The candidate's sentences, with their scores.

    `penalty` is the best candidate's score minus this one's.
    """
    stored, query = candidates.passages[position], candidates.terms
    passage = stored.passage
    byline = query.byline_terms(candidates.articles[passage.article_id])
    texts = [passage.text[start - passage.start : end - passage.start] for start, end in passage.sentences]
    sentence_terms = [tuple(terms(text)) for text in texts]
    cosines = stored.sentence_vectors @ candidates.vector
    shares = np.array(coverages([{*words, *byline} for words in sentence_terms], query.coverage_weights))
    scores = sentence_scores(cosines, shares, penalty)
    return tuple(
        ScoredSentence(start, end, text, words, float(cosine), float(share), float(score), vector)
        for (start, end), text, words, cosine, share, score, vector in zip(
            passage.sentences, texts, sentence_terms, cosines, shares, scores, stored.sentence_vectors, strict=True
        )
    )


def _highlights(sentences: Sequence[ScoredSentence], mask: NDArray[np.bool_]) -> tuple[Highlight, ...]:
    return tuple(
        Highlight(sentence.start, sentence.end, round(sentence.score, 6))
        for sentence, is_highlighted in zip(sentences, mask, strict=True)
        if is_highlighted
    )
