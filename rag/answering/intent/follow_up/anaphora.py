"""Finds a pronoun of a question whose antecedent is outside the question.

"They" in "What did they sign?" is such a pronoun. "Their" in "Why do farmers sell their land?" is not, and "it" in "Is
it true that prices rise?" refers to nothing. The rules follow the order of words in English questions, without a
parser. In doubt the antecedent counts as inside.
"""

import re
from collections.abc import Iterator
from typing import Literal

from rag.answering.intent.follow_up.parts_of_speech import tag_words
from rag.answering.intent.follow_up.question_parts import find_places
from rag.answering.intent.follow_up.words import AUXILIARY, BASE_VERB, BE, DATE, DETERMINER, PREPOSITION, REQUEST, WH
from rag.text.analyzer import content_terms
from rag.text.lexicon import NUMBER_WORDS, alternation

SINGULAR_PERSON_PRONOUNS = frozenset({"he", "she", "him", "her", "his", "hers"})
# "Why does this policy fail, if prices rise in spring?" has this many content terms besides "this policy", and
# therefore counts as a complete question.
MIN_OWN_CONTENT_TERMS = 4

MAX_CONTENT_TERMS_OF_A_KNOWN_NOUN = 3

_Number = Literal["person", "singular", "any"]
_SINGULAR_PRONOUNS = frozenset({"it", "its", "itself"})
_OBJECT_PRONOUNS = frozenset({"it", "him", "them"})

_END = r"(?=\s*(?:$|[.,;:?!]))"
_INFINITIVE = r"to (?!the\b|a\b|an\b|my\b|its\b)[a-z]+"
_CONTENT_CLAUSE = rf"(?:{_INFINITIVE}|that|if|whether|when|for \w+ to)"
_PERSONAL = re.compile(r"\b(?:he|she|him|her|his|hers|they|them|their|theirs)\b(?![’']s\b)", re.IGNORECASE)
_IT = re.compile(r"\b(?:it|its|itself)\b", re.IGNORECASE)
# Predicates whose "it" is a real pronoun even before "to": "Is it related to debt?"
_COMPARING = (
    r"(?:related|similar|close|due|linked|connected|compared|equivalent|identical|different|relevant|subject|prone"
    r"|the same|used|able|going|called|known|supposed|about|in|on|made|part|more|less)"
)
_EXPLETIVE_IT = re.compile(
    "|".join(
        (
            # Is it wise to …, is it true that …
            rf"\b(?:{BE}|seems?|seemed)\s+it\b(?!\s+(?:(?:still|now|really|already|even|just)\s+)*{_COMPARING}\b)"
            r"[^.?!]{1,80}?\b"
            rf"(?:{_CONTENT_CLAUSE}|how|why|who|\w+ing)\b",
            # It seems that …, how long does it take to …
            rf"\bit\s+(?:is|was|[’']s|be|seems?|seemed|turns?|turned|happens?|feels?|would|will|could|can|looks?|takes?"
            rf"|took|costs?|matters?|makes?|made|hurts?|helps?|pays?|means?|rains?|snows?)\b[^.?!]{{0,60}}?\b"
            rf"(?:{_CONTENT_CLAUSE}|like|as if|as though)\b",
            # What is it like to …, why is it that …
            rf"\b{WH}\s+(?:is|was|[’']s)\s+it\s+(?:that|like to)\b",
            # Is it too late, is it legal; what makes it hard to …
            r"\b(?:is|was|[’']s)\s+it\s+(?:too late|time|worth|raining|cold|hot|dark|safe|legal|possible|true)\b"
            r"(?! for)(?=\s)",
            r"\b(?:makes?|made|finds?|found|takes?)\s+it\b(?=\s+(?:\w+\s+){0,3}(?:to|that)\b)",
            r"\bwhat time is it\b|\bas it were\b|\bworth it\b",
        )
    ),
    re.IGNORECASE,
)
# "This year" is a date, and "this website" means the program: neither refers to an earlier question.
_NOT_OF_THE_CONVERSATION = (
    r"(?:year|month|week|day|summer|winter|spring|autumn|century|decade|morning|evening|time|term|season|quarter|moment"
    r"|site|website|page|library|collection|corpus|program|app|tool|chat|chatbot|system|database|archive|articles)"
)
_DEMONSTRATIVE = re.compile(
    "|".join(
        (
            rf"\b(?:this|these)(?=\s*(?:$|[.,;:?!]|{AUXILIARY}\b|{PREPOSITION}\b|[a-z]+(?:ed|s)\b(?=\s+{DETERMINER}\b)))",
            rf"\bthat{_END}|\bthose(?=\s*(?:$|[.,;:?!]|{AUXILIARY}\b))",
            # Why is that good, did this happen
            rf"(?:^|(?<=\s)){AUXILIARY}\s+(?:this|that)\b(?=\s*(?:$|[?.!,]|[a-z]))"
            rf"(?!\s+(?:the|an?|{_NOT_OF_THE_CONVERSATION})\b)",
            rf"\b(?:about|after|before|from|of|by|with|like|for|than|since|despite|besides|on|to)\s+that\b"
            rf"(?=\s*(?:$|[?.!,]|{AUXILIARY}\b|[a-z]+$))",
        )
    ),
    re.IGNORECASE,
)
_DEMONSTRATIVE_NOUN = re.compile(
    rf"\b(?:this|that|these|those|such)\s+(?!(?:{_NOT_OF_THE_CONVERSATION}|the|an?|is|was|are|were|it|he|she|they|we|you|i"
    r"|who|which)\b)[a-z]+\b",
    re.IGNORECASE,
)
# A thing that a question does not name was named before: "Is there anything else about this article?"
_OF_THE_CONVERSATION = re.compile(
    r"\b(?:this|that|these|those) (?:topics?|subjects?|matter|story|stories|books?"
    r"|films?|movies?|albums?|songs?|events?|incidents?|shows?|series|person|people|man|woman|band|group|team"
    r"|company|period)\b(?! (?:who|whom|whose|that|which|of|with|in|where)\b)",
    re.IGNORECASE,
)
# If a question only says "the album", an earlier question has the name of the work or group.
_WORK_OR_GROUP = re.compile(
    r"\b(the) (?:articles?|piece|column|essay|text|book|novel|film|movie|album|song|show|band|group|team)\b"
    rf"(?=\s*(?:[?.!,;]|$)|[’']s\b|\s+(?:{AUXILIARY}|{BASE_VERB}|\w{{2,}}ed|well|first|originally|together)\b)",
    re.IGNORECASE,
)
# Not after a form of "be" ("is there"), nor before one ("there were").
_THERE = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )(?<!\bbeen )(?<!\bhave )\bthere\b(?![’'])"
    rf"(?!\s+(?:{AUXILIARY}|be|been|exists?|seems?)\b)",
    re.IGNORECASE,
)
_THEN = re.compile(r"\b(?:since|by|until|before|back|after)\s+then\b|\bthen\s*[?.!]*$", re.IGNORECASE)
_SUBSTITUTE = re.compile(
    "|".join(
        (
            r"\b(?:which|this|that|another|other|the (?:first|second|third|last|other|same|new|old|next|previous))"
            r"\s+ones?\b(?!\s+(?:of|who|that|with|in)\b)",
            r"\bthe (?:former|latter)\b|\b(?:both|neither|either|all|some|none|most|one) of (?:them|these|those)\b",
            rf"\b(?:do|does|did) (?:so|likewise)\b{_END}|\bthe same\b(?=\s*[?.!]*$)|\bfor the same\b"
            r"|\bsame (?:thing|reason)\b",
        )
    ),
    re.IGNORECASE,
)
# They stand for what somebody else does.
_LIKEWISE = re.compile(r"the same|(?:do|does|did) (?:so|likewise)|same thing", re.IGNORECASE)
_PRONOUN_IN_MATCH = re.compile(r"\b(?:this|that|these|those|such|there|then|the \w+|\w+ ones?)\b", re.IGNORECASE)

_NAME_WITHIN = re.compile(r"(?<=[a-z,’'”\"] )[A-Z][\w’'.-]+|(?<=[a-z] )[A-Z]{2,}")
_ONE_PERSON = re.compile(
    r"\b(?:an?|the|every|each|which|no|any|my|your|our|some)\s+(?!people\b)\w+|\w+[’']s\s+\w+"
    r"|\b(?:some|any|every|no)(?:body|one)\b",
    re.IGNORECASE,
)
# Words that are no antecedents: the verb after an auxiliary, and words for nothing in particular.
_NO_ANTECEDENT = re.compile(
    rf"\b(?:{AUXILIARY}|i|you|we|to)\s+{BASE_VERB}\b|^\s*(?:{BASE_VERB}|{REQUEST})\b"
    rf"|\b(?:(?:any|some|every|no)(?:thing|one|body)|people|way|kinds?|sorts?|types?|lot|others?|else|notable"
    rf"|{alternation(NUMBER_WORDS)})\b",
    re.IGNORECASE,
)
# Words that are no antecedents of "its": the plural of a noun, and a verb.
_PLURAL_OR_VERB = re.compile(rf"\w{{2,}}(?<!s)(?<!u)(?<!i)s|{BASE_VERB}", re.IGNORECASE)
_CONJUNCTION = r"and|or|but|if|when|because|while|that|who|which|where|how|why|than|as|\w{2,}ing"
_CLAUSE_WITHIN = re.compile(rf"\b(?:{_CONJUNCTION})\b", re.IGNORECASE)
_CLAUSE_OR_PHRASE_WITHIN = re.compile(rf"\b(?:{_CONJUNCTION}|{PREPOSITION})\b", re.IGNORECASE)
_INDEFINITE_SUBJECT = re.compile(rf"\s+(?:any|some|every|no)(?:body|one)\b(?!.*\b(?:{_CONJUNCTION})\b)", re.IGNORECASE)
_SECOND_CLAUSE = re.compile(rf"\b(?:and|or|but) (?={WH}\b|{AUXILIARY}\b)", re.IGNORECASE)
_SUBORDINATE_FIRST = re.compile(r"^(?:if|when|because|after|before|since|while|although|in case)\b", re.IGNORECASE)


def find_anaphor(sentence: str) -> tuple[int, int] | None:
    """Start and end of the first pronoun without an antecedent in `sentence`.

    None if there is no such pronoun.
    """
    for match in _pronouns(sentence):
        if not _has_antecedent(sentence, match):
            return _pronoun_span(match)
    of_conversation = _OF_THE_CONVERSATION.search(sentence)
    if of_conversation and not _NAME_WITHIN.search(sentence):
        return _pronoun_span(of_conversation)
    known = _WORK_OR_GROUP.search(sentence)
    is_named = _NAME_WITHIN.search(sentence) or find_places(sentence)
    if known and not is_named and len(_content(sentence)) <= MAX_CONTENT_TERMS_OF_A_KNOWN_NOUN:
        return known.span(1)
    match_ = _DEMONSTRATIVE_NOUN.search(sentence)
    if match_ and not _NAME_WITHIN.search(sentence) and not _has_antecedent(sentence, match_):
        own_terms = _content(sentence) - _content(match_[0])
        if len(own_terms) < MIN_OWN_CONTENT_TERMS:
            return _pronoun_span(match_)
    return None


def _pronouns(sentence: str) -> Iterator[re.Match[str]]:
    yield from _PERSONAL.finditer(sentence)
    expletives = [match.span() for match in _EXPLETIVE_IT.finditer(sentence)]
    for match in _IT.finditer(sentence):
        if not any(start <= match.start() < end for start, end in expletives):
            yield match
    for pattern in (_DEMONSTRATIVE, _THERE, _THEN, _SUBSTITUTE):
        yield from pattern.finditer(sentence)


def _has_antecedent(sentence: str, match: re.Match[str]) -> bool:
    """Whether the words of `sentence` before the pronoun can be its antecedent."""
    start, end = _pronoun_span(match)
    before, pronoun = sentence[:start], sentence[start:end].lower()
    if match.re is _THERE:
        return _NAME_WITHIN.search(before) is not None
    if match.re is _THEN:
        return DATE.search(before) is not None
    if _LIKEWISE.fullmatch(match[0]) and not re.search(r",|\b(?:and|but|or|if|because)\b", before, re.IGNORECASE):
        return False  # "Is Norway doing the same?"
    number: _Number = "person" if pronoun in SINGULAR_PERSON_PRONOUNS else "any"
    # "Hamas and its backers" and "the Netherlands" have the form of plurals.
    if pronoun in _SINGULAR_PRONOUNS and not re.search(r"\band\s*$", before) and not find_places(before):
        number = "singular"
    if _can_be_antecedent(before[: max(before.rfind(","), 0)], number=number):
        return True
    if _SUBORDINATE_FIRST.match(before):
        return _can_be_antecedent(before, number=number)
    # "What is sourdough, and why is it sour?"
    first_clause = _SECOND_CLAUSE.split(before, maxsplit=1)
    if len(first_clause) > 1 and _can_be_antecedent(first_clause[0], number=number):
        return True
    # "What kind of music did they play?": the words before the auxiliary are the object.
    if re.search(rf"\b{AUXILIARY}\s*$", before, re.IGNORECASE):
        return False
    asked = re.match(rf"(?:(?:and|but|so|then) )?{WH}\b", before, re.IGNORECASE)
    auxiliary = re.search(rf"\b{AUXILIARY}\b", before, re.IGNORECASE)
    if auxiliary is None:
        # "Which countries raised their tariffs?", but "Who raised their tariffs?"
        word = asked[0].lower().split()[-1] if asked else ""
        is_subject = asked is None or (word in ("which", "what", "how") and len(_content(before)) > 1)
        return is_subject and _can_be_antecedent(before, number=number)
    subject = before[auxiliary.end() :]
    is_one_clause = not _CLAUSE_OR_PHRASE_WITHIN.search(subject) or _has_one_noun_phrase(
        sentence, auxiliary.end(), start
    )
    if pronoun in _OBJECT_PRONOUNS and _INDEFINITE_SUBJECT.match(subject):
        return False  # "Did anyone change their mind about him?"
    # The object of a clause is never its subject ("How does exercise affect it?").
    if pronoun in _OBJECT_PRONOUNS and is_one_clause:
        return bool(_NAME_WITHIN.search(before[: auxiliary.start()]))
    if asked and re.fullmatch(BE, auxiliary[0], re.IGNORECASE):
        # "What was the reaction to their music?"
        return bool(_NAME_WITHIN.search(before))
    # "What did the coach say about that?"
    # "And" joins clauses only where there is a verb for each.
    joined = subject if _verbs_in(sentence, auxiliary.end(), start) > 1 else subject.replace(" and ", " ")
    if match.re is _DEMONSTRATIVE and not _CLAUSE_WITHIN.search(joined):
        return False
    return bool(_NAME_WITHIN.search(before)) or _can_be_antecedent(subject, number=number)


def _can_be_antecedent(words: str, *, number: _Number) -> bool:
    """Whether `words` have an antecedent for a pronoun of this number.

    An antecedent is a name or a noun. For a pronoun for one person, a plural without a determiner ("people") is none.
    For "it", no plural is one.
    """
    if _NAME_WITHIN.search(words):
        return True
    if number == "person":
        return _ONE_PERSON.search(words) is not None
    left = _NO_ANTECEDENT.sub(" ", words)
    if number == "singular":
        left = " ".join(word for word in left.split() if not _PLURAL_OR_VERB.fullmatch(word.strip("?,.")))
    return bool(_content(left))


def _verbs_in(sentence: str, start: int, end: int) -> int:
    return sum(word.is_verb for word in tag_words(sentence) if start <= word.start < end)


def _has_one_noun_phrase(sentence: str, start: int, end: int) -> bool:
    """Whether sentence[start:end] has only the nouns of a subject.

    An example is "India go along with".
    """
    words = [word for word in tag_words(sentence) if start <= word.start and word.end <= end]
    nouns = [index for index, word in enumerate(words) if word.is_noun]
    if not nouns or _CLAUSE_WITHIN.search(sentence, start, end):
        return False
    if any(word.is_verb or word.tag == "PRP" for word in words[: nouns[0]]):
        return False
    return all(word.is_noun or word.tag == "POS" for word in words[nouns[0] : nouns[-1] + 1])


def _pronoun_span(match: re.Match[str]) -> tuple[int, int]:
    """The span of the pronoun in a match that may include the word before it."""
    pronoun = _PRONOUN_IN_MATCH.search(match[0])
    return (match.start() + pronoun.start(), match.start() + pronoun.end()) if pronoun else match.span()


def _content(text: str) -> set[str]:
    return set(content_terms(text))
