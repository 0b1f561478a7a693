"""The subject of a question, without the words that only name its scope.

The subject of "What did Hard Power write about tariffs in 2023?" is tariffs. Authors are in bylines and dates in the
metadata, so a search for them finds passages that mention them instead of passages that answer.
"""

import re
from collections.abc import Sequence

from rag.text.analyzer import content_terms
from rag.text.lexicon import (
    ARTICLE_NOUNS,
    LOOSE_ARTICLE_NOUNS,
    ORDER_WORDS,
    SAYING_VERBS,
    UNNAMED_PIECES,
    VIEW_NOUNS,
    alternation,
)

# Private-use characters replace the mentions, so that each is one character for the patterns.
_AUTHOR, _SOURCE, _ARTICLE, _DATE = "\ue000", "\ue001", "\ue002", "\ue003"
_SIGNS = {"authors": _AUTHOR, "sources": _SOURCE, "articles": _ARTICLE, "dates": _DATE}
# A title in its quotation marks.
_QUOTED_SIGN = re.compile(rf"[\"“”„«»]\s*([{_AUTHOR}-{_DATE}])[,.]?\s*[\"“”«»]")
_OWNER = rf"[{_AUTHOR}{_SOURCE}{_ARTICLE}](?: (?:magazine|newspaper)\b)?"
_OWNERS = rf"(?:the )?{_OWNER}(?:(?:'s|’s|,| and| or| vs\.?| versus| against| /|, and)* (?:the )?{_OWNER})*"
_NOUN = rf"(?:{alternation((*LOOSE_ARTICLE_NOUNS, *VIEW_NOUNS))})"
_PIECES = rf"(?:{alternation((*LOOSE_ARTICLE_NOUNS, *UNNAMED_PIECES))})"
_ORDER = rf"(?:(?:{alternation(ORDER_WORDS)}) )"
_SAY = rf"(?:{alternation((*SAYING_VERBS.base, *SAYING_VERBS.third, *SAYING_VERBS.past, *SAYING_VERBS.participle))})\b"
_PLAIN_SAY = (
    r"(?:says?|thinks?|writes?|argues?|believes?|claims?|feels?|publish|said|thought|written|wrote|argued|believed"
    r"|published|stand|make|post|posted|states?|stated|disagree|agree|differ)\b"
)
_ADVERB = r"(?:(?:actually|really|also|ever|still|already|now|\w{3,12}ly) )?"
_ON = r"(?:,? ?(?:about|over|of|on|regarding|concerning|as to|that)\b)?"
_POSSESSIVE = r"(?:'s?|’s?|s)?"
_STAYS = r"(?!.{0,60}\b(?:chang|shift|evolv|develop))"
_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|please|so|and|but|now|then|well|could you|can you|would you|tell me|show me|give me"
    r"|find me|find|list|get me|explain|summari[sz]e|sum up|(?:the )?(?:summary|gist|recap|tl;?dr)(?: of)?|i want"
    r"|i need"
    r"|i'd like|let me see|do you know|what about|how about|compare|contrast|quotes?|open|to read"
    r"|i'd like to read|link to|(?:the )?author of"
    r"|(?:in |on )?the (?:topic|subject)|topics?)\b[ ,:]*)+",
    re.IGNORECASE,
)
# Each pattern removes words of the scope (who, where, when). They are applied in this order.
_REMOVED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\baccording to {_OWNERS},? ?",
        rf"\bin {_OWNERS}{_POSSESSIVE} (?:view|opinion|eyes|judge?ment),? ?",
        rf"\bin the (?:view|opinion|eyes|judge?ment|words) of {_OWNERS},? ?",
        rf"(?:\bwhat(?: is|'s|s) )?\b(?:the )?(?:main |central |key )?(?:argument|thesis|point|idea|message"
        rf"|conclusion)s?"
        rf" (?:of|in|from) {_ARTICLE}",
        rf"\b(?:in|from) {_ARTICLE},? ?",
        # "what does X think about", "where does X stand on", "what has X written about"
        rf"\b(?:(?:what|where|how) (?:else )?)?(?:do|does|did|has|have|had|would"
        rf"|will) {_OWNERS} {_ADVERB}{_PLAIN_SAY}{_ON}",
        rf"\b(?:what|where|how|when) {_OWNERS} {_ADVERB}{_SAY}{_ON}",
        # "what is X's view on", "how did X's view of … change": the verb then has another subject
        rf"\b(?:what(?: is|'s|’s| are| was| were)|whats) {_OWNERS}{_POSSESSIVE} {_ORDER}*{_NOUN}{_ON}{_STAYS}",
        rf"{_OWNERS}{_POSSESSIVE} {_ORDER}*{_NOUN}{_ON}{_STAYS}",
        rf"\b(?:the |an? |any |all |some )?{_ORDER}*(?:{_PIECES}|{_NOUN})(?: (?:written|published|posted"
        rf"|that was written"
        rf"|of|that))* (?:by|from|of|in) {_OWNERS}{_ON}{_STAYS}",
        rf"\b(?:(?:written|published|posted|appeared) )?(?:by|from|in|at) {_OWNERS}",
        rf"\b(?:what|how|why) (?:is|was) {_ARTICLE} about",
        rf"\b(?:who (?:wrote|published|is the author of)|when was) {_ARTICLE}(?: (?:written|published|posted))?",
        rf"\b(?:do|does|did|has|have|had|would|is|was|are) {_OWNERS}(?:'s\b|’s\b)?",
        rf"\b(?:the )?(?:article|piece|column|essay|columnist|author|writer)(?:,? (?:called|titled|entitled"
        rf"|named))? {_OWNERS}",
        rf"\b(?:(?:the )?differences? )?(?:between|compare) {_OWNERS}{_ON}",
        rf"{_OWNERS}(?:'s\b|’s\b|'|’)?(?: (?:magazine|newspaper|{_ORDER}*(?:{alternation(ARTICLE_NOUNS)}))\b)?",
        rf"(?:\bback )?{_DATE}(?:'s\b|’s\b)?",
    )
)
_THERE = r"(?:are there|is there|there are|there is|do you have|have you got|do we have|you have|we have)"
_PIECES_ON = re.compile(
    rf"^(?:(?:how many|how much|which|what(?: is|'s)?|whats|any|anything|something|{_THERE}|the|all|your|list"
    rf"|show|of|me|an?"
    rf"|was|were|has|have|been|what columnists|{alternation(ORDER_WORDS)}) )*"
    rf"(?:{_PIECES}|written|published|said|latest|newest|oldest)\b"
    rf"(?: (?:{_THERE}|are|is|were|was|written|published|appeared|said|that are|have been|exist|please))*"
    rf"(?: (?:about|on|regarding|concerning|covering|tagged|dealing with|in the topic))?(?=[ ?.!,]|$)",
    re.IGNORECASE,
)
_WRITERS_SAY = re.compile(
    rf"^what (?:do|did|have) (?:the |your |our )?(?:you|columnists|authors|writers|commentators|articles|pieces"
    rf"|columns)"
    rf" {_PLAIN_SAY}(?: (?:about|of|on|over))?",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    rf"(?: (?:{_THERE}|please|{alternation(noun for noun in ARTICLE_NOUNS)}))+(?=[?.! ]*$)", re.IGNORECASE
)
_DANGLING = re.compile(
    r"(?:^[\s,;:.?!'’–—-]*(?:(?:on|about|of|regarding|and|or|that|in|by|from|since|only|vs|versus|with)\b[\s,;:]*)+)"
    r"|(?>[\s,;:–—-]+(?:and|or|in|by|from|about|on|of|with|the|vs)?)+(?=[?.!\s]*$)",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(
    r"^(?:what|why|how|when|where|who|whom|whose|which|is|are|was|were|do|does|did|can|could|should|would|will"
    r"|has|have)\b",
    re.IGNORECASE,
)
_ONLY_A_QUESTION_WORD = re.compile(
    r"^(?:how many|how often|how much|which|what|any|who|when|where|why|what came out"
    r"|when appear\w*)?[ ?.!,]*$",
    re.IGNORECASE,
)
_PAIRED_QUOTES = re.compile(r"[\"“”„«»]\s*[\"“”„«»]|[‘']\s*['’]")


def subject_of(question: str, mentions: Sequence[tuple[int, int, str]]) -> str:
    """The subject of `question` without its scope; "" if nothing is left.

    `mentions` are spans of characters [start:end), each with the part of the scope that it names. Words of topics stay.
    """
    if not mentions:
        return question.strip()
    pieces, end = [], 0
    for start, stop, part in mentions:
        pieces.append(re.sub(rf"[{_AUTHOR}-{_DATE}]", " ", question[end:start]))
        pieces.append(_SIGNS.get(part) or question[start:stop])
        end = stop
    text = "".join([*pieces, re.sub(rf"[{_AUTHOR}-{_DATE}]", " ", question[end:])])
    text = _QUOTED_SIGN.sub(r"\1", text)
    text = _LEAD.sub("", re.sub(r"\s+", " ", text).strip())
    for pattern in _REMOVED:
        text = re.sub(r"\s{2,}", " ", pattern.sub(" ", text)).strip()
    text = _LEAD.sub("", re.sub(r"\s+([?.!,;:])", r"\1", _PAIRED_QUOTES.sub(" ", text)).lstrip(" ,.:;"))
    text = _TRAILING.sub("", f" {_WRITERS_SAY.sub('', _PIECES_ON.sub('', text))}").strip()
    text = _DANGLING.sub("", _DANGLING.sub("", text)).strip(" ,;:–—-\"“”'‘’")
    text = re.sub(r"^(?:any|some|all) ", "", text, flags=re.IGNORECASE)
    if _ONLY_A_QUESTION_WORD.match(text):
        return ""
    if not _QUESTION_WORD.match(text):
        text = text.rstrip(" ?.!,")
    return text if content_terms(text) else ""
