"""Finds the questions that lack a clause of their own ("And Japan?", "Why?")."""

import re
from typing import Literal, NamedTuple

from rag.answering.intent.follow_up.words import (
    AUXILIARY,
    BASE_VERB,
    BE,
    DATE,
    PREPOSITION,
    RELATIONAL_NOUN,
    REQUEST,
    WH,
)
from rag.answering.intent.frames.words import PIECE, PLACE, WRITER
from rag.text.analyzer import STOP_TERMS, terms
from rag.text.lexicon import NUMBER_WORDS, alternation

# The kinds of elliptic questions: a question word ("why?"), a phrase that replaces a part ("and Japan?"), a question
# for a view without a topic ("what does the author think?"), a phrase that continues the conversation ("tell me more").
EllipsisKind = Literal["question word", "phrase", "view", "continuation"]

# "And Japan?" may have this many words; with more of them, a question has a subject of its own.
MAX_PHRASE_WORDS = 7
# A phrase without a connective ("Japan?") is elliptic only if it is as short as this; a longer one is a search.
MAX_BARE_PHRASE_WORDS = 3
# "What about the effect of tariffs on farmers in Iowa?" names all that it asks for.
MIN_CONTENT_TERMS_OF_SUBJECT = 4

_CONNECTIVE = re.compile(
    r"^(?:and|but|or|also|plus|so|then|now(?= (?:the|for|with|what about|how about)\b))\b[\s,]*", re.IGNORECASE
)
_COUNT = rf"{alternation(NUMBER_WORDS)}|\d{{1,2}}|a few|some|several"
_WHAT_ABOUT = re.compile(r"^(?:(?:what|how) about|what of|(?:the )?same (?:for|with))\b\s*", re.IGNORECASE)
_CONTINUATION = re.compile(
    "|".join(
        (
            r"(?:(?:can|could|would|will) you |please )?(?:tell|say|show|give|explain) (?:me |us )?"
            r"(?:a (?:bit|little) )?more(?: about (?:it|this|that))?",
            r"(?:any |some )?more(?: (?:details?|information|info|on (?:it|this|that)|please))?",
            r"more of (?:it|this|that|them)",
            r"go on|continue|keep going|carry on|in more detail|details?(?: please)?",
            r"(?:please |can you |could you )?(?:explain|expand|clarify|elaborate)",
            r"for (?:example|instance)|(?:such as|like)(?: what)?|(?:an |any |some )?examples?|which ones?",
            r"really|are you sure|is that (?:so|all|it|true)|says who|who says (?:so|that|this|it)",
            r"(?:any(?:thing|one|body)?|what|who|where|which|when|why|how) else",
            r"(?:any )?(?:others?|other (?:ones?|views?|opinions?|reasons?|examples?|articles?|authors?))",
            r"what (?:then|now|next)|the opposite|the contrary|against|for and against|both sides",
            r"(?:does|do|did) (?:anyone|anybody|everyone|everybody|no one|nobody|all|others)(?: else)? (?:dis)?agree",
            r"(?:who|which(?: one)?|whom) (?:do|would) you (?:agree|side|go) with",
            r"which (?:one )?(?:do|would) you prefer",
            r"who(?: is| are|[’']s)(?: else)? (?:for|against|in favou?r|opposed|right|wrong)",
            r"(?:has|have|did|does) (?:anyone|anybody|someone|somebody|any of them|they|everyone)(?: else)?(?: ever)? "
            r"chang\w+ (?:their|his|her|its) (?:minds?|views?|positions?|opinions?|tune)",
            r"why(?: is| was)? (?:that|this|so|not)|how (?:come|so)|in what way|what do you mean(?: by that)?",
            r"meaning|so what|what for",
            r"(?:give|show|tell) me (?:the |some |all the )?(?:numbers|figures|details|facts|dates|names|data|amounts|"
            r"statistics|stats)",
            r"(?:whose|which|what) (?:argument|case|view|position|side|author|columnist) (?:is|was|seems?|sounds?) "
            r"(?:the )?(?:most |more )?(?:strong(?:er|est)|bett?er|best|convincing|persuasive|likely|right)",
            r"who (?:makes?|made|has|had) the (?:best|better|strong(?:er|est)|most convincing) "
            r"(?:case|argument|point)",
            # "I need three points", "who should I quote?" while preparing something.
            rf"(?:(?:(?:i|we) (?:just |only )?(?:need|want)|give me|list|name|tell me) )?(?:just |only )?(?:{_COUNT}) "
            r"(?:\w+ )?(?:points?|reasons?|arguments?|quotes?|facts?|examples?|takeaways?|bullets?|bullet points)",
            r"(?:who|whom|what|which (?:author|article|piece)s?) (?:should|can|could|shall) (?:i|we) (?:best |first )?"
            r"(?:quote|cite|mention|read|use|start with|say|ask|remember|avoid)(?: first)?",
            r"how (?:did|do|have|has|does) (?:the |their |people['’]?s? )?(?:views?|opinions?|positions?|arguments?|"
            r"debate|mood|things?) (?:change|develop|evolve|shift|move)d?"
            r"(?: (?:since|over time|then|later|after that))*",
        )
    ),
    re.IGNORECASE,
)
# "Quote me the sentence where X says so" and "where does it say that?" ask for the words of the answer before.
_SAYS_SO = r"(?:say|said|write|wrote|argue|claim|think|mention)(?:s|d|ed)? (?:so|that|this|it|as much)"
ASKS_FOR_THE_WORDS = re.compile(
    rf"(?:(?:please |can you |could you )*(?:quote|show|give|cite|find)(?: me| us)? )?"
    r"(?:the |its |his |her |their |a )?"
    r"(?:exact |actual |very |original |relevant |direct |precise )*"
    r"(?:quotes?|quotations?|wording|words|sentences?|passages?|paragraphs?|lines?|sources?|links?|urls?|"
    r"references?|evidence|proof)"
    r"(?: (?:for|of|on|behind) (?:it|that|this|each(?: of (?:them|these|those))?|them|these|those|all(?: of them)?))?"
    rf"(?: (?:where|in which|that|with which) (?P<who>\S.{{0,60}}?) {_SAYS_SO})?"
    rf"|(?:exactly )?where (?:exactly )?(?:do|does|did) (?P<whom>\S.{{0,60}}?) {_SAYS_SO}"
    r"|(?:please |can you |could you )*(?:quote|cite|prove) (?:it|that|this)"
    r"|what(?:['’]s| is| are) (?:the|your) (?:source|sources|evidence|proof)(?: (?:for|of) (?:it|that|this))?",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(
    rf"(?:(?:since|until|till|by|for|to|from|with|in|at) )?{WH}"
    r"(?: (?:exactly|precisely|much|many|long|often|far|old|big|large|now|first|come|time|year))?",
    re.IGNORECASE,
)
_ADVERB_LAST = re.compile(r" (?:next|then|first|afterwards?|later|after|before|instead|exactly|too)$", re.IGNORECASE)
# "Who disagrees?", "What happened?"
_QUESTION_WORD_AND_VERB = re.compile(
    rf"{WH}(?: else| exactly| all)? (?!(?:is|are)$)[a-z]+(?: (?:out|up|off|down|on|over|back|away))?", re.IGNORECASE
)
# "What does Kitchen Table think?"
_VIEW_OF_NOTHING = re.compile(
    rf"what (?:do|does|did|has|have|would|is|are) (?:(?!{PREPOSITION}\b)\S+ ){{1,5}}"
    r"(?:think|say|said|write|written|argue|argued|believe|feel|suggest|recommend|saying|arguing)"
    r"(?: then| too| instead| exactly)?",
    re.IGNORECASE,
)
# Questions that do not say what their noun belongs to ("What were the results?", "Were there any awards?"), or to whom
# something happened. People left 0 of 102 such questions unchanged (one half of CANARD, CAsT and MTRAG).
_LACKS_COMPLEMENT = re.compile(
    "|".join(
        (
            rf"(?:what|which|who) {BE} (?:the |some |any )?(?:\w+ )?{RELATIONAL_NOUN}",
            r"(?:is|are|was|were) there (?:any|some|more) (?:\w+ )?\w+|(?:is|are|was|were) there (?:any )?more",
            rf"what (?:else )?happened {DATE.pattern}",
            r"which (?:is|are|was|were) (?!.*\bor\b)(?:the )?(?:\w+ )?\w+(?: and why)?",
            r"(?!.*\b(?:about|on|of|for|to|in)\b)(?:what|which|who|how|is|are|was|were|did|does|do)\b.*\b(?:other|else|another)\b.*",
        )
    ),
    re.IGNORECASE,
)
_NAME_WITHIN = re.compile(r"(?<=[a-z] )[A-Z]\w")
MAX_CONTENT_TERMS_WITHOUT_COMPLEMENT = 2
# "Who else stayed away or did not sign?" lacks those who are no others; with more terms it names what was done.
_ASKS_WHO_ELSE = re.compile(r"(?:who|what|which) else\b.*", re.IGNORECASE)
_NAMES_ITS_OBJECT = re.compile(r"\b(?:about|on|for|against|the)\b", re.IGNORECASE)
MAX_CONTENT_TERMS_AFTER_ELSE = 4
# Clauses that lack a verb ("why only India and not China?") or the first of two things ("compare with Brazil").
_LACKS_A_PART = re.compile(
    r"why (?:only|just|not|no|so (?:many|few|much|little|long|late|soon|high|low))\b"
    rf"(?!.*\b(?:{AUXILIARY}|{BASE_VERB})\b)(?: \S+){{1,6}}|compare(?:d)? (?:it |that |this |them )?(?:with|to) \S.*",
    re.IGNORECASE,
)
# "How many were sent?" does not say of what; "how much does bread cost?" does.
_LACKS_ITS_NOUN = re.compile(
    rf"how many (?:of (?:them|these|those) )?(?:{BE}|have been|had been|got) (?!there\b|in\b|on\b|the\b)(?:\w+)"
    r"(?: (?:in (?:total|all)|altogether|so far|then|now|overall|by then|back))*$",
    re.IGNORECASE,
)
# "And who pays in the end?": a clause after "and" with so few terms goes on about the same subject.
MAX_CONTENT_TERMS_OF_A_SEQUEL = 2
_SEQUEL = re.compile(rf"(?:who|what|why|how|where|when|which)\b(?! (?:{BE}|about|of|many)\b).*", re.IGNORECASE)
_HAS_A_SUBJECT = re.compile(rf"\b(?:about|against|{AUXILIARY} (?:the|an?|it|he|she|they))\b", re.IGNORECASE)
_OF_THE_COLLECTION = re.compile(
    rf"\b(?:{PIECE}|{WRITER}|{PLACE}|you|your|topics?|sources?|wr[io]te?s?|written|publish\w*|mention\w*|cover(?:s|ed)?|"
    r"(?:came|come|comes) out|appear(?:s|ed)?|"
    r"new(?:er|est)|lat(?:er|est)|old(?:er|est)|earli(?:er|est)|first|last|next|recent(?:ly)?)\b",
    re.IGNORECASE,
)
# "Latest on oil?" asks for the latest article on it.
_ASKS_FOR_THE_LATEST = re.compile(
    r"(?:the |any |what[’']s )?(?:latest|newest|most recent|oldest|news)\b.* (?:on|about|of|from|by)\b", re.IGNORECASE
)
_CLAUSE_FIRST = re.compile(rf"^(?:{WH}|{AUXILIARY}|{REQUEST})\b", re.IGNORECASE)
_AUXILIARY_WITHIN = re.compile(rf"\b{AUXILIARY}\b|[’'](?:re|m|ll|d)\b|[’']s (?:not|a|the|\w+ing)\b", re.IGNORECASE)
_PREPOSITION_FIRST = re.compile(rf"^{PREPOSITION}\b", re.IGNORECASE)


class Ellipsis(NamedTuple):
    """An elliptic question: its kind, and its words without connectives."""

    kind: EllipsisKind
    words: str


def find_ellipsis(sentence: str, *, is_last: bool = True) -> Ellipsis | None:
    """The ellipsis in the first sentence of a question.

    None if the sentence has a clause of its own. None also if it is a phrase that later sentences of the question refer
    to; `is_last` says that no sentence follows.
    """
    connective = _CONNECTIVE.match(sentence)
    plain = sentence[connective.end() if connective else 0 :].strip(" .,;:?!…-–—\"'“”")
    if not terms(plain) or _CONTINUATION.fullmatch(plain) or ASKS_FOR_THE_WORDS.fullmatch(plain):
        return Ellipsis("continuation", plain)
    if _QUESTION_WORD.fullmatch(plain):
        return Ellipsis("question word", plain)
    about = _WHAT_ABOUT.match(plain)
    if about:
        phrase = plain[about.end() :]
        is_phrase = _content_count(phrase) < MIN_CONTENT_TERMS_OF_SUBJECT and not _CLAUSE_FIRST.match(phrase)
        return Ellipsis("phrase", phrase) if is_phrase else None
    event = _ADVERB_LAST.sub("", plain)
    if _QUESTION_WORD_AND_VERB.fullmatch(event) and _content_count(event) <= 1:
        return Ellipsis("question word", plain)
    if _VIEW_OF_NOTHING.fullmatch(plain):
        return Ellipsis("view", plain)
    lacks_complement = _LACKS_COMPLEMENT.fullmatch(plain) and not _NAME_WITHIN.search(plain)
    if lacks_complement and _content_count(plain) <= MAX_CONTENT_TERMS_WITHOUT_COMPLEMENT:
        return Ellipsis("continuation", plain)
    if _asks_for_more_of_the_same(plain, connective):
        return Ellipsis("continuation", plain)
    # "Sourdough? What is that?" names its subject itself.
    is_topic_of_next = not is_last and connective is None
    return Ellipsis("phrase", plain) if not is_topic_of_next and _is_phrase(sentence, plain, connective) else None


def asks_for_the_words(question: str) -> bool:
    """Whether `question` only asks for the words or the source of the answer before."""
    return ASKS_FOR_THE_WORDS.fullmatch(question.strip(" ?!.")) is not None


def _asks_for_more_of_the_same(plain: str, connective: re.Match[str] | None) -> bool:
    """Whether the clause, without a pronoun, lacks the earlier subject."""
    count = _content_count(plain)
    if _LACKS_A_PART.fullmatch(plain) or _LACKS_ITS_NOUN.match(plain):
        return True
    if any(pattern.search(plain) for pattern in (_NAME_WITHIN, _OF_THE_COLLECTION, DATE)):
        return False
    if _ASKS_WHO_ELSE.fullmatch(plain) and not _NAMES_ITS_OBJECT.search(plain):
        return count <= MAX_CONTENT_TERMS_AFTER_ELSE
    is_joined = connective is not None and connective[0].strip(" ,").lower() in ("and", "but", "so")
    is_joined = is_joined and not _HAS_A_SUBJECT.search(plain)
    return is_joined and count <= MAX_CONTENT_TERMS_OF_A_SEQUEL and _SEQUEL.fullmatch(plain) is not None


def _is_phrase(sentence: str, plain: str, connective: re.Match[str] | None) -> bool:
    """Whether the question is a phrase that replaces a part of the earlier one.

    It is neither a clause nor a search.
    """
    words = plain.split()
    if _CLAUSE_FIRST.match(plain) or _AUXILIARY_WITHIN.search(plain) or len(words) > MAX_PHRASE_WORDS:
        return False
    if DATE.fullmatch(plain):
        return True
    if connective is None and _ASKS_FOR_THE_LATEST.match(plain):
        return False
    if connective:
        # "So tariffs raise prices" is a clause.
        return connective[0].strip(" ,").lower() not in ("so", "then")
    return len(words) <= MAX_BARE_PHRASE_WORDS and (
        sentence.endswith("?") or _PREPOSITION_FIRST.match(plain) is not None
    )


def _content_count(text: str) -> int:
    return sum(term not in STOP_TERMS for term in terms(text))
