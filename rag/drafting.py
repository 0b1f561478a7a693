"""A model's text on its way to statements with citations: each marker resolved to the words that it can only mean.

Text goes out as it comes. A number stands for one quote from the moment it is shown; a marker to a passage that was
never retrieved is never shown at all. Each sentence is checked when it ends, while the model writes the next.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.evidence import Quote
from rag.grounding import Grounding
from rag.verifier import SUPPORTED
from rag.writers.prose import Begin, End, Marker, Piece, Prose, Runaway, Text

NO_ANSWER = "NOTINTHECORPUS"
# Longer than that with every blank and star a model may put into it.
LONGEST_HELD = 30
_LETTERS = re.compile(r"[^A-Za-z]")
# A model's own words for it, when it forgets the agreed ones.
_SAYS_NO = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|can|could)(?: not|n[’']t)|cannot|no information|nothing)\b.{0,80}"
    r"\b(?:articles?|passages?|sources?|corpus|context|texts?|documents?|information|answer)\b"
    r"|\b(?:articles?|passages?|sources?|corpus|context|texts?|documents?)\b.{0,80}"
    r"\b(?:(?:do|does|did|is|are|was|were|can|could)(?: not|n[’']t)|cannot|no information|nothing)\b",
    re.IGNORECASE,
)

Supports = Callable[[Sequence[tuple[str, Sequence[Quote]]]], list[float]]


@dataclass(slots=True)
class Drafted:
    """A sentence on its way to a statement.

    `parts` are its words and, between them, the quotes that its markers stand for; `lead` is what stands before it.
    """

    lead: str
    parts: list[str | Quote] = field(default_factory=list)
    text: str = ""
    support: float = 0.0

    @property
    def quotes(self) -> list[Quote]:
        return list(dict.fromkeys(part for part in self.parts if not isinstance(part, str)))


class Draft:
    """Reads one model's text; `statements` are what came of it, `says_no` whether it found no answer.

    `checking_ms` is how long the checks took.
    """

    def __init__(self, grounding: Grounding, supports: Supports) -> None:
        self._grounding = grounding
        self._supports = supports
        self._prose = Prose(len(grounding.passages))
        self._held: list[Piece] | None = []
        self._numbers: dict[Quote, int] = {}
        self._waiting: list[int] = []
        self._after_marker = False
        self._has_cited = False
        self.statements: list[Drafted] = []
        self.says_no = False
        self.ran_away = False
        self.checking_ms = 0.0

    def feed(self, text: str) -> Iterator[str]:
        """What can be shown of it; markers come whole, with the number of their quote."""
        if not self.is_over:
            yield from self._shown(self._prose.feed(text))

    def finish(self, *, was_cut: bool = False) -> Iterator[str]:
        """What was held back. Of a text that was cut off, the sentence it was cut in is left out."""
        if not self.is_over:
            yield from self._shown(self._prose.finish(was_cut=was_cut))
            yield from self._released()
        self.statements = [one for one in self.statements if one.text]
        if not self._has_cited and self.statements and _SAYS_NO.search(self.statements[0].text):
            self.says_no = True

    @property
    def is_over(self) -> bool:
        """Whether the rest of the text does not matter."""
        return self.says_no or self.ran_away

    def _shown(self, pieces: Iterator[Piece]) -> Iterator[str]:
        try:
            for piece in pieces:
                if self._held is None:
                    yield from self._show(piece)
                    continue
                self._held.append(piece)
                held = "".join(one.text for one in self._held if isinstance(one, Text))
                said = _LETTERS.sub("", held).upper()
                if said.startswith(NO_ANSWER):
                    self.says_no = True
                    return
                if not NO_ANSWER.startswith(said) or len(held) > LONGEST_HELD:
                    yield from self._released()
        except Runaway:
            self.ran_away = True

    def _released(self) -> Iterator[str]:
        held, self._held = self._held or [], None
        for piece in held:
            yield from self._show(piece)

    def _show(self, piece: Piece) -> Iterator[str]:
        match piece:
            case Begin(lead):
                self.statements.append(Drafted(lead))
                self._after_marker = False
                if lead:
                    yield lead
            case Text(text):
                self.statements[-1].parts.append(text)
                self._after_marker = False
                yield text
            case Marker(numbers, before):
                if before:
                    yield from self._cite(self._quotes(before, numbers))
                else:
                    self._waiting.extend(numbers)
            case End(text):
                one = self.statements[-1]
                if self._waiting:
                    yield from self._cite(self._quotes(text, tuple(self._waiting)))
                    self._waiting = []
                if not one.quotes:
                    yield from self._cite(self._found(text))
                (one.support,) = self._checked([(text, one.quotes)])
                one.text = text

    def _quotes(self, words: str, numbers: tuple[int, ...]) -> list[Quote]:
        found = [self._grounding.quote(words, number) for number in dict.fromkeys(numbers)]
        quotes = [quote for quote in found if quote]
        self._has_cited = self._has_cited or bool(quotes)
        return quotes

    def _found(self, sentence: str) -> list[Quote]:
        """A quote for a sentence that came without one, where a passage bears it out."""
        nearest = self._grounding.nearest(sentence)[:2]
        scores = self._checked([(sentence, [quote]) for quote in nearest])
        borne_out = [quote for quote, score in zip(nearest, scores, strict=True) if score >= SUPPORTED]
        return borne_out[:1]

    def _checked(self, pairs: Sequence[tuple[str, Sequence[Quote]]]) -> list[float]:
        began = time.perf_counter()
        scores = self._supports(pairs)
        self.checking_ms += (time.perf_counter() - began) * 1000
        return scores

    def _cite(self, quotes: Sequence[Quote]) -> Iterator[str]:
        for quote in quotes:
            self.statements[-1].parts.append(quote)
            number = self._numbers.setdefault(quote, len(self._numbers) + 1)
            yield f"{'' if self._after_marker else ' '}[{number}]"
            self._after_marker = True
