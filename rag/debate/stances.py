"""Says whether an article is for or against, where that is certain.

For a yes-or-no question the verifier compares the statement that it asks about, and the statement's denial, with each
sentence that has most of its words and speaks for the author. A change of mind is read in the author's own words. In
doubt there is no stance.
"""

import re
from collections.abc import Sequence

from rag.answering.evidence import Quote
from rag.answering.kinds.changes import CHANGES
from rag.debate.debate import Stance
from rag.debate.propositions import Proposition, proposition_of
from rag.retrieval.results import Retrieval
from rag.text.analyzer import terms
from rag.text.attribution import reported_speakers
from rag.text.entities import authors_named_in, expand_aliases
from rag.text.overlap import content_weights, coverage
from rag.verification.verifier import Verifier

# A sentence states the statement, or denies it, if it has this share of its words, the verifier gives it this support,
# and the other of the two at most that. Chosen on the dev half of evals/suites/debates (docs/debates.md).
MIN_COVERAGE, MIN_SUPPORT, MAX_OTHER = 0.6, 0.5, 0.2
# Sentences of one article that the verifier reads.
MAX_SENTENCES = 4
# An author who reports an own earlier view, and takes it back in the same sentence.
_TAKES_BACK = re.compile(
    r"\b(?:[Tt]his column|I|[Ww]e) (?:\w+ )?"
    r"(?:wrote|argued|said|told|judged|predicted|expected|held|believed|advised|claimed)\b"
    r".{0,200}\b(?:was|were|is|are|has been) (?:\w+ )?(?:mistaken|wrong|false|corrected)\b"
    r"|\b[Tt]he (?:advice|judgement|judgment|forecast|prediction|verdict|sum|reading) was (?:wrong|mistaken)\b"
    r"|\b(?:[Ww]here|[Hh]ow),? then,? was this column mistaken\b"
)


class StanceReader:
    """Reads stances. Thread-safe."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def change(self, part: Retrieval) -> Quote | None:
        """The sentence in which the author says that the view has changed.

        None if no retrieved passage has one.
        """
        best: tuple[float, Quote] | None = None
        for passage, sentences in zip(part.passages, part.sentences, strict=True):
            is_question = False
            for sentence in sentences:
                # "Where was this column mistaken?" is answered by the next sentence.
                is_change = is_question or CHANGES.search(sentence.text) or _TAKES_BACK.search(sentence.text)
                is_question = bool(is_change) and sentence.text.endswith("?")
                if not is_change or is_question:
                    continue
                if best is None or sentence.cosine > best[0]:
                    score = round(min(1.0, max(0.0, sentence.answer_score)), 4)
                    quote = Quote(passage, sentence.start, sentence.end, sentence.text, score)
                    best = sentence.cosine, quote
        return best[1] if best else None

    def stances(
        self, question: str, articles: Sequence[Sequence[str]], authors: Sequence[str]
    ) -> list[tuple[Stance, int] | None]:
        """The stance of each article, and the number of the sentence that states it.

        Articles are given as their sentences. None where the stance is not certain, and wherever the question is no
        yes-or-no question. A sentence that names one of `authors` may report another's view, and counts for nothing.
        """
        proposition = proposition_of(question)
        if proposition is None:
            return [None] * len(articles)
        candidates = [
            (number, index, sentences[index])
            for number, sentences in enumerate(articles)
            for index in _stating_sentences(proposition, sentences, authors)
        ]
        claims = (proposition.statement, proposition.denial)
        scores = self._verifier.score_batch([(claim, [text]) for _, _, text in candidates for claim in claims])
        stances: list[tuple[Stance, int] | None] = [None] * len(articles)
        sides: dict[int, set[Stance]] = {}
        for (number, index, _), support, denial in zip(candidates, scores[::2], scores[1::2], strict=True):
            stance = _stance(support, denial)
            if stance:
                sides.setdefault(number, set()).add(stance)
                stances[number] = stances[number] or (stance, index)
        # An article that says both may weigh both, or report one of them.
        return [stance if len(sides.get(number, ())) == 1 else None for number, stance in enumerate(stances)]


def _stating_sentences(proposition: Proposition, sentences: Sequence[str], authors: Sequence[str]) -> list[int]:
    """The sentences that have most of the statement's words, best first."""
    weights = content_weights(proposition.statement)
    scored = []
    for index, sentence in enumerate(sentences):
        share = coverage(expand_aliases(terms(sentence)), weights)
        is_own = not (authors_named_in(sentence, authors) or reported_speakers(sentence))
        if share >= MIN_COVERAGE and is_own and not sentence.rstrip("”\"'’)").endswith("?"):
            scored.append((-share, index))
    return [index for _, index in sorted(scored)[:MAX_SENTENCES]]


def _stance(support: float, denial: float) -> Stance | None:
    if support >= MIN_SUPPORT and denial <= MAX_OTHER:
        return "for"
    if denial >= MIN_SUPPORT and support <= MAX_OTHER:
        return "against"
    return None
