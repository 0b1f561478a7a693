"""Decides what of a model's draft becomes part of the answer.

A sentence beside the question, a sentence that repeats another, a question and an instruction of the prompt are left
out. A sentence copied from a passage becomes an attributed quote, or is left out if its point was made already. The
draft ends where it has what the question needs, or where it wanders. No language model is asked here.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from rag.answering.citation_checker import CitationChecker
from rag.answering.evidence import Quote, is_same_point
from rag.answering.kinds import extractive_writer
from rag.answering.kinds.selection import Selection
from rag.answering.prose.bearing import QuestionBearing
from rag.answering.prose.citation_resolver import CitationResolver
from rag.answering.prose.draft_sentence import DraftSentence
from rag.answering.prose.prompt_echo import PromptEcho
from rag.text.analyzer import content_terms, terms
from rag.text.attribution import parse_attribution
from rag.types.revision import Change, Revision
from rag.verification.cues import extract_names, extract_numbers, is_negated
from rag.verification.rules.agreement import claim_beside_agreement
from rag.verification.verifier import PARTLY, SUPPORTED

BESIDE, REPEATED, COPIED = "beside the question", "said before", "copied from the article"
WRONG_HOLDER = "right but for who holds this view, or who agrees with it"
# Both prompts for answers ask for six sentences at most. Views and timelines have a sentence for each author or
# article, and one more that compares.
MAX_SENTENCES = 6
SENTENCES_OF_A_VIEW = 2
# A draft that has so many sentences in a row that do not stand is not going to answer. A real model of 1.5 billion
# parameters strung together fifteen such sentences, in two minutes.
MAX_FAILED_IN_A_ROW = 3
# A sentence is a copy if this share of its words and of the article's sentence are the same, in the same order. A
# shorter sentence can hardly be worded otherwise.
MIN_COPIED_RATIO = 0.9
MIN_COPIED_WORDS = 8
# A sentence repeats another if that one has this share of its content words.
REPEATED_SHARE = 0.9


def sentences_needed(selection: Selection) -> int:
    """The number of sentences after which an answer ends.

    It is six, or more for many authors, articles or parts of the question.
    """
    articles = [quote.passage.article for quote in selection.quotes]
    parts = {
        "views": {article.author or article.title for article in articles},
        "author": {article.id for article in articles},
        "timeline": {article.id for article in articles},
    }.get(selection.kind, set())
    questions = sum(len(part.questions) for part in selection.parts)
    return max(MAX_SENTENCES, SENTENCES_OF_A_VIEW * max(len(parts), questions))


class _Point(NamedTuple):
    """What a sentence of the answer says, as far as its words show."""

    words: set[str]
    names: set[str]
    numbers: set[float]
    is_negated: bool

    @classmethod
    def of(cls, text: str) -> "_Point":
        return cls(set(content_terms(text)), extract_names(text), extract_numbers(text), is_negated(text))

    def repeats(self, earlier: "_Point") -> bool:
        """Whether this says no more than `earlier`: the same words, names and numbers."""
        has_same_names = self.names <= earlier.words and self.numbers <= earlier.numbers
        if not self.words or not has_same_names or self.is_negated != earlier.is_negated:
            return False
        return len(self.words & earlier.words) >= REPEATED_SHARE * len(self.words)


class DraftEditor:
    """Edits the checked sentences of one draft, in their order.

    Without `bearing`, no sentence is beside the question. Without `echo`, none repeats the prompt. The answer ends
    after `max_sentences`.
    """

    def __init__(
        self,
        bearing: QuestionBearing | None,
        resolver: CitationResolver,
        checker: CitationChecker,
        max_sentences: int = MAX_SENTENCES,
        echo: PromptEcho | None = None,
    ) -> None:
        self._bearing = bearing
        self._resolver = resolver
        self._checker = checker
        self._max_sentences = max_sentences
        self._echo = echo
        self._points: list[tuple[DraftSentence, _Point]] = []
        self._in_answer = 0
        self._failed_in_a_row = 0

    @property
    def is_complete(self) -> bool:
        """Whether the answer has as many sentences as the question needs."""
        return self._in_answer >= self._max_sentences

    @property
    def has_wandered(self) -> bool:
        """Whether the last sentences did not stand."""
        return self._failed_in_a_row >= MAX_FAILED_IN_A_ROW

    def edit(self, sentence: DraftSentence) -> None:
        """Decides what becomes of `sentence`, which has been checked.

        One in which only the holder of a view, or who agrees, is wrong becomes an attributed quote. Any other that its
        citations do not support is left as it is: it may be corrected or flagged.
        """
        if self._echo and (reason := self._echo.reason(sentence.text)):
            _revise(sentence, "left out", reason)
        elif sentence.support < SUPPORTED and (quote := self._quote_of_another_holder(sentence)):
            self._quote_once(sentence, quote, WRONG_HOLDER)
        elif sentence.support >= PARTLY:
            self._edit_supported(sentence)
        self._in_answer += sentence.is_in_answer
        stands = sentence.is_in_answer and sentence.support >= PARTLY
        self._failed_in_a_row = 0 if stands else self._failed_in_a_row + 1

    def withdraw(self, sentence: DraftSentence) -> None:
        """Forgets what `sentence` says: another one takes its place."""
        self._points = [(other, point) for other, point in self._points if other is not sentence]

    def _edit_supported(self, sentence: DraftSentence) -> None:
        point = _Point.of(sentence.text)
        # A sentence that is better supported than the one that it repeats stands beside that one.
        earlier_points = [
            earlier for other, earlier in self._points if other.support >= min(SUPPORTED, sentence.support)
        ]
        copied = self._copied(sentence) if sentence.support >= SUPPORTED else None
        if self._bearing and self._bearing.is_beside(sentence.text, sentence.quotes):
            _revise(sentence, "left out", BESIDE)
        elif any(point.repeats(earlier) for earlier in earlier_points):
            _revise(sentence, "left out", REPEATED)
        elif copied:
            self._quote_once(sentence, copied, COPIED, earlier_points)
        else:
            self._points.append((sentence, point))

    def _quote_of_another_holder(self, sentence: DraftSentence) -> Quote | None:
        """The quote that supports the claim of `sentence` without its holder.

        None if no quote supports it, or if the sentence names no holder.
        """
        attribution = parse_attribution(sentence.text)
        claim = attribution.claim if attribution and attribution.holder else claim_beside_agreement(sentence.text)
        if not claim:
            return None
        claims = [(claim, [quote]) for quote in sentence.quotes]
        supports = self._checker.supports(claims)
        supporting = (quote for quote, support in zip(sentence.quotes, supports, strict=True) if support >= SUPPORTED)
        return next(supporting, None)

    def _copied(self, sentence: DraftSentence) -> Quote | None:
        """The sentence of a cited passage that `sentence` copies, if there is one."""
        attribution = parse_attribution(sentence.text)
        copies = [terms(text) for text in {sentence.text, attribution.claim if attribution else sentence.text}]
        for quote in sentence.quotes:
            for original in self._resolver.sentences(quote.passage):
                is_cited = original.start < quote.end and quote.start < original.end
                if is_cited and any(_is_copy(copy, original.terms) for copy in copies):
                    return Quote(quote.passage, original.start, original.end, original.text, quote.score)
        return None

    def _quote_once(
        self, sentence: DraftSentence, quote: Quote, reason: str, earlier_points: Sequence[_Point] | None = None
    ) -> None:
        """Puts the attributed quote in place of the sentence, unless its point was made.

        `earlier_points` are those that count, all by default.
        """
        words = set(content_terms(quote.text))
        points = [point for _, point in self._points] if earlier_points is None else earlier_points
        if any(is_same_point(words, earlier.words) for earlier in points):
            _revise(sentence, "left out", f"{reason}, {REPEATED}")
            return
        self._points.append((sentence, _Point.of(quote.text)))
        text = extractive_writer.statement(quote)
        _revise(sentence, "quoted", reason, text)
        sentence.text, sentence.parts = text, [text, quote]
        (sentence.support,) = self._checker.quote_supports([quote])


def _revise(sentence: DraftSentence, change: Change, reason: str, replacement: str = "") -> None:
    sentence.revision = Revision(sentence.as_written, change, reason, replacement)


def _is_copy(words: Sequence[str], original: Sequence[str]) -> bool:
    if len(words) < MIN_COPIED_WORDS:
        return False
    return SequenceMatcher(None, words, original, autojunk=False).ratio() >= MIN_COPIED_RATIO
