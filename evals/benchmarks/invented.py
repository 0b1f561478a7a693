"""Articles by the hundred thousand, for measuring how cost grows: invented, the same for the same number.

Sentences are the bundled corpus's, three of its pieces to an article, under names that are rare as names are. The
encoder here is the benchmark's data and no stand-in for the real one: it knows each sentence's vector, and makes a
passage's from them.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

import numpy as np
from pydantic import PrivateAttr

from rag.article import Article
from rag.encoder import BundledEncoder, PassageText, PassageVectors, Vector
from rag.passages import Passage, passage_id
from rag.readers import Reading, read
from rag.rows import StoredPassage
from rag.sentences import sentence_spans
from rag.settings import bundled, load_settings

PASSAGE = 950
PASSAGES_AN_ARTICLE = 6
AUTHORS = 2_000
SOURCES = 16
TOPICS = 60
NAMES = 40_000
FIRST_DAY = date(2015, 1, 1)
DAYS = 3_652
# A passage's vector then has a cosine of 0.93 to the mean of its sentences'; chosen, not fitted to real passages.
NOISE = 0.4


class KnownSentences(BundledEncoder):
    """Encodes each of the corpus's sentences once, for real; a passage's vector is their mean with a little noise.

    A sentence that it does not know (one that begins with an invented name) has that of the sentence within it.
    """

    _known: dict[str, Vector] = PrivateAttr(default_factory=dict)

    def know(self, known: dict[str, Vector]) -> None:
        self._known = known

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        return [self.of([one.text[a:b] for a, b in one.sentences]) for one in passages]

    def of(self, sentences: Sequence[str]) -> PassageVectors:
        rows = np.stack([self._vector(sentence) for sentence in sentences])
        seed = int.from_bytes(hashlib.blake2b("".join(sentences).encode(), digest_size=8).digest())
        noise = np.random.default_rng(seed).standard_normal(rows.shape[1], dtype=np.float32)
        mean = rows.mean(axis=0)
        mean /= np.linalg.norm(mean)
        mean += NOISE * noise / np.sqrt(np.float32(rows.shape[1]))
        return PassageVectors(mean / np.linalg.norm(mean), rows)

    def _vector(self, sentence: str) -> Vector:
        found = self._known.get(sentence)
        if found is None:
            found = self._known.get(sentence.partition(": ")[2])
        return self._known[min(self._known)] if found is None else found


@dataclass(frozen=True, slots=True)
class Corpus:
    """The bundled corpus's sentences, a tuple for each of its articles."""

    pieces: tuple[tuple[str, ...], ...]

    @classmethod
    def bundled(cls) -> "Corpus":
        found = read([bundled("corpus") / "articles"], load_settings())
        texts = [one.article.text for one in found if isinstance(one, Reading)]
        split = (tuple(" ".join(text[a:b].split()) for a, b in sentence_spans(text)) for text in texts)
        return cls(tuple(tuple(one for one in some if ": " not in one) for some in split))

    def vectors(self) -> dict[str, Vector]:
        """The encoder's own vector of every sentence."""
        every = sorted({one for piece in self.pieces for one in piece})
        return dict(zip(every, BundledEncoder().encode(every), strict=True))


class Invented:
    """Article `number` of any number of them."""

    def __init__(self, corpus: Corpus) -> None:
        self._pieces = corpus.pieces
        self._authors = _zipf(AUTHORS)
        self._sources = _zipf(SOURCES)
        self._topics = _zipf(TOPICS)
        self._names = _zipf(NAMES)

    def article(self, number: int) -> tuple[Article, list[list[tuple[int, int]]]]:
        """The article, and its passages as spans of sentences."""
        chance = random.Random(number)  # noqa: S311  (reproducible, nothing to guard)
        pieces = chance.choices(self._pieces, k=3)
        parts: list[str] = []
        spans: list[list[tuple[int, int]]] = []
        at = 0
        for _ in range(PASSAGES_AN_ARTICLE):
            mine: list[tuple[int, int]] = []
            begins = at
            while at - begins < PASSAGE:
                piece = pieces[min(int(chance.expovariate(1.0)), 2)]
                sentence = chance.choice(piece)
                if not mine:
                    sentence = f"{name(_one(chance, self._names))} of {name(_one(chance, self._names))}: {sentence}"
                mine.append((at, at + len(sentence)))
                parts += [sentence, " "]
                at += len(sentence) + 1
            parts[-1] = "\n\n"
            at += 1
            spans.append(mine)
        text = "".join(parts).rstrip("\n")
        topics = {f"topic {_one(chance, self._topics)}" for _ in range(2)}
        made = Article(
            id=f"made-{number}", title=f"Made piece {number}", author=author(_one(chance, self._authors)), text=text,
            source=f"Review {_one(chance, self._sources)}", topics=tuple(sorted(topics)),
            published=FIRST_DAY + timedelta(days=chance.randrange(DAYS)),
        )  # fmt: skip
        return made, spans

    def ids(self, number: int) -> tuple[Article, list[str]]:
        """The article, and its passages' ids where the library was written in one go."""
        article, spans = self.article(number)
        return article, [passage_id(article.sha256, run[0][0], run[-1][1]) for run in spans]

    def stored(
        self, numbers: Sequence[int], encoder: KnownSentences
    ) -> Iterator[tuple[Article, str, list[StoredPassage]]]:
        """The articles as the library takes them: cut where their passages were put together."""
        for number in numbers:
            article, spans = self.article(number)
            digest, text = article.sha256, article.text
            passages = []
            for ordinal, run in enumerate(spans):
                start, end = run[0][0], run[-1][1]
                found = encoder.of([text[a:b] for a, b in run])
                passage = Passage(
                    passage_id(digest, start, end), article.id, ordinal, start, end, text[start:end], tuple(run)
                )
                passages.append(StoredPassage(passage, found.vector, found.sentences))
            yield article, f"/made/{article.id}", passages

    def readings(self, numbers: Sequence[int]) -> list[Reading]:
        return [Reading(self.article(one)[0], f"/made/{one}", named=True) for one in numbers]


_SYLLABLES = ("ba", "cor", "dan", "el", "fi", "gor", "han", "il", "jo", "kas", "lor", "mun", "nev", "os", "pra", "quin")


def name(number: int) -> str:
    """An invented name, the same for the same number."""
    made = ""
    while True:
        number, digit = divmod(number, len(_SYLLABLES))
        made += _SYLLABLES[digit]
        if not number:
            return made.capitalize()


def author(number: int) -> str:
    return f"{name(number + 7)} {name(number + 4_242)}"


def _zipf(number: int) -> list[float]:
    """Cumulative weights: the nth is 1/n as likely as the first."""
    return list(accumulate(1 / (rank + 1) for rank in range(number)))


def _one(chance: random.Random, weights: Sequence[float]) -> int:
    return chance.choices(range(len(weights)), cum_weights=weights)[0]
