"""Chooses the sentence of an article that states its position on the question."""

from collections.abc import Sequence

from rag.answering.answer_type import answer_type
from rag.answering.evidence import DEPENDENT_OPENING, Quote, answer_scores
from rag.retrieval.results import Retrieval
from rag.text.attribution import reported_speakers
from rag.text.entities import authors_named_in

# A sentence that depends on the one before it is quoted alone only if it is clearly the best.
DEPENDENT_PENALTY = 0.15
# A sentence of fewer characters states no position, and one in which another person speaks states another's.
MIN_CHARACTERS = 40
REPORT_PENALTY = 0.3


def best_sentence(part: Retrieval, authors: Sequence[str]) -> Quote:
    """The sentence of the retrieved passages that answers best, as a quote.

    `part` has the passages of one article, one at least. A sentence that names one of `authors`, the others in the
    debate, or in which another person speaks is taken only if it is clearly the best.
    """
    expected = answer_type(part.question)
    best: tuple[float, Quote] | None = None
    for passage, sentences in zip(part.passages, part.sentences, strict=True):
        for sentence, score in zip(sentences, answer_scores(sentences, part, expected), strict=True):
            is_dependent = DEPENDENT_OPENING.match(sentence.text) is not None
            is_short = len(sentence.text) < MIN_CHARACTERS
            is_report = bool(reported_speakers(sentence.text) or authors_named_in(sentence.text, authors))
            lowered = score - DEPENDENT_PENALTY * (is_dependent + is_short) - REPORT_PENALTY * is_report
            if best is None or lowered > best[0]:
                bounded = round(min(1.0, max(0.0, score)), 4)
                best = lowered, Quote(passage, sentence.start, sentence.end, sentence.text, bounded)
    if best is None:
        raise ValueError("a part of a retrieval has one sentence at least")
    return best[1]
