"""Finds sentences that state nothing: questions and instructions of the prompt.

A small model repeats what it was told ("The question has several parts.") and asks the user's question again, also
inside a sentence ("The answer to the question “…” is"). Such a sentence may share enough words with the passages to
count as supported.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.text.analyzer import terms
from rag.text.sentences import sentence_spans

ASKS, INSTRUCTION = "asks a question", "an instruction of the prompt"
# A sentence repeats an instruction if this share of the words of both is the same, in the same order. A shorter
# sentence has to be the same.
MIN_REPEATED_RATIO = 0.85
MIN_REPEATED_WORDS = 4
# A question mark within closing quotation marks belongs to the quotation.
_QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
_ASKS = re.compile(r"\?[\s)\]]*$")


class PromptEcho:
    """The instructions of one prompt, to compare sentences of the reply with.

    `instructions` is the prompt's text without passages, and `question` what it asks. Questions among the instructions
    are left out: an answer may well repeat words of its question, and none puts the question in quotation marks.
    """

    def __init__(self, instructions: str, question: str = "") -> None:
        self._question = terms(question)
        sentences = [instructions[start:end] for start, end in sentence_spans(instructions)]
        self._instructions = [terms(sentence) for sentence in sentences if not _ASKS.search(sentence)]

    def reason(self, sentence: str) -> str | None:
        """Why `sentence` states nothing, or None if it does."""
        if _ASKS.search(sentence):
            return ASKS
        words = terms(sentence)
        if any(_repeats(terms(quoted), self._question) for quoted in _QUOTED.findall(sentence)):
            return ASKS
        return INSTRUCTION if any(_repeats(words, instruction) for instruction in self._instructions) else None


def _repeats(words: Sequence[str], instruction: Sequence[str]) -> bool:
    if len(words) < MIN_REPEATED_WORDS:
        return bool(words) and words == instruction
    # An instruction may go on, for example with an example.
    beginnings = (instruction, instruction[: len(words)])
    return any(SequenceMatcher(None, words, each, autojunk=False).ratio() >= MIN_REPEATED_RATIO for each in beginnings)
