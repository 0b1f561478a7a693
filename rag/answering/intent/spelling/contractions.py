"""Restores the apostrophes of contractions that are typed without them.

"didnt" becomes "didn't", "whats" becomes "what's", "do u have" becomes "do you have" and "kinda" becomes "kind of", for
all later rules. A contraction that without its apostrophe is another common word ("its", "were", "well", "ill", "lets")
is not changed.
"""

import re
from collections.abc import Sequence

_NEGATED = r"(?:is|are|was|were|do|does|did|has|have|had|could|would|should|must|need|might|ai|ca|wo)n(?=t\b)"
_WITH_IS = r"(?:what|who|where|when|how|that|there|here|he|she)(?=s\b)"
_WITH_OTHERS = r"(?:they|you)(?=re\b)|(?:i|they|you|should|could|would|might)(?=ve\b)|(?:they|you|it|that)(?=ll\b)"
# "Im" is also a word of other languages, so it counts only before certain words.
_I_AM = r"i(?=m (?:\w+ing|an?|the|not|so|just|also|curious|interested|new)\b)"
_WITHOUT_APOSTROPHE = re.compile(rf"\b(?:{_NEGATED}|{_WITH_OTHERS}|{_I_AM}|{_WITH_IS})", re.IGNORECASE)
# "U" for "you" beside a verb that is asked or answered with; elsewhere it is a letter.
_YOU = re.compile(
    r"(?<=\bdo )u\b|(?<=\bdid )u\b|(?<=\bcan )u\b|(?<=\bcould )u\b|(?<=\bwould )u\b|(?<=\bwill )u\b|(?<=\bare )u\b|"
    r"(?<=\bhave )u\b(?= got\b)|\bu(?= (?:have|got|know|hold|think|can|could|offer|cover|store|tell|give|show|"
    r"recommend|find|publish|wrote|write)\b)|(?<=\btell )u\b|(?<=\bthank )u\b"
)
# "Ur" for "your" before what is asked of the program; "ur wrong" is "you are".
_YOUR = re.compile(
    r"\bur(?= (?:\w+ )?(?:opinions?|takes?|views?|thoughts?|articles?|pieces?|columns?|writers?|authors?|columnists?|"
    r"sources?|collection|library|answers?|name|data|topics?|position|stance)\b)"
)
# Words of speech as they are typed, which no article has. With a capital they may be names ("Tho", "PPL").
_SPOKEN = {
    "kinda": "kind of", "sorta": "sort of", "wanna": "want to", "gonna": "going to", "gimme": "give me",
    "lemme": "let me", "dunno": "do not know", "abt": "about", "cuz": "because", "coz": "because", "ppl": "people",
    "thru": "through", "tho": "though", "w/": "with", "w/o": "without", "b/c": "because",
}  # fmt: skip
_THEM = re.compile(r"(?<=\bof )['’]?em\b|(?<=\ball )['’]?em\b", re.IGNORECASE)
_IS_SPOKEN = re.compile(rf"(?<![\w/])(?:{'|'.join(map(re.escape, sorted(_SPOKEN, key=len, reverse=True)))})(?![\w/])")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
# "The cant of politicians" and "the hows and whys" are nouns.
_MAY_BE_A_NOUN = re.compile(r"\b(?:the|an?|of|its|his|her|their|such) (?:cant|wont|hows|wheres|whens)\b", re.IGNORECASE)


def with_apostrophes(text: str) -> str:
    """`text` with apostrophes in those contractions that lack them.

    Words in quotation marks are not changed.
    """
    text = _THEM.sub("them", _YOUR.sub("your", _YOU.sub("you", text)))
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    text = _IS_SPOKEN.sub(lambda match: match[0] if _is_within(match.start(), quoted) else _SPOKEN[match[0]], text)
    kept = [match.span() for pattern in (_QUOTED, _MAY_BE_A_NOUN) for match in pattern.finditer(text)]
    pieces, end = [], 0
    for match in _WITHOUT_APOSTROPHE.finditer(text):
        if not _is_within(match.start(), kept):
            pieces.append(text[end : match.end()])
            end = match.end()
    return "'".join([*pieces, text[end:]])


def _is_within(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)
