"""Which sentences of long evidence bear on a statement: those whose words together cover it best."""

import math
from collections import Counter
from collections.abc import Sequence

from rag.terms import STOP_TERMS, terms

# A word that is covered already still counts this much: its second mention may be the one that decides.
REPEATED = 0.3


def excerpt(statement: str, sentences: Sequence[str], most_words: int) -> list[int]:
    """Places of the chosen sentences, in the order of the text; at most `most_words` words, at least one sentence.

    Greedy: each step takes the sentence that covers most of the statement's words that no chosen one holds yet, words
    that are rare in the evidence counting more; what stands before the best sentence comes along, since a pronoun
    refers back to it.
    """
    words = [set(terms(sentence)) for sentence in sentences]
    lengths = [len(sentence.split()) for sentence in sentences]
    if sum(lengths) <= most_words:
        return list(range(len(sentences)))
    counts = Counter(word for one in words for word in one)
    mine = {
        word: math.log(1 + len(sentences) / counts[word])
        for word in dict.fromkeys(terms(statement))
        if word in counts and word not in STOP_TERMS
    }
    open_words = dict.fromkeys(mine, 1.0)
    chosen: list[int] = []
    room = most_words

    def gain(at: int) -> float:
        # In the statement's order: a set has another in every process, and sums of floats differ in it.
        total = sum(weight * open_words[word] for word, weight in mine.items() if word in words[at])
        # Of two sentences that hold the same words, the shorter one leaves room for a third.
        return float(total / (12 + lengths[at]) ** 0.3)

    while True:
        fitting = [at for at in range(len(sentences)) if at not in chosen and (not chosen or lengths[at] <= room)]
        best = max(fitting, key=lambda at: (gain(at), -at), default=None)
        if best is None or (chosen and gain(best) <= 0):
            return sorted(chosen)
        added = [best]
        if not chosen and best > 0 and lengths[best - 1] <= (room - lengths[best]) / 3:
            added.append(best - 1)
        chosen += added
        room -= sum(lengths[at] for at in added)
        for word in words[best] & mine.keys():
            open_words[word] *= REPEATED
