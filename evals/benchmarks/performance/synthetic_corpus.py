"""Synthetic articles by the hundred thousand, for measuring how cost grows.

An article's number determines it. Sentences are the bundled corpus's, three of its articles to each synthetic one,
under invented names that are as rare as names are. The encoder in this module has each sentence's vector and makes a
passage's vector from these. It is data of the benchmark, not a replacement for the real encoder.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import numpy as np
from pydantic import PrivateAttr

from evals.datasets.articles import bundled_articles
from rag.embedding.base import PassageText, PassageVectors
from rag.embedding.bundled import BundledEncoder
from rag.ingest.splitter import passage_id
from rag.text.sentences import sentence_spans
from rag.types.article import Article
from rag.types.ingest import LoadedArticle
from rag.types.passage import Passage, Span, StoredPassage, Vector

PASSAGE_CHARACTERS = 950
PASSAGES_PER_ARTICLE = 6
AUTHORS = 2_000
SOURCES = 16
TOPICS = 60
NAMES = 40_000
FIRST_DAY = date(2015, 1, 1)
DAYS = 3_652
# With this noise a passage's vector has a cosine of 0.93 to the mean of its sentences' vectors. The value was chosen,
# not fitted to real passages.
NOISE = 0.4
_SYLLABLES = ("ba", "cor", "dan", "el", "fi", "gor", "han", "il", "jo", "kas", "lor", "mun", "nev", "os", "pra", "quin")


class PrecomputedEncoder(BundledEncoder):
    """An encoder that gives each sentence its stored vector.

    A passage's vector is their mean with a little noise, of unit length. A sentence that begins with an invented name
    has the vector of the sentence after the colon. Other texts, such as questions, are really encoded.
    """

    _vectors: dict[str, Vector] = PrivateAttr(default_factory=dict)

    def set_vectors(self, vectors: dict[str, Vector]) -> None:
        """Sets the vectors by sentence."""
        self._vectors = vectors

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        return [
            self.encode_sentences([passage.text[start:end] for start, end in passage.sentences]) for passage in passages
        ]

    def encode_sentences(self, sentences: Sequence[str]) -> PassageVectors:
        """The vectors of a passage made of these sentences.

        The same sentences get the same noise.
        """
        rows = np.stack([self._vector(sentence) for sentence in sentences])
        seed = int.from_bytes(hashlib.blake2b("".join(sentences).encode(), digest_size=8).digest())
        noise = np.random.default_rng(seed).standard_normal(rows.shape[1], dtype=np.float32)
        mean = rows.mean(axis=0)
        mean /= np.linalg.norm(mean)
        mean += NOISE * noise / np.sqrt(np.float32(rows.shape[1]))
        return PassageVectors(mean / np.linalg.norm(mean), rows)

    def _vector(self, sentence: str) -> Vector:
        vector = self._vectors.get(sentence)
        if vector is None:
            vector = self._vectors.get(sentence.partition(": ")[2])
        return self._vectors[min(self._vectors)] if vector is None else vector


@dataclass(frozen=True, slots=True)
class SentencePool:
    """The bundled corpus's sentences, a tuple for each of its articles."""

    pieces: tuple[tuple[str, ...], ...]

    @classmethod
    def bundled(cls) -> "SentencePool":
        """Reads the sentences of the bundled corpus.

        Those with a colon are left out, since an invented name ends with one.
        """
        split = (
            tuple(" ".join(article.text[start:end].split()) for start, end in sentence_spans(article.text))
            for article in bundled_articles()
        )
        return cls(tuple(tuple(text for text in sentences if ": " not in text) for sentences in split))

    def vectors(self) -> dict[str, Vector]:
        """The bundled encoder's vector of every sentence."""
        sentences = sorted({sentence for piece in self.pieces for sentence in piece})
        return dict(zip(sentences, BundledEncoder().encode(sentences), strict=True))


class SyntheticArticles:
    """Makes article `number`, of any number of them, out of a pool of sentences."""

    def __init__(self, pool: SentencePool) -> None:
        self._pieces = pool.pieces
        self._authors = _zipf_weights(AUTHORS)
        self._sources = _zipf_weights(SOURCES)
        self._topics = _zipf_weights(TOPICS)
        self._names = _zipf_weights(NAMES)

    def article(self, number: int) -> tuple[Article, list[list[Span]]]:
        """The article, and its passages as spans of sentences."""
        chance = random.Random(number)  # noqa: S311  (reproducible, nothing to guard)
        pieces = chance.choices(self._pieces, k=3)
        parts: list[str] = []
        passages: list[list[Span]] = []
        position = 0
        for _ in range(PASSAGES_PER_ARTICLE):
            spans: list[Span] = []
            passage_start = position
            while position - passage_start < PASSAGE_CHARACTERS:
                piece = pieces[min(int(chance.expovariate(1.0)), 2)]
                sentence = chance.choice(piece)
                if not spans:
                    names = [invented_name(_draw(chance, self._names)) for _ in range(2)]
                    sentence = f"{names[0]} of {names[1]}: {sentence}"
                spans.append((position, position + len(sentence)))
                parts += [sentence, " "]
                position += len(sentence) + 1
            parts[-1] = "\n\n"
            position += 1
            passages.append(spans)
        text = "".join(parts).rstrip("\n")
        topics = {f"topic {_draw(chance, self._topics)}" for _ in range(2)}
        article = Article(
            id=f"made-{number}", title=f"Made piece {number}", author=author_name(_draw(chance, self._authors)),
            text=text, source=f"Review {_draw(chance, self._sources)}", topics=tuple(sorted(topics)),
            published=FIRST_DAY + timedelta(days=chance.randrange(DAYS)),
        )  # fmt: skip
        return article, passages

    def passage_ids(self, number: int) -> tuple[Article, list[str]]:
        """The article, and its passages' ids as `stored_passages` gives them."""
        article, passages = self.article(number)
        return article, [passage_id(article.sha256, spans[0][0], spans[-1][1]) for spans in passages]

    def stored_passages(
        self, numbers: Sequence[int], encoder: PrecomputedEncoder
    ) -> Iterator[tuple[Article, str, list[StoredPassage]]]:
        """Yields article, origin and passages as the library stores them.

        The passages are used as they were composed; nothing is split again.
        """
        for number in numbers:
            article, passages = self.article(number)
            digest, text = article.sha256, article.text
            stored = []
            for ordinal, spans in enumerate(passages):
                start, end = spans[0][0], spans[-1][1]
                vectors = encoder.encode_sentences([text[start:end] for start, end in spans])
                passage = Passage(
                    passage_id(digest, start, end), article.id, ordinal, start, end, text[start:end], tuple(spans)
                )
                stored.append(StoredPassage(passage, vectors.vector, vectors.sentences))
            yield article, f"/made/{article.id}", stored

    def loaded_articles(self, numbers: Sequence[int]) -> list[LoadedArticle]:
        """The articles as the readers would give them."""
        return [LoadedArticle(self.article(number)[0], f"/made/{number}", has_own_id=True) for number in numbers]


def invented_name(number: int) -> str:
    """An invented name, the same for the same number."""
    name = ""
    while True:
        number, digit = divmod(number, len(_SYLLABLES))
        name += _SYLLABLES[digit]
        if not number:
            return name.capitalize()


def author_name(number: int) -> str:
    """First and last name of an author; lower numbers are commoner authors."""
    return f"{invented_name(number + 7)} {invented_name(number + 4_242)}"


def _zipf_weights(number: int) -> list[float]:
    """Cumulative weights: the nth is 1/n as likely as the first."""
    return list(accumulate(1 / (rank + 1) for rank in range(number)))


def _draw(chance: random.Random, weights: Sequence[float]) -> int:
    return chance.choices(range(len(weights)), cum_weights=weights)[0]
