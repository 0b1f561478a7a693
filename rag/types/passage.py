"""Passages as plain data.

A passage has offsets, the text that is embedded and retrieved, and vectors. A retrieved one has scores.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.types.article import ArticleRef

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pandas import DataFrame

    # One vector of shape (dimension,), or several of shape (n, dimension).
    Vector = NDArray[np.float32]

# Start and end of a slice, in characters.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage: the slice `article.text[start:end]`, made of whole sentences.

    Passages are the units that are embedded and retrieved. `ordinal` counts the article's passages from 0; `sentences`
    are offsets in the article's text.
    """

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its vectors.

    `vector` is (dimension,), `sentence_vectors` are (sentences, dimension); all are of unit length.
    """

    passage: Passage
    vector: "Vector"
    sentence_vectors: "Vector"

    @property
    def has_unit_length(self) -> bool:
        """Whether the vector has length 1, like every vector that an encoder makes."""
        return abs(float(self.vector @ self.vector) - 1.0) < 0.01


@dataclass(frozen=True, slots=True)
class Highlight:
    """A sentence of a passage that is relevant to the question.

    `start` and `end` count characters of the article's text. `score` ranks the sentences of one search.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A retrieved passage: `text` is `article.text[start:end]`.

    `score` ranks the passages of one search. `vector_score` is the cosine to the question in [-1, 1], `fulltext_score`
    the BM25 score, 0.0 where no word of the question occurs. `sentences` are the relevant ones, in their order.
    """

    id: str
    article: ArticleRef
    start: int
    end: int
    text: str
    score: float
    vector_score: float
    fulltext_score: float
    sentences: tuple[Highlight, ...] = ()

    @property
    def article_id(self) -> str:
        """The id of the passage's article."""
        return self.article.id

    def __repr__(self) -> str:
        return f"<RankedPassage {self.article.id} {self.start}-{self.end}, score {self.score:.3f}>"

    def to_dict(self) -> dict[str, Any]:
        """The passage as `rag search --json` prints it."""
        article = self.article
        return {
            "id": self.id, "article_id": article.id, "title": article.title, "author": article.author,
            "source": article.source, "published": article.published.isoformat() if article.published else None,
            "start": self.start, "end": self.end, "text": self.text, "score": self.score,
            "vector_score": self.vector_score, "fulltext_score": self.fulltext_score,
            "sentences": [asdict(sentence) for sentence in self.sentences],
        }  # fmt: skip


class SearchResults(list[RankedPassage]):
    """The passages of one search, best first: a list that notebooks show as a table."""

    __slots__ = ()

    def to_pandas(self) -> "DataFrame":
        """A table with one row a passage.

        The columns are the keys of RankedPassage.to_dict, without the sentences. Raises RagError without pandas.
        """
        from rag.notebooks.tables import passages_table

        return passages_table(self)

    def _repr_html_(self) -> str:
        from rag.notebooks.html import passages_html

        return passages_html(self)


class Hit(NamedTuple):
    """A passage that a search returned: its id and its score.

    The score is a cosine or a BM25 score; higher is better.
    """

    id: str
    score: float


def __getattr__(name: str) -> Any:
    """`Vector`, when it is first imported: the command line starts without numpy."""
    if name == "Vector":
        import numpy
        from numpy.typing import NDArray

        return NDArray[numpy.float32]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
