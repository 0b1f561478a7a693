"""Finds sentences that state nothing: questions and instructions of the prompt.

A small model repeats what it was told ("The question has several parts.") and asks the user's question again. Such a
sentence may share enough words with the passages to count as supported.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.text.analyzer import terms
from rag.text.sentences import sentence_spans

ASKS, INSTRUCTION = "a question", "an instruction of the prompt"
# A sentence repeats an instruction if this share of the words of both is the same, in the same order. A shorter
# sentence has to be the same.
MIN_REPEATED_RATIO = 0.85
MIN_REPEATED_WORDS = 4
# A question mark within closing quotation marks belongs to the quotation.
_ASKS = re.compile(r"\?[\s)\]]*$")


class PromptEcho:
    """The instructions of one prompt, to compare sentences of the reply with.

    `instructions` is the prompt's text without passages. Questions in it are left out: an answer may well repeat the
    words of its question.
    """

    def __init__(self, instructions: str) -> None:
        sentences = [instructions[start:end] for start, end in sentence_spans(instructions)]
        self._instructions = [terms(sentence) for sentence in sentences if not _ASKS.search(sentence)]

    def reason(self, sentence: str) -> str | None:
        """Why `sentence` states nothing, or None if it does."""
        if _ASKS.search(sentence):
            return ASKS
        words = terms(sentence)
        return INSTRUCTION if any(_repeats(words, instruction) for instruction in self._instructions) else None


def _repeats(words: Sequence[str], instruction: Sequence[str]) -> bool:
    if len(words) < MIN_REPEATED_WORDS:
        return bool(words) and words == instruction
    # An instruction may go on, for example with an example.
    beginnings = (instruction, instruction[: len(words)])
    return any(SequenceMatcher(None, words, each, autojunk=False).ratio() >= MIN_REPEATED_RATIO for each in beginnings)
