"""Results of a retrieval, as plain data.

They are the candidates before ranking, the ranked passages and the scored sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.index.base import Scope
from rag.retrieval.filters import Filters
from rag.retrieval.query_terms import QueryTerms
from rag.retrieval.ranking import RankingSignals, answer_score
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage, StoredPassage, Vector


@dataclass(frozen=True, slots=True)
class RetrievedCandidates:
    """The candidates for one question, before ranking.

    `passages` are the n candidates, each once; `articles` maps article ids to their articles; `signals` are the
    candidates' ranking signals, each of shape (n,); `body_scores` maps passage ids to the BM25 score of their text.
    """

    terms: QueryTerms
    vector: Vector
    passages: list[StoredPassage]
    articles: Mapping[str, ArticleRef]
    signals: RankingSignals
    body_scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a retrieved passage.

    `start` and `end` count characters of the article's text; `cosine` is to the question; `coverage` is the
    idf-weighted share of the question's words in the sentence; `score` combines the fit of words and meaning, and is
    comparable within one retrieval. `vector` is the encoder's, of unit length. `logit` is the trained reader's, None if
    it has not read the sentence.
    """

    start: int
    end: int
    text: str
    terms: tuple[str, ...]
    cosine: float
    coverage: float
    score: float
    vector: Vector = field(compare=False, repr=False)
    logit: float | None = None

    @property
    def answer_score(self) -> float:
        """How well the sentence answers; it ranks the sentences of one retrieval."""
        return answer_score(self.score, self.logit)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The result of one search, best passage first.

    `sentences` holds the sentences of each passage, in order of the text. `idf` maps the question's content words to
    their rarity; `unknown_terms` are those of them that occur in no passage of the library. `best_reading` is the
    highest of the reader's logits of the passages, None where none was read (rag.retrieval.passage_readings).
    """

    question: str
    filters: Filters
    scope: Scope
    idf: Mapping[str, float]
    unknown_terms: tuple[str, ...]
    passages: tuple[RankedPassage, ...]
    sentences: tuple[tuple[ScoredSentence, ...], ...]
    best_reading: float | None = None
