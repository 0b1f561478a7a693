"""Where the words of a written sentence stand: the sentences of a passage that bear it out best.

A marker names a passage; a reader is shown the run of whole sentences in it that the statement rests on. Whether they
do bear it out is the verifier's to say.
"""

import re
from collections.abc import Sequence

import numpy as np

from rag.answer import RankedPassage
from rag.encoder import Encoder
from rag.evidence import Quote
from rag.ranking import coverage
from rag.retriever import Retrieval, Sentence
from rag.schema import Vector
from rag.terms import content_weights

# A neighbouring sentence joins the evidence when it holds this much more of the statement's words.
WORTH_JOINING = 0.12
MOST_SENTENCES = 3
# What an article says to a model that is to read it bears nothing out, nor does what follows it in its paragraph.
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b(?:\s+[\w’']+){0,4}\s+(?:instructions?|prompts?|guidelines)\b"
    r"|\b(?:system|developer) (?:prompt|message)\b"
    r"|\byou are (?:now )?(?:an?|the) (?:AI|assistant|language model|chatbot)\b",
    re.IGNORECASE,
)


class Grounding:
    """The passages that a writer was shown, as one retrieval found them; their numbers run from 1."""

    def __init__(self, encoder: Encoder, found: Retrieval, passages: Sequence[RankedPassage]) -> None:
        self._encoder = encoder
        at = {passage.id: index for index, passage in enumerate(found.passages)}
        self.passages = tuple(passages)
        self._sentences = [found.sentences[at[passage.id]] for passage in passages]
        self._last: tuple[str, Vector] | None = None
        self._made: dict[tuple[str, int, int], Quote] = {}

    def quote(self, words: str, number: int) -> Quote | None:
        """The sentences of passage `number` that `words` rest on; None for a number that no passage has."""
        if not 1 <= number <= len(self.passages):
            return None
        return self._best(words, number - 1, self._vector(words))

    def nearest(self, words: str) -> list[Quote]:
        """For each passage the sentences that `words` would rest on, the closest first."""
        mine = self._vector(words)
        quotes = [self._best(words, at, mine) for at in range(len(self.passages))]
        return sorted((quote for quote in quotes if quote), key=lambda quote: -quote.score)

    def _vector(self, words: str) -> Vector:
        # Of a sentence with two markers at its end, both ask for the same words.
        if self._last is None or self._last[0] != words:
            self._last = (words, self._encoder.encode([words])[0])
        return self._last[1]

    def _best(self, words: str, at: int, mine: Vector) -> Quote | None:
        sentences = self._sentences[at]
        usable = _no_orders(self.passages[at], sentences)
        if not any(usable):
            return None
        weights = content_weights(words)
        held = [coverage(set(sentence.terms), weights) for sentence in sentences]
        cosines = [float(sentence.vector @ mine) for sentence in sentences]
        scores = [cosine + share if one else -2.0 for cosine, share, one in zip(cosines, held, usable, strict=True)]
        first = int(np.argmax(scores))
        last = first + 1
        while last - first < MOST_SENTENCES:
            now = coverage(_terms(sentences[first:last]), weights)
            gains = [
                (coverage(_terms(sentences[start:end]), weights) - now, start, end)
                for start, end in ((first - 1, last), (first, last + 1))
                if start >= 0 and end <= len(sentences) and all(usable[start:end])
            ]
            gain, start, end = max(gains, default=(0.0, first, last))
            if gain < WORTH_JOINING:
                break
            first, last = start, end
        start, end = sentences[first].start, sentences[last - 1].end
        passage = self.passages[at]
        score = max(scores[first:last]) / 2
        text = passage.text[start - passage.start : end - passage.start]
        made = Quote(passage, start, end, text, round(min(1.0, max(0.0, score)), 4))
        # One quote, one citation, however many statements rest on it.
        return self._made.setdefault((passage.id, start, end), made)


def _terms(sentences: Sequence[Sentence]) -> set[str]:
    return set().union(*(sentence.terms for sentence in sentences))


def _no_orders(passage: RankedPassage, sentences: Sequence[Sentence]) -> list[bool]:
    """Which sentences are neither orders to a model nor behind one in the same paragraph."""
    usable: list[bool] = []
    is_planted, before = False, passage.start
    for sentence in sentences:
        between = passage.text[before - passage.start : sentence.start - passage.start]
        is_planted = bool(_ORDERS.search(sentence.text)) or (is_planted and between.count("\n") < 2)
        usable.append(not is_planted)
        before = sentence.end
    return usable
