"""A question to the passages that bear on it: vectors and full text searched, fused, filtered, ranked.

Filters act inside both searches. Nothing here decides whether the passages answer the question.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from numpy.typing import NDArray

from rag.answer import Highlight, RankedPassage
from rag.article import ArticleRef
from rag.derived import VectorIndex
from rag.encoder import Encoder, processors
from rag.errors import RagError
from rag.filters import Filters, Scope, named, resolve
from rag.fulltext import TEXT_FIELDS, FullText
from rag.library import Library
from rag.nearest import Nearest
from rag.passages import Passage
from rag.ranking import (
    CANDIDATES,
    HITS,
    Signals,
    best_of_each,
    bm25_shares,
    coverages,
    highlighted,
    passage_scores,
    rarity,
    sentence_scores,
)
from rag.rows import StoredPassage
from rag.schema import Vector
from rag.terms import STOP_TERMS, distinct_terms, initials_in, terms

# A question of 20,000 characters is searched for by its rarest words; nobody's question has more.
MOST_WORDS = 64


# Of two passages that share this much of the shorter one's runs of four words, the second says nothing new.
SAME_RUNS = 0.85


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a retrieved passage as evidence sees it.

    `start` and `end` count characters of the article's text; `cosine` is to the question; `coverage` is the share of
    the question's words, weighed by rarity, that the sentence holds; `score` ranks sentences of one retrieval;
    `vector` is the encoder's, of unit length.
    """

    start: int
    end: int
    text: str
    terms: tuple[str, ...]
    cosine: float
    coverage: float
    score: float
    vector: Vector = field(compare=False, repr=False)


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


@dataclass(frozen=True, slots=True)
class _Words:
    """A question's words as the searches take them: the rarity of all of them, and of those about something."""

    idf: Mapping[str, float]
    content: Mapping[str, float]
    unknown: tuple[str, ...]
    named: tuple[str, ...]

    def byline(self, article: ArticleRef) -> set[str]:
        """Words that every passage of the article is taken to hold: its author's name, where the question names it."""
        return set(terms(article.author)) if article.author and article.author in self.named else set()


@dataclass(frozen=True, slots=True)
class _Query(_Words):
    """A question as the searches take it."""

    vector: Vector


@dataclass(frozen=True, slots=True)
class _ByWords:
    """What the full text finds: hits of each field with their BM25 scores, and the first of them from the library."""

    words: _Words
    hits: list[list[tuple[str, float]]]
    stored: dict[str, StoredPassage]


class Retriever:
    """Searches one library. Threads may share it."""

    def __init__(self, library: Library, vectors: VectorIndex, fulltext: FullText, encoder: Encoder) -> None:
        self._library = library
        self._nearest = Nearest(library, vectors, fulltext)
        self._fulltext = fulltext
        self._encoder = encoder
        self._beside = ThreadPoolExecutor(processors(), "words")

    def signals(self, question: str) -> tuple[list[Passage], Signals]:
        """Every candidate for `question` with its signals, as `retrieve` ranks them: what weights are fitted on."""
        _, found, _, signals, _ = self._candidates(question, CANDIDATES // 2, Scope())
        return [one.passage for one in found], signals

    def retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        """The `k` best passages within `filters`. Raises RagError for a `k` under 1."""
        if not isinstance(k, int) or k < 1:
            raise RagError(f"k is {k!a:.40}; ask for one passage at least")
        scope = resolve(filters, self._library.values) if filters else Scope()
        query, found, refs, signals, body = self._candidates(question, k, scope)
        if not found:
            return Retrieval(question, filters, scope, query.content, query.unknown, (), ())
        scores = passage_scores(signals)
        order = _distinct(found, np.argsort(-scores, kind="stable").tolist(), k)
        best = float(scores.max())
        sentences = [
            _sentences(found[at], query, query.byline(refs[found[at].passage.article_id]), best - float(scores[at]))
            for at in order
        ]
        marked = highlighted([np.array([sentence.score for sentence in one]) for one in sentences])
        passages = tuple(
            RankedPassage(
                id=found[at].passage.id,
                article=refs[found[at].passage.article_id],
                start=found[at].passage.start,
                end=found[at].passage.end,
                text=found[at].passage.text,
                score=round(float(scores[at]), 6),
                vector_score=round(float(signals.cosine[at]), 6),
                fulltext_score=round(body.get(found[at].passage.id, 0.0), 6),
                sentences=_highlights(sentences[rank], marked[rank]),
            )
            for rank, at in enumerate(order)
        )
        return Retrieval(question, filters, scope, query.content, query.unknown, passages, tuple(sentences))

    def _candidates(
        self, question: str, k: int, scope: Scope
    ) -> tuple[_Query, list[StoredPassage], Mapping[str, ArticleRef], Signals, Mapping[str, float]]:
        """What the four searches find: the passages, their articles, their signals, and the body's BM25 scores."""
        wanted, deep = max(CANDIDATES, 2 * k), max(HITS, 2 * k)
        # Encoder and full text work without Python's lock: what the words find is had beside what the vector does.
        beside = self._beside.submit(self._by_words, question, wanted, deep, scope)
        try:
            vector = self._encoder.encode([question])[0]
            near = self._nearest.search(vector, wanted, scope)
        finally:
            found = beside.result()
        words, stored = found.words, found.stored
        query = _Query(words.idf, words.content, words.unknown, words.named, vector)
        candidates = list(dict.fromkeys(one for hits in (near, *found.hits) for one, _ in hits[:wanted]))
        stored |= self._library.passages([one for one in candidates if one not in stored])
        refs = self._library.refs(list({one.passage.article_id for one in stored.values()}))
        # An article may be removed between two reads.
        there = [stored[one] for one in candidates if one in stored and stored[one].passage.article_id in refs]
        fulltext = [dict(hits) for hits in found.hits]
        return query, there, refs, _signals(query, there, refs, fulltext), fulltext[0]

    def _by_words(self, question: str, wanted: int, deep: int, scope: Scope) -> _ByWords:
        words = self._words(question)
        hits = [self._fulltext.search(list(words.idf), field, deep, scope) for field in TEXT_FIELDS]
        first = list(dict.fromkeys(one for found in hits for one, _ in found[:wanted]))
        return _ByWords(words, hits, self._library.passages(first))

    def _words(self, question: str) -> _Words:
        initials = initials_in(question)
        words = list(dict.fromkeys([*terms(question), *(word for _, name in initials for word in name)]))
        number = self._fulltext.count()
        # Removed passages are counted until their segments are merged away.
        frequencies = {word: min(times, number) for word, times in self._fulltext.frequencies(words).items()}
        # Both ways to write a name are searched for; the one that the library knows better is what has to be covered.
        other_way: set[str] = set()
        for short, name in initials:
            known = min(frequencies[word] for word in short) > min(frequencies[word] for word in name)
            other_way.update(set(name) - set(short) if known else set(short) - set(name))
        rarest = set(sorted(words, key=lambda word: frequencies[word])[:MOST_WORDS])
        idf = {word: rarity(frequencies[word], number) for word in words if word in rarest}
        content = {word: weight for word, weight in idf.items() if word not in STOP_TERMS | other_way}
        # A name may stand in titles and by-lines alone, which only this field holds.
        present = self._fulltext.present(list(content), "section")
        unknown = tuple(word for word in content if word not in present)
        authors = named(question, self._library.values("author"))
        return _Words(idf, content, unknown, authors)


class HybridRetriever(BaseRetriever):
    """The retriever as a LlamaIndex part: nodes with character offsets, metadata and scores."""

    def __init__(self, retrieve: Callable[[str, int, Filters], Retrieval], k: int, filters: Filters) -> None:
        super().__init__()
        self._found = retrieve
        self._k = k
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._found(query_bundle.query_str, self._k, self._filters)
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


def _signals(
    query: _Query,
    found: Sequence[StoredPassage],
    refs: Mapping[str, ArticleRef],
    fulltext: Sequence[Mapping[str, float]],
) -> Signals:
    ids = [one.passage.id for one in found]
    articles = [refs[one.passage.article_id] for one in found]
    body, context, section = (bm25_shares(hits, ids, query.idf) for hits in fulltext)
    lengths = [len(one.sentence_vectors) for one in found]
    every = np.concatenate([one.sentence_vectors for one in found]) @ query.vector if found else np.zeros(0)
    weighed = query.content or query.idf
    words = [
        distinct_terms(one.passage.text) | query.byline(article) for one, article in zip(found, articles, strict=True)
    ]
    every_ref = list(refs.values())
    titles = coverages([distinct_terms(one.title) for one in every_ref], weighed)
    authors = coverages([distinct_terms(one.author or "") for one in every_ref], weighed)
    place = {one.id: at for at, one in enumerate(every_ref)}
    of_article = [place[article.id] for article in articles]
    return Signals(
        cosine=np.array([float(one.vector @ query.vector) for one in found]),
        best_sentence=best_of_each(every, lengths),
        body=body,
        context=context,
        section=section,
        coverage=np.array(coverages(words, weighed)),
        title=np.array([titles[at] for at in of_article]),
        author=np.array([authors[at] for at in of_article]),
    )


def _distinct(found: Sequence[StoredPassage], ranked: Sequence[int], k: int) -> list[int]:
    """The first `k` of `ranked` that do not say again what one before them says (syndicated or revised copies)."""
    kept: list[int] = []
    for at in ranked:
        if len(kept) == k:
            break
        if not any(_is_copy(found[at], found[other]) for other in kept):
            kept.append(at)
    return kept


def _is_copy(one: StoredPassage, other: StoredPassage) -> bool:
    # What an article says twice it says twice: its repeats stay (with them dropped too, recall@5 on the chunking
    # questions' accounts of companies falls from 85.8 to 73.4). The vectors tell cheaply what cannot be a copy.
    if one.passage.article_id == other.passage.article_id or float(one.vector @ other.vector) < 0.95:
        return False
    mine, theirs = _runs_of_words(one.passage.text), _runs_of_words(other.passage.text)
    return len(mine & theirs) >= SAME_RUNS * min(len(mine), len(theirs))


def _runs_of_words(text: str, length: int = 4) -> set[tuple[str, ...]]:
    words = terms(text)
    return {tuple(words[at : at + length]) for at in range(max(1, len(words) - length + 1))}


def _sentences(stored: StoredPassage, query: _Query, byline: set[str], behind: float) -> tuple[Sentence, ...]:
    """The passage's sentences; `behind` is what its score is less than the best passage's."""
    passage = stored.passage
    weighed = query.content or query.idf
    texts = [passage.text[start - passage.start : end - passage.start] for start, end in passage.sentences]
    words = [tuple(terms(text)) for text in texts]
    cosines = stored.sentence_vectors @ query.vector
    shares = np.array(coverages([{*one, *byline} for one in words], weighed))
    scores = sentence_scores(cosines, shares, behind)
    return tuple(
        Sentence(start, end, text, mine, float(cosine), float(share), float(one), vector)
        for (start, end), text, mine, cosine, share, one, vector in zip(
            passage.sentences, texts, words, cosines, shares, scores, stored.sentence_vectors, strict=True
        )
    )


def _highlights(sentences: Sequence[Sentence], marked: NDArray[np.bool_]) -> tuple[Highlight, ...]:
    return tuple(
        Highlight(sentence.start, sentence.end, round(sentence.score, 6))
        for sentence, is_marked in zip(sentences, marked, strict=True)
        if is_marked
    )
