"""Lexical features: compares a statement with its evidence by words and cues.

The features count words, numbers, names and cues. Nothing is trained or decided here, and no model is run. The features
are weighted in rag.verification.verifier.
"""

import itertools
import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from rag.text.analyzer import STOP_TERMS, terms
from rag.text.entities import canonicalize_names, expand_aliases
from rag.text.overlap import content_weights
from rag.verification.cues import (
    are_opposed,
    count_hedges,
    extract_names,
    extract_numbers,
    is_negated,
    split_clauses,
)

# Sentences around which a window is tried: the ones that share most words with the statement.
MAX_WINDOWS = 12
# How many of these sentences, from the first, count as near.
NEAR_SENTENCES = 5


@dataclass(frozen=True, slots=True)
class LexicalFeatures:
    """The lexical features of one statement and its evidence.

    Shares are of the statement, in [0, 1]. The best window is a sentence with its neighbours; the near sentences are
    the five that share most words.

    - `recall_all`: weighted share of the statement's words in the near sentences; longer words weigh more
    - `pairs`: share of its pairs of adjacent content words that the window or a near sentence has, adjacent too
    - `together`: share of those pairs whose two words are in one such sentence
    - `weakest`: weighted recall of the least covered clause
    - `numbers_missing`, `names_missing`: share of its numbers and names that the window and the near sentences lack
    - `names_apart`: share of its names that the window's middle sentence lacks
    - `negation`: 1.0 if either the statement or the middle sentence is negated, not both
    - `opposite`: 1.0 if statement and middle sentence take opposite sides ("rose", "fell")
    - `firmer`: 1.0 if the middle sentence is hedged and the statement is not
    - `length`: log(1 + number of the evidence's sentences)
    - `numbers_nowhere`, `names_nowhere`: log(1 + how many the whole evidence lacks)
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


def lexical_features(statement: str, sentences: Sequence[str]) -> LexicalFeatures:
    """Computes the features of `statement` against the evidence's `sentences`.

    There must be at least one sentence.
    """
    sentence_terms = [terms(sentence) for sentence in sentences]
    statement_weights = content_weights(statement)
    total_weight = sum(statement_weights.values())

    def recall(words: AbstractSet[str], weights: dict[str, float] = statement_weights) -> float:
        covered = sum(weight for word, weight in weights.items() if word in words)
        return covered / (sum(weights.values()) or total_weight)

    recalls = [recall(set(words)) for words in sentence_terms]
    middles = sorted(range(len(sentences)), key=lambda position: (-recalls[position], position))[:MAX_WINDOWS]
    near = middles[:NEAR_SENTENCES]
    windows = {
        middle: [position for position in (middle - 1, middle, middle + 1) if 0 <= position < len(sentences)]
        for middle in middles
    }
    window_terms = {
        middle: set[str]().union(*(sentence_terms[position] for position in window))
        for middle, window in windows.items()
    }
    # The window that covers most of the statement; of equal ones, the one whose middle sentence covers most.
    best = max(middles, key=lambda middle: (recall(window_terms[middle]) + recalls[middle], -middle))
    close = sorted({*windows[best], *near})
    # A name in any near sentence is not missing; otherwise true summaries of long evidence would score low.
    close_terms = set[str]().union(*(sentence_terms[position] for position in close))
    statement_numbers, statement_names = extract_numbers(statement), extract_names(statement)
    missing_numbers = statement_numbers - extract_numbers(" ".join(sentences[position] for position in close))
    nowhere_numbers = missing_numbers and missing_numbers - extract_numbers(" ".join(sentences))
    has_unseen_name = bool(statement_names - set[str]().union(*sentence_terms))
    nowhere_names = _names_nowhere(statement, sentences) if has_unseen_name else set()
    middle_sentence, middle_terms = sentences[best], set(sentence_terms[best])
    return LexicalFeatures(
        recall_all=recall(set[str]().union(*(sentence_terms[position] for position in near))),
        pairs=_adjacent_pairs_share(statement, [sentence_terms[position] for position in close]),
        together=_cooccurring_pairs_share(statement, [sentence_terms[position] for position in close]),
        weakest=min(recall(close_terms, content_weights(clause)) for clause in split_clauses(statement)),
        numbers_missing=len(missing_numbers) / len(statement_numbers) if statement_numbers else 0.0,
        names_missing=len(statement_names - close_terms) / len(statement_names) if statement_names else 0.0,
        names_apart=len(statement_names - middle_terms) / len(statement_names) if statement_names else 0.0,
        negation=float(is_negated(statement) != is_negated(middle_sentence)),
        opposite=float(are_opposed(set(terms(statement)), middle_terms)),
        firmer=float(count_hedges(middle_sentence) > 0 and count_hedges(statement) == 0),
        length=math.log1p(len(sentences)),
        numbers_nowhere=math.log1p(len(nowhere_numbers)),
        names_nowhere=math.log1p(len(nowhere_names)),
    )


def _names_nowhere(statement: str, sentences: Sequence[str]) -> set[str]:
    """The statement's names that no sentence has, neither as they are nor as an alias."""
    evidence_terms = terms(canonicalize_names(" ".join(sentences)))
    return extract_names(canonicalize_names(statement)) - expand_aliases(evidence_terms)


def _adjacent_pairs_share(statement: str, sentences: Sequence[list[str]]) -> float:
    """Share of the statement's adjacent word pairs that are adjacent in a sentence.

    Pairs are of content words.
    """
    statement_pairs = _content_pairs(terms(statement))
    sentence_pairs = set[tuple[str, str]]().union(*(_content_pairs(words) for words in sentences))
    return len(statement_pairs & sentence_pairs) / len(statement_pairs) if statement_pairs else 0.0


def _cooccurring_pairs_share(statement: str, sentences: Sequence[list[str]]) -> float:
    """Share of the statement's adjacent word pairs that occur in one sentence.

    Pairs are of content words; one sentence has to have both words.
    """
    pairs = _content_pairs(terms(statement))
    term_sets = [set(words) for words in sentences]
    return sum(any(pair <= words for words in term_sets) for pair in map(set, pairs)) / len(pairs) if pairs else 0.0


def _content_pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    content = [word for word in words if word not in STOP_TERMS]
    return set(itertools.pairwise(content))
