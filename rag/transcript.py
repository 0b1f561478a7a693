"""A conversation as Markdown with footnotes."""

import re
from collections.abc import Sequence

from rag.answer import Answer, described


def markdown(answers: Sequence[Answer]) -> str:
    """The questions as headings, the answers below them, each quote a footnote."""
    parts = [_turn(number, answer) for number, answer in enumerate(answers, 1)]
    return "\n\n".join(parts) + "\n"


def _turn(turn: int, answer: Answer) -> str:
    text = re.sub(r"\[(\d+)\]", rf"[^{turn}-\1]", answer.text)
    notes = [
        f"[^{turn}-{one.number}]: {described(one.article)}: “{' '.join(one.quote.split())}”" for one in answer.citations
    ]
    return "\n\n".join([f"## {answer.question}", text, *notes])
