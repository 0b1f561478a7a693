"""Resolves a passage number to the sentences that a written sentence rests on.

A marker names a passage. The citation is a run of whole sentences in it. The statement checker, not this module,
decides whether these support the written sentence.
"""

import re
from collections.abc import Sequence

import numpy as np

from rag.answering.evidence import Quote
from rag.embedding.base import Encoder
from rag.retrieval.results import Retrieval, ScoredSentence
from rag.text.overlap import content_weights, coverage
from rag.types.answer import RankedPassage
from rag.types.passage import Vector

# A neighbouring sentence joins the quote when that raises the share of the written words it covers by this much.
MIN_COVERAGE_GAIN = 0.12
MAX_CITED_SENTENCES = 3
# Instructions to a language model in an article support nothing, and neither does the text after them in their
# paragraph.
_ORDER_TO_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b(?:\s+[\w’']+){0,4}\s+(?:instructions?|prompts?|guidelines)\b"
    r"|\b(?:system|developer) (?:prompt|message)\b"
    r"|\byou are (?:now )?(?:an?|the) (?:AI|assistant|language model|chatbot)\b",
    re.IGNORECASE,
)


class CitationResolver:
    """Resolves citations of the passages that a writer was shown.

    The passages are numbered from 1 and belong to one retrieval.
    """

    def __init__(self, encoder: Encoder, retrieval: Retrieval, passages: Sequence[RankedPassage]) -> None:
        self._encoder = encoder
        positions = {passage.id: position for position, passage in enumerate(retrieval.passages)}
        self.passages = tuple(passages)
        self._sentences = [retrieval.sentences[positions[passage.id]] for passage in passages]
        self._last_encoded: tuple[str, Vector] | None = None
        self._quotes: dict[tuple[str, int, int], Quote] = {}

    def quote(self, words: str, number: int) -> Quote | None:
        """The sentences of passage `number` that `words` rest on.

        None if no passage has the number, or if the passage consists of instructions to a model.
        """
        if not 1 <= number <= len(self.passages):
            return None
        return self._best_quote(words, number - 1, self._encode(words))

    def nearest(self, words: str) -> list[Quote]:
        """For each passage, the sentences that `words` would rest on, closest first."""
        vector = self._encode(words)
        quotes = [self._best_quote(words, position, vector) for position in range(len(self.passages))]
        return sorted((quote for quote in quotes if quote), key=lambda quote: -quote.score)

    def _encode(self, words: str) -> Vector:
        # Two markers at the end of one sentence are resolved for the same words.
        if self._last_encoded is None or self._last_encoded[0] != words:
            self._last_encoded = (words, self._encoder.encode([words])[0])
        return self._last_encoded[1]

    def _best_quote(self, words: str, position: int, vector: Vector) -> Quote | None:
        """The quote of one passage that is closest to `words`.

        It is the closest sentence, with the neighbours that cover more of the words.
        """
        sentences = self._sentences[position]
        usable = _usable_sentences(self.passages[position], sentences)
        if not any(usable):
            return None
        weights = content_weights(words)
        scores = [
            float(sentence.vector @ vector) + coverage(set(sentence.terms), weights) if is_usable else -2.0
            for sentence, is_usable in zip(sentences, usable, strict=True)
        ]
        first = int(np.argmax(scores))
        last = first + 1
        while last - first < MAX_CITED_SENTENCES:
            covered = coverage(_terms(sentences[first:last]), weights)
            gains = [
                (coverage(_terms(sentences[start:end]), weights) - covered, start, end)
                for start, end in ((first - 1, last), (first, last + 1))
                if start >= 0 and end <= len(sentences) and all(usable[start:end])
            ]
            gain, start, end = max(gains, default=(0.0, first, last))
            if gain < MIN_COVERAGE_GAIN:
                break
            first, last = start, end
        start, end = sentences[first].start, sentences[last - 1].end
        passage = self.passages[position]
        text = passage.text[start - passage.start : end - passage.start]
        score = round(min(1.0, max(0.0, max(scores[first:last]) / 2)), 4)
        # One quote, one citation, however many statements rest on it: the first one's score stands.
        return self._quotes.setdefault((passage.id, start, end), Quote(passage, start, end, text, score))


def _terms(sentences: Sequence[ScoredSentence]) -> set[str]:
    return set().union(*(sentence.terms for sentence in sentences))


def _usable_sentences(passage: RankedPassage, sentences: Sequence[ScoredSentence]) -> list[bool]:
    """For each sentence, whether it may be cited.

    A sentence with instructions to a model may not be cited, and neither may the sentences after it in the same
    paragraph.
    """
    usable: list[bool] = []
    is_order, previous_end = False, passage.start
    for sentence in sentences:
        between = passage.text[previous_end - passage.start : sentence.start - passage.start]
        is_order = bool(_ORDER_TO_MODEL.search(sentence.text)) or (is_order and between.count("\n") < 2)
        usable.append(not is_order)
        previous_end = sentence.end
    return usable
