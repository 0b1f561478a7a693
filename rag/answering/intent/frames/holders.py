"""Finds the source whose statements a question asks for ("What does X say …?")."""

import re
from dataclasses import dataclass

from rag.answering.intent.frames.words import PIECE, PLACE, WRITER

_ASKS = r"\b[Ww]hat (?:did|does|do|has|have)"
_WRITES = r"(?:write|written|publish|published|report|reported|print|printed)"
_SAYS = rf"(?:say|said|think|argue|argued|claim|have to say|{_WRITES})"
_NAME = r"(?:[Tt]he )?[A-Z][\w’'&.-]*(?: (?:of |and |& )?[A-Z][\w’'&.-]*){0,3}"
_NAMED = re.compile(rf"{_ASKS} (?P<name>{_NAME}) (?P<verb>{_SAYS})\b")
# In small letters a name is recognised only by a verb of writing or publishing.
_TYPED = re.compile(
    rf"{_ASKS} (?!(?:the |your |our |these |all |any |other )*(?:{PIECE}|{WRITER}|{PLACE}|it|he|she|they|we|you|i|been|"
    r"people|this|that|these|those|any\w*|every\w*|some\w*|others?)\b)"
    rf"(?P<name>(?:the )?[\w’'&.-]+(?: [\w’'&.-]+){{0,3}}?) (?P<verb>{_WRITES}) (?:about|on|of)\b"
)


@dataclass(frozen=True, slots=True)
class AskedHolder:
    """The name of the source whose statements are asked for.

    `is_writer` is whether the question asks for what the source has written or published.
    """

    name: str
    is_writer: bool


def asked_holder(question: str) -> AskedHolder | None:
    """The source whose statements `question` asks for; None if it names none."""
    match = _NAMED.search(question) or (_TYPED.search(question) if question == question.lower() else None)
    return AskedHolder(match["name"], re.fullmatch(_WRITES, match["verb"]) is not None) if match else None
