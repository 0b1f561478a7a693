"""Parses a model's text, as it arrives, into checked sentences with citations.

Each marker is resolved to a quote. Once a number is shown, it always refers to the same quote. A marker to a passage
that was not retrieved is never shown. Each sentence is checked when it ends, while the model writes the next one.
"""

import re
import time
from collections.abc import Iterator, Sequence

from rag.answering.citation_checker import CitationChecker
from rag.answering.evidence import Quote
from rag.answering.prose.citation_resolver import CitationResolver
from rag.answering.prose.draft_sentence import DraftSentence
from rag.answering.prose.editing import DraftEditor
from rag.generation.stream_parser import (
    CitationMarker,
    ParsedPiece,
    RunawayText,
    SentenceEnd,
    SentenceStart,
    SentenceText,
    StreamParser,
)
from rag.verification.verifier import SUPPORTED

# The reply that prompts/answer.md asks for if the passages do not answer, reduced to its letters.
NO_ANSWER = "NOTINTHECORPUS"
# This is longer than NO_ANSWER with all the blanks and asterisks that a model may add to it.
MAX_HELD_BACK_CHARACTERS = 30
# Passages that are searched for a quote when a sentence has no marker.
MAX_NEAREST = 2
_NOT_A_LETTER = re.compile(r"[^A-Za-z]")
# Sentences by which a model says that it found no answer without using the agreed reply.
_SAYS_NO = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|can|could)(?: not|n[’']t)|cannot|no information|nothing)\b.{0,80}"
    r"\b(?:articles?|passages?|sources?|corpus|context|texts?|documents?|information|answer)\b"
    r"|\b(?:articles?|passages?|sources?|corpus|context|texts?|documents?)\b.{0,80}"
    r"\b(?:(?:do|does|did|is|are|was|were|can|could)(?: not|n[’']t)|cannot|no information|nothing)\b",
    re.IGNORECASE,
)


class CitedDraft:
    """One text of a model, parsed into checked sentences with citations.

    Call `feed` with the text as it arrives, then `finish`, then read the attributes. `sentences` are the sentences of
    the text, `says_no` is whether the model found no answer, `ran_away` whether the text was cut because it had no end,
    and `checking_ms` how many milliseconds the checks took. An `editor` decides what becomes of each sentence, and when
    the draft is over. `question` is what the text answers.
    """

    def __init__(
        self,
        resolver: CitationResolver,
        checker: CitationChecker,
        editor: DraftEditor | None = None,
        question: str = "",
    ) -> None:
        self._resolver = resolver
        self._checker = checker
        self._editor = editor
        self._question = question
        self._parser = StreamParser(len(resolver.evidence.sources))
        # Pieces at the beginning, until they can no longer become NO_ANSWER; then None.
        self._held_back: list[ParsedPiece] | None = []
        self._numbers: dict[Quote, int] = {}
        # Numbers of markers that came before the words of their sentence.
        self._early_numbers: list[int] = []
        self._is_after_marker = False
        self._has_cited = False
        self.sentences: list[DraftSentence] = []
        self.says_no = False
        self.ran_away = False
        self.checking_ms = 0.0

    def feed(self, text: str) -> Iterator[str]:
        """Yields the text that can be shown so far.

        A marker is yielded whole, with the number of its quote.
        """
        if not self.is_over:
            yield from self._release(self._parser.feed(text))

    def finish(self, *, was_cut: bool = False) -> Iterator[str]:
        """Yields the text that was held back.

        If the text was cut off, its last, incomplete sentence is dropped.
        """
        if not self.is_over:
            yield from self._release(self._parser.finish(was_cut=was_cut))
            yield from self._release_held_back()
        self.sentences = [sentence for sentence in self.sentences if sentence.text]
        if not self._has_cited and self.sentences and _SAYS_NO.search(self.sentences[0].text):
            self.says_no = True

    @property
    def is_over(self) -> bool:
        """Whether the rest of the text can be ignored."""
        return self.says_no or self.ran_away or self.has_wandered or bool(self._editor and self._editor.is_complete)

    @property
    def has_wandered(self) -> bool:
        """Whether the last sentences are unsupported, beside the question or repeated."""
        return bool(self._editor and self._editor.has_wandered)

    def _release(self, pieces: Iterator[ParsedPiece]) -> Iterator[str]:
        try:
            for piece in pieces:
                if self.is_over:
                    return
                if self._held_back is None:
                    yield from self._show(piece)
                    continue
                self._held_back.append(piece)
                text = "".join(sentence.text for sentence in self._held_back if isinstance(sentence, SentenceText))
                letters = _letters(text)
                if letters.startswith(NO_ANSWER):
                    self.says_no = True
                    return
                if not NO_ANSWER.startswith(letters) or len(text) > MAX_HELD_BACK_CHARACTERS:
                    yield from self._release_held_back()
        except RunawayText:
            self.ran_away = True

    def _release_held_back(self) -> Iterator[str]:
        pieces, self._held_back = self._held_back or [], None
        for piece in pieces:
            yield from self._show(piece)

    def _show(self, piece: ParsedPiece) -> Iterator[str]:
        """Adds `piece` to the last sentence and yields the text to show for it."""
        match piece:
            case SentenceStart(lead):
                self.sentences.append(DraftSentence(lead))
                self._is_after_marker = False
                if lead:
                    yield lead
            case SentenceText(text):
                self.sentences[-1].parts.append(text)
                self._is_after_marker = False
                yield text
            case CitationMarker(numbers, before):
                if before:
                    yield from self._cite(self._quotes(before, numbers))
                else:
                    self._early_numbers.extend(numbers)
            case SentenceEnd(text):
                sentence = self.sentences[-1]
                if _letters(text) == NO_ANSWER:
                    # After other sentences it is no answer to the question, and no statement.
                    return
                if self._early_numbers:
                    yield from self._cite(self._quotes(text, self._early_numbers))
                    self._early_numbers = []
                if not sentence.quotes:
                    yield from self._cite(self._supporting_quote(text))
                (sentence.support,) = self._supports([(text, sentence.quotes)])
                sentence.text = text
                if self._editor:
                    self._edit(self._editor, sentence)

    def _edit(self, editor: DraftEditor, sentence: DraftSentence) -> None:
        began = time.perf_counter()
        editor.edit(sentence)
        self.checking_ms += (time.perf_counter() - began) * 1000

    def _quotes(self, words: str, numbers: Sequence[int]) -> list[Quote]:
        resolved = [self._resolver.quote(words, number) for number in dict.fromkeys(numbers)]
        quotes = [quote for quote in resolved if quote]
        self._has_cited = self._has_cited or bool(quotes)
        return quotes

    def _supporting_quote(self, text: str) -> list[Quote]:
        """A quote that supports a sentence without a marker, if there is one."""
        nearest = self._resolver.nearest(text)[:MAX_NEAREST]
        supports = self._supports([(text, [quote]) for quote in nearest])
        return [quote for quote, support in zip(nearest, supports, strict=True) if support >= SUPPORTED][:1]

    def _supports(self, statements: Sequence[tuple[str, Sequence[Quote]]]) -> list[float]:
        began = time.perf_counter()
        articles = [passage.article for passage in self._resolver.passages]
        supports = self._checker.supports(statements, articles, self._question)
        self.checking_ms += (time.perf_counter() - began) * 1000
        return supports

    def _cite(self, quotes: Sequence[Quote]) -> Iterator[str]:
        for quote in quotes:
            self.sentences[-1].parts.append(quote)
            number = self._numbers.setdefault(quote, len(self._numbers) + 1)
            yield f"{'' if self._is_after_marker else ' '}[{number}]"
            self._is_after_marker = True


def _letters(text: str) -> str:
    return _NOT_A_LETTER.sub("", text).upper()
