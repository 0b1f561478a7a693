"""Makes questions that their passage does not answer.

A question is paired with its passage without the sentences that answer, or with the nearest other passage. Both
resemble the results of a search in a library without the answer.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from evals.training.reader.examples import ReaderExample
from rag.text.analyzer import terms

# A passage that repeats this share of the answering sentences may answer as well.
_MAX_SHARED = 0.5
_CANDIDATES = 8


def without_gold(example: ReaderExample) -> ReaderExample | None:
    """The example without the sentences that answer.

    None if fewer than two other sentences remain.
    """
    gold = set(example.gold or ())
    rest = tuple(text for position, text in enumerate(example.sentences) if position not in gold)
    if len(rest) < 2:
        return None
    return replace(example, sentences=rest, gold=(), label=False, source=f"{example.source}:deleted")


class NearestPassages:
    """Finds the other passage of a set with the most words of a question.

    Shared words are weighted by rarity.
    """

    def __init__(self, examples: Sequence[ReaderExample]) -> None:
        """Indexes the passages of the examples."""
        self._passages = list({example.sentences: example for example in examples}.values())
        self._terms = [Counter(terms(" ".join(example.sentences))) for example in self._passages]
        self._postings: dict[str, list[int]] = defaultdict(list)
        for number, counts in enumerate(self._terms):
            for term in counts:
                self._postings[term].append(number)

    def nearest(self, example: ReaderExample, chance: random.Random) -> ReaderExample | None:
        """The question with one of the nearest other passages.

        None if no other passage shares a word.
        """
        gold_terms = {term for position in example.gold or () for term in terms(example.sentences[position])}
        scores: dict[int, float] = defaultdict(float)
        for term in set(terms(example.query)):
            postings = self._postings.get(term, [])
            weight = math.log((len(self._passages) + 1) / (len(postings) + 0.5))
            for number in postings:
                scores[number] += weight
        ranked = sorted(scores, key=lambda number: -scores[number])[:_CANDIDATES]
        fitting = [number for number in ranked if self._is_other(number, example, gold_terms)]
        if not fitting:
            return None
        other = self._passages[min(chance.choice(fitting[:3]), len(self._passages) - 1)]
        return replace(
            example, heading=other.heading, sentences=other.sentences, gold=(), label=False,
            source=f"{example.source}:nearest",
        )  # fmt: skip

    def _is_other(self, number: int, example: ReaderExample, gold_terms: set[str]) -> bool:
        other = self._passages[number]
        own = set(example.sentences)
        shared = sum(term in self._terms[number] for term in gold_terms) / max(1, len(gold_terms))
        return shared < _MAX_SHARED and not any(text in own for text in other.sentences)
