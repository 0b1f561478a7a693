"""Selects the sentences of long evidence that the cross-encoder reads.

The cross-encoder reads them together with a statement. The selection is greedy weighted coverage: each step adds the
sentence that covers most of the statement's words not yet covered.
"""

import math
from collections import Counter
from collections.abc import Sequence

from rag.text.analyzer import STOP_TERMS, terms

# The weight of a word that is covered already: its second mention may be the one that decides.
REPEATED_WEIGHT = 0.3


def select_sentences(statement: str, sentences: Sequence[str], max_words: int) -> list[int]:
    """Positions of the selected sentences, in the order of the text.

    The selection has at most `max_words` words, but at least one sentence if there is any. Words that are rare in the
    evidence weigh more. The sentence before the best one is added if it is short enough: a pronoun may refer to it.
    """
    sentence_terms = [set(terms(sentence)) for sentence in sentences]
    lengths = [len(sentence.split()) for sentence in sentences]
    if sum(lengths) <= max_words:
        return list(range(len(sentences)))
    counts = Counter(term for words in sentence_terms for term in words)
    rarity = {
        term: math.log(1 + len(sentences) / counts[term])
        for term in dict.fromkeys(terms(statement))
        if term in counts and term not in STOP_TERMS
    }
    remaining_weight = dict.fromkeys(rarity, 1.0)
    selected: list[int] = []
    words_left = max_words

    def gain(position: int) -> float:
        # Summed in the statement's order: the order of a set differs between processes, and with it the float sum.
        total = sum(
            weight * remaining_weight[term] for term, weight in rarity.items() if term in sentence_terms[position]
        )
        # Of two sentences that cover the same words, the shorter one leaves room for a third.
        return float(total / (12 + lengths[position]) ** 0.3)

    while True:
        fitting = [
            position
            for position in range(len(sentences))
            if position not in selected and (not selected or lengths[position] <= words_left)
        ]
        best = max(fitting, key=lambda position: (gain(position), -position), default=None)
        if best is None or (selected and gain(best) <= 0):
            return sorted(selected)
        added = [best]
        if not selected and best > 0 and lengths[best - 1] <= (words_left - lengths[best]) / 3:
            added.append(best - 1)
        selected += added
        words_left -= sum(lengths[position] for position in added)
        for term in sentence_terms[best] & rarity.keys():
            remaining_weight[term] *= REPEATED_WEIGHT
