"""A statement beside its evidence, word by word: what is found again, what is missing, what differs.

Plain features out of index terms; nothing is trained here, nothing is decided, no model is run.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.aliases import in_one_word, with_aliases
from rag.claims import clauses, hedges, is_negated, names, numbers, opposes
from rag.terms import STOP_TERMS, content_weights, terms

# Sentences that a window is tried around, and those that count as near: the ones that share most words.
MOST_TRIED = 12
NEAR = 5


@dataclass(frozen=True, slots=True)
class Features:
    """What support is judged by beside the trained model; shares are of the statement, in [0, 1].

    `recall_all` is the share of the statement's words (longer ones count more) in the five sentences that share most;
    `pairs` that of its word pairs, `together` those with both words in one sentence, `weakest` the recall of the
    least covered clause. The best window is a sentence and its neighbours: `numbers_missing` and `names_missing` are
    what it and the near sentences lack, `names_apart` what its middle sentence lacks; `negation` and `opposite` say
    whether that sentence and the statement disagree, `firmer` whether a hedge is gone. `length` is the log of the
    evidence's sentences, `numbers_nowhere` and `names_nowhere` are how many the whole evidence lacks, as the log of one
    more.
    """

    recall_all: float
    pairs: float
    together: float
    weakest: float
    numbers_missing: float
    names_missing: float
    names_apart: float
    negation: float
    opposite: float
    firmer: float
    length: float
    numbers_nowhere: float
    names_nowhere: float


def compared(statement: str, sentences: Sequence[str]) -> Features:
    """`sentences` are the evidence's, at least one."""
    words = [terms(sentence) for sentence in sentences]
    weights = content_weights(statement)
    total = sum(weights.values())

    def recall(held: set[str], of: dict[str, float] = weights) -> float:
        return sum(weight for word, weight in of.items() if word in held) / (sum(of.values()) or total)

    shared = [recall(set(one)) for one in words]
    tried = sorted(range(len(sentences)), key=lambda at: (-shared[at], at))[:MOST_TRIED]
    near = tried[:NEAR]
    windows = {at: [one for one in (at - 1, at, at + 1) if 0 <= one < len(sentences)] for at in tried}
    held = {at: set().union(*(words[one] for one in window)) for at, window in windows.items()}
    # The window that holds most of the statement, and of those the one whose middle holds most.
    best = max(tried, key=lambda at: (recall(held[at]) + shared[at], -at))
    close = sorted({*windows[best], *near})
    # What any of the near sentences names is not missing; long evidence would otherwise condemn true summaries.
    close_words = set().union(*(words[at] for at in close))
    mine_numbers, mine_names = numbers(statement), names(statement)
    numbers_lacking = mine_numbers - numbers(" ".join(sentences[at] for at in close))
    middle = sentences[best]
    return Features(
        recall_all=recall(set().union(*(words[at] for at in near))),
        pairs=_pairs_found(statement, [words[at] for at in close]),
        together=_together(statement, [words[at] for at in close]),
        weakest=min(recall(close_words, content_weights(clause)) for clause in clauses(statement)),
        numbers_missing=len(numbers_lacking) / len(mine_numbers) if mine_numbers else 0.0,
        names_missing=len(mine_names - close_words) / len(mine_names) if mine_names else 0.0,
        names_apart=len(mine_names - set(words[best])) / len(mine_names) if mine_names else 0.0,
        negation=float(is_negated(statement) != is_negated(middle)),
        opposite=float(opposes(set(terms(statement)), set(words[best]))),
        firmer=float(hedges(middle) > 0 and hedges(statement) == 0),
        length=math.log1p(len(sentences)),
        numbers_nowhere=math.log1p(len(numbers_lacking and numbers_lacking - numbers(" ".join(sentences)))),
        names_nowhere=math.log1p(len(_names_nowhere(statement, sentences) if mine_names - set().union(*words) else ())),
    )


def _names_nowhere(statement: str, sentences: Sequence[str]) -> set[str]:
    """The statement's names that no sentence has, neither as they are nor as another name for the same."""
    return names(in_one_word(statement)) - with_aliases(terms(in_one_word(" ".join(sentences))))


def _pairs_found(statement: str, sentences: Sequence[list[str]]) -> float:
    """The share of the statement's pairs of neighbouring content words that stand so in one of the sentences."""
    mine = _content_pairs(terms(statement))
    theirs = set().union(*(_content_pairs(words) for words in sentences))
    return len(mine & theirs) / len(mine) if mine else 0.0


def _together(statement: str, sentences: Sequence[list[str]]) -> float:
    """The share of those pairs whose two words stand anywhere in one and the same sentence."""
    mine = _content_pairs(terms(statement))
    held = [set(words) for words in sentences]
    return sum(any(one <= words for words in held) for one in map(set, mine)) / len(mine) if mine else 0.0


def _content_pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    content = [word for word in words if word not in STOP_TERMS]
    return set(itertools.pairwise(content))
