"""Chooses whether a model is shown sentences or passages.

It depends on the model's context length and on the speed of its server. A small model reads a few telling sentences
better than long passages, and a slow server reads them sooner. The speed is measured on the first answers.
"""

import statistics
import time
from collections import deque
from collections.abc import Iterable, Iterator

from rag.generation.prompt_context import EvidenceForm, estimate_tokens

# A model with a shorter context is shown sentences.
MIN_PASSAGES_CONTEXT_TOKENS = 8_192
# The first words of an answer should come within this time.
MAX_FIRST_WORDS_SECONDS = 10.0
# The sentences of one prompt: as many as the server reads in that time, within these limits. A model of 1.5 billion
# parameters on two cores reads about 45 tokens a second.
MIN_SENTENCES_TOKENS, MAX_SENTENCES_TOKENS = 400, 700
# A server that writes faster than this is not slow: its first words come late because the model reasons, or because the
# server sends the whole answer at once.
MAX_SLOW_WRITING_TOKENS_PER_SECOND = 20.0
# The last answers whose speed counts. A prompt that the server has in its cache, or a busy moment, is outvoted.
MEASURED_ANSWERS = 5


class ServerSpeed:
    """How fast a server reads prompts and writes answers. Thread-safe.

    Both are in tokens a second. Each speed is the median of the last answers, None before the first.
    """

    def __init__(self) -> None:
        self._answers: deque[tuple[float, float]] = deque(maxlen=MEASURED_ANSWERS)

    def note(self, *, read_tokens: int, until_first: float, written_tokens: int, while_writing: float) -> None:
        """Counts one answer.

        `read_tokens` are those of the prompt that no earlier prompt began with. `until_first` and `while_writing` are
        the seconds before the first words and after them.
        """
        self._answers.append((read_tokens / max(until_first, 1e-3), written_tokens / max(while_writing, 1e-3)))

    def timed(self, pieces: Iterable[str], read_tokens: int) -> Iterator[str]:
        """Yields the pieces of an answer as they arrive, and counts the answer.

        `read_tokens` are as in `note`.
        """
        began = time.monotonic()
        first, written = None, ""
        try:
            for piece in pieces:
                first = first or time.monotonic()
                written += piece
                yield piece
        finally:
            if first is not None:
                self.note(
                    read_tokens=read_tokens,
                    until_first=first - began,
                    written_tokens=estimate_tokens(written),
                    while_writing=time.monotonic() - first,
                )

    @property
    def reading(self) -> float | None:
        answers = list(self._answers)
        return statistics.median(reading for reading, _ in answers) if answers else None

    @property
    def writing(self) -> float | None:
        answers = list(self._answers)
        return statistics.median(writing for _, writing in answers) if answers else None

    def is_too_slow(self, read_tokens: int, seconds: float) -> bool:
        """Whether the server needs more than `seconds` to read so many tokens.

        False before the first answer, and for a server that writes fast.
        """
        reading, writing = self.reading, self.writing
        if reading is None or writing is None or writing > MAX_SLOW_WRITING_TOKENS_PER_SECOND:
            return False
        return read_tokens > reading * seconds


def choose_form(context_tokens: int, passages_tokens: int, speed: ServerSpeed) -> EvidenceForm:
    """The form of the evidence for a model with this context.

    `passages_tokens` is the length of the passages that would be shown.
    """
    if context_tokens < MIN_PASSAGES_CONTEXT_TOKENS:
        return "sentences"
    return "sentences" if speed.is_too_slow(passages_tokens, MAX_FIRST_WORDS_SECONDS) else "passages"


def sentences_tokens(speed: ServerSpeed) -> int:
    """The maximum length in tokens of the sentences in one prompt."""
    if speed.reading is None:
        return MAX_SENTENCES_TOKENS
    return int(min(MAX_SENTENCES_TOKENS, max(MIN_SENTENCES_TOKENS, speed.reading * MAX_FIRST_WORDS_SECONDS)))
