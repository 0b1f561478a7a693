"""Finds talk to the reader: offers, advice, opinions of an answer's writer.

A language model writes such sentences in its own voice. They state nothing that a source could support, and their other
words may all stand in the quotes. What a source says itself in the first or second person, and what stands between
quotation marks, is no talk of the model.
"""

import re
from collections.abc import Sequence

from rag.text.attribution import parse_attribution

_QUOTED = re.compile(r"[“\"][^“”\"]{1,600}[”\"]")
# The first person singular. "We" is left out: columnists write it of their readers, and so do faithful summaries.
_FIRST_PERSON = re.compile(r"(?P<before>\S+\s+)?\bI\b(?![.-])|\b(?:my|mine|myself|My|Mine|Myself|me)\b")
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|yourself|yourselves)\b", re.IGNORECASE)
# "As Anne Kim says, you cannot buy gas with promises" is a claim; advice to the reader is none.
_ADVICE = re.compile(
    r"\byou (?:should|may|might|could|can|will|would)(?: (?:also|then|now|well))* "
    r"(?:want|wish|like|love|prefer|consider|look|ask|find|note|keep|bear|read|see|check|think|remember|explore)\b"
    r"|\byour (?:question|questions|query|request|sources|passages|articles|reading)\b",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\bfeel free\b|\blet (?:me|us) know\b|\bI hope (?:this|that|it)\b|\bas an? (?:AI|(?:large )?language model)\b"
    r"|\b(?:happy|glad) to (?:help|assist|provide|explain|answer)\b|\bif (?:further|more) (?:detail|information) "
    r"|(?:^|[,;:.!?] )please (?!d\b)\w+|^(?:keep|bear) in mind\b",
    re.IGNORECASE,
)
# Talk about the answer itself.
_ABOUT_THE_ANSWER = re.compile(
    r"\b(?:here|below|above) (?:is|are) (?:an? |the |some |my )?(?:\w+ ){0,2}"
    r"(?:summary|overview|answer|response|list|breakdown|points|takeaways|explanation)\b"
    r"|\b(?:the|this|my) (?:answer|response|reply|summary|overview) (?:above|below|is based|rests|draws|relies)\b"
    r"|\bthe (?:above|following|preceding) (?:answer|response|reply|summary|overview)\b",
    re.IGNORECASE,
)


def addresses_reader(statement: str, quotes: Sequence[str]) -> bool:
    """Whether `statement` talks to the reader in the voice of the answer's writer.

    A person that one of the quotes uses too ("I", "you") is the source's own.
    """
    plain = _QUOTED.sub(" ", " ".join(statement.split()))
    cited = " ".join(quotes)
    if any(pattern.search(plain) and not pattern.search(cited) for pattern in (_OFFER, _ADVICE, _ABOUT_THE_ANSWER)):
        return True
    if _uses_first_person(plain) and not _uses_first_person(cited):
        return True
    is_addressed = bool(_SECOND_PERSON.search(plain)) and not _SECOND_PERSON.search(cited)
    return is_addressed and parse_attribution(statement) is None


def _uses_first_person(text: str) -> bool:
    """Whether the first person singular speaks; "World War I" is a numeral."""
    return any(not _is_name(match["before"] or "") for match in _FIRST_PERSON.finditer(text))


def _is_name(word: str) -> bool:
    return word[:1].isupper() and word.strip().isalpha() and len(word.strip()) > 2
