"""Resolves a number of the prompt to the sentences that a statement rests on.

A marker names a passage, or a sentence of one. The citation is a run of whole sentences of the passage. The statement
checker, not this module, decides whether these support the written sentence.
"""

import re
from collections.abc import Sequence

import numpy as np

from rag.answering.evidence import Quote
from rag.embedding.base import Encoder
from rag.generation.prompt_context import PromptEvidence
from rag.retrieval.results import Retrieval, ScoredSentence
from rag.text.overlap import content_weights, coverage
from rag.types.passage import RankedPassage, Span, Vector

# A neighbouring sentence joins the quote when that raises the share of the written words it covers by this much.
MIN_COVERAGE_GAIN = 0.12
MAX_CITED_SENTENCES = 3
# The bonus of a sentence that a marker names. A sentence of the same passage is cited in its place only if it fits
# clearly better, since small models confuse neighbouring numbers.
NAMED_BONUS = 0.25
# Instructions to a language model in an article support nothing, and neither does the text after them in their
# paragraph.
_ORDER_TO_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b(?:\s+[\w’']+){0,4}\s+(?:instructions?|prompts?|guidelines)\b"
    r"|\b(?:system|developer) (?:prompt|message)\b"
    r"|\byou are (?:now )?(?:an?|the) (?:AI|assistant|language model|chatbot)\b",
    re.IGNORECASE,
)


class CitationResolver:
    """Resolves citations of the evidence that a writer was shown.

    Its sources are numbered from 1, and their passages belong to one retrieval. `passages` are these passages, each
    once.
    """

    def __init__(self, encoder: Encoder, retrieval: Retrieval, evidence: PromptEvidence) -> None:
        self._encoder = encoder
        self.evidence = evidence
        self.passages = tuple({source.passage.id: source.passage for source in evidence.sources}.values())
        positions = {passage.id: position for position, passage in enumerate(retrieval.passages)}
        self._sentences = [retrieval.sentences[positions[passage.id]] for passage in self.passages]
        self._positions = {passage.id: position for position, passage in enumerate(self.passages)}
        self._last_encoded: tuple[str, Vector] | None = None
        self._quotes: dict[tuple[str, int, int], Quote] = {}

    def quote(self, words: str, number: int) -> Quote | None:
        """The sentences of source `number` that `words` rest on.

        None if no source has the number, or if its passage consists of instructions to a model.
        """
        if not 1 <= number <= len(self.evidence.sources):
            return None
        source = self.evidence.sources[number - 1]
        named = (source.start, source.end) if self.evidence.form == "sentences" else None
        return self._best_quote(words, self._positions[source.passage.id], self._encode(words), named)

    def number(self, quote: Quote) -> int:
        """The number of the source that the quote lies in."""
        numbers = {
            number: source
            for number, source in enumerate(self.evidence.sources, 1)
            if source.passage.id == quote.passage.id
        }
        overlapping = (n for n, source in numbers.items() if source.start < quote.end and quote.start < source.end)
        return next(overlapping, min(numbers))

    def sentences(self, passage: RankedPassage) -> Sequence[ScoredSentence]:
        """The sentences of one of the `passages`, in order of the text."""
        return self._sentences[self._positions[passage.id]]

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

    def _best_quote(self, words: str, position: int, vector: Vector, named: Span | None = None) -> Quote | None:
        """The quote of one passage that is closest to `words`.

        It is the closest sentence, with the neighbours that cover more of the words. The sentence at `named` is
        preferred.
        """
        sentences = self._sentences[position]
        usable = usable_sentences(self.passages[position], sentences)
        if not any(usable):
            return None
        weights = content_weights(words)
        scores = [
            float(sentence.vector @ vector) + coverage(set(sentence.terms), weights) if is_usable else -2.0
            for sentence, is_usable in zip(sentences, usable, strict=True)
        ]
        bonus = [NAMED_BONUS if named and _overlaps(sentence, named) else 0.0 for sentence in sentences]
        first = int(np.argmax(np.add(scores, bonus)))
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


def _overlaps(sentence: ScoredSentence, span: Span) -> bool:
    return sentence.start < span[1] and span[0] < sentence.end


def _terms(sentences: Sequence[ScoredSentence]) -> set[str]:
    return set().union(*(sentence.terms for sentence in sentences))


def usable_sentences(passage: RankedPassage, sentences: Sequence[ScoredSentence]) -> list[bool]:
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
