"""Patterns of the words around the name of an author or publication in a question.

A frame is a pattern over the folded words before and after a name. The patterns read only a few words next to the name,
so their time does not grow with the question.
"""

import re
from dataclasses import dataclass

from rag.text.lexicon import (
    ARTICLE_NOUNS,
    LOOSE_ARTICLE_NOUNS,
    ORDER_WORDS,
    PLAIN_SAYING_THIRDS,
    SAYING_VERBS,
    STANCE_VERBS,
    UNNAMED_PIECES,
    VIEW_NOUNS,
    alternation,
)
from rag.types.article import MONTHS

_PIECE = rf"(?:{alternation((*LOOSE_ARTICLE_NOUNS, *UNNAMED_PIECES))})"
_NOUN = rf"(?:{alternation((*LOOSE_ARTICLE_NOUNS, *VIEW_NOUNS))})"
_ORDER = rf"(?:(?:{alternation(ORDER_WORDS)}|\d{{4}}) )"
_ADVERB = (
    r"(?:(?:really|actually|also|still|now|then|ever|once|always|even|just|again|too|have|first|last|originally|each"
    r"|both|separately|use to|used to|tend to|tends to|keep|keeps|kept|go on|goes on|went on|seem to|seems to"
    r"|\w{2,14}ly) )"
)
_ROLE = (
    r"(?:(?:columnists?|authors?|writers?|commentators?|journalists?|bloggers?|critics?|reviewers?|contributors?"
    r"|editors?"
    r"|columns?|magazine|newspaper|paper|blog|site|outlet|publication|called|named|mr|mrs|ms|dr|prof|professor) )"
)
_SAYS_BASE = alternation((*SAYING_VERBS.base, *PLAIN_SAYING_THIRDS))
_SAID = alternation((*SAYING_VERBS.participle, *SAYING_VERBS.past))
_STANDS = alternation(STANCE_VERBS.base)
_STOOD = alternation((*STANCE_VERBS.participle, *STANCE_VERBS.past))
_ASSERTIONS = alternation((*PLAIN_SAYING_THIRDS, *SAYING_VERBS.past))
_SURE_ASSERTIONS = alternation((*SAYING_VERBS.third, *STANCE_VERBS.third, *STANCE_VERBS.past))
_OWN = r"(?:its|his|her|their)"
_MAKING_UP = (
    rf"make of|makes of|do about|(?:get|gets|got|gotten) (?:it |things )?wrong|"
    rf"(?:change|changes|changed|changing) (?:{_OWN} )?(?:mind|tune|position|stance|views?|opinion)"
    r"|come down|deal with|deals with|dealt with|stand on|stands on|care about|cares about|cared about|go back on|"
    r"back down|reverse itself"
    rf"|(?:take|takes|took|taken) (?:it |that |this )?back|(?:take|takes|took|taken) (?:{_OWN} (?:view|line)|(?:a|the"
    r"|which|what) (?:position|stance|view|line|side))|saying|writing|arguing|thinking|claiming|insisting|warning"
    r"|have an opinion|has an opinion|have (?:a|any) views?|have anything to say|have to say|has to say"
)
# Words that may come before the name at the beginning of a question or a request.
_OPENING = (
    r"(?:(?:and|but|so|ok|okay|hi|hey|hello|please|what about|how about|what of|or|then|now|only|just|also"
    r"|about|more about|the latest|latest|newest"
    r"|show me|give me"
    r"|find me|find|get me|search|look up|summari[sz]e|tell me|i want|i need|more|try|with|by|from|author"
    r"|source)(?: ?, ?| )?)*"
)

# "Which side is X on?"
_SIDE = re.compile(r"\b(?:which|what|whose) side (?:is|are|was|were) (?:the )?$")
_ON_SIDE = re.compile(r"^ on\b")
# "What's X say" and "what'd X say" are spoken forms of "does" and "did".
_AFTER_DO = re.compile(rf"\b(?:do|does|did|would|what's|whats|what'd|d)[ '](?:the )?{_ROLE}?$")
_AFTER_HAVE = re.compile(rf"\b(?:has|have|had)(?:n't)? (?:the )?{_ROLE}?$")
_AFTER_BE = re.compile(rf"\b(?:is|are|was|were) (?:the )?{_ROLE}?$")
_SPEAKS_BASE = re.compile(rf"^ {_ADVERB}{{0,2}}(?:{_SAYS_BASE}|{_MAKING_UP})\b(?! (?:up|out)\b)(?!(?<=stand) for\b)")
_HAS_SPOKEN = re.compile(rf"^ {_ADVERB}{{0,2}}(?:been (?:published|printed)|{_SAID}|{_MAKING_UP})\b(?! by\b)")
_HAS_STOOD = re.compile(rf"^ {_ADVERB}{{0,2}}(?:{_STOOD})\b(?! by\b)")
_STANDS_BASE = re.compile(rf"^ {_ADVERB}{{0,2}}(?:{_STANDS})\b")
_SPEAKS_FINITE = re.compile(
    rf"^ {_ADVERB}{{0,2}}(?:{_ASSERTIONS}|{_MAKING_UP}|(?:has|have|had) {_ADVERB}?(?:{_SAID})"
    rf"|(?:is|was|are|were) (?:\w+ )?(?:right|wrong|mistaken|correct) (?:about|on|that))\b"
)
_STANDS_FINITE = re.compile(rf"^ {_ADVERB}{{0,2}}(?:{_SURE_ASSERTIONS})\b")
_UNDER_PREPOSITION = re.compile(r"\b(?:of|with|about|against|for|to|in|than|into|by|a|an|no|any)(?: the)? $")
_DETERMINED = re.compile(r"\b(?:of|with|about|against|to|in|than|into|a|an|no|on)(?: the)? $")
_ACCORDING = re.compile(
    rf"\b(?:according to|in the (?:words|view|opinion|eyes|judge?ment) of|(?:views?|opinions?|verdict) of)"
    rf" (?:the )?{_ROLE}?$"
)
_VIEWS_OF = re.compile(r"(?<!in the )\b(?:views?|opinions?|verdict) of (?:the )?$")
_POSSESSIVE_NOUN = re.compile(
    rf"^(?:(?:'s|' |s|'s ,) ?(?:{_ORDER}{{0,3}}{_NOUN}|(?:latest|newest|last one|most recent)(?=[ .,]*$))"
    rf"| (?:opinions?|views?|stance|position|thoughts|verdict|attitude)(?! (?:the|a|an|up"
    rf"|to)\b))\b"
)
_POSSESSIVE = re.compile(r"^(?:'s |' )")
_BY = re.compile(
    rf"(?:\b(?:{_PIECE}|written|wrote|published|posted|penned|authored|said|articles?|latest|newest|recent|oldest"
    rf"|work|titles?|headlines?|quotes?|quotations?|passages?|lines?|(?:you|we) (?:have|got))"
    rf"(?: [\w'-]+){{0,7}} |\b(?:how many|any|which of [\w ]{{2,20}}|(?:is|was|are|were)(?: this| that| it| these"
    rf"| those| they)?) "
    rf"|^{_OPENING})(?:by|from)(?: only| just)? (?:the )?{_ROLE}?$"
)
# "How many pieces X has": only a writer stands there.
_COUNTED = re.compile(rf"\b(?:how many|which|what) (?:other |more )?(?:{_PIECE}) (?:the )?$")
_HAS = re.compile(r"^ (?:has|have|had|wrote|published|did)\b")
_FROM_OR_BY = re.compile(r"\b(?:from|by)(?: the)? $")
_ON_MATTER = re.compile(
    rf"^(?: ,)? (?:on|about|re|regarding|in|vs|versus|since|before|after|until|between|during|this|last|\d{{4}}"
    rf"|(?:early |late |mid )?(?:{alternation(month.lower() for month in MONTHS)}|spring|summer|autumn"
    rf"|winter) \d{{4}})\b|^ : "
)
_BARE_END = re.compile(r"^(?: (?:please|then|instead|though|too|now|only))*[ .,]*$")
_BEGINS = re.compile(rf"^{_OPENING}(?:the )?{_ROLE}?$")
_PIECES_AFTER = re.compile(rf"^ {_ORDER}{{0,2}}(?:{alternation(ARTICLE_NOUNS)}|columnist)\b")
_ROLE_BEFORE = re.compile(
    r"\b(?:columnist|author|writer|commentator|journalist|blogger|critic|reviewer|contributor)s?(?: named| called)? $"
)
_ASKED = re.compile(
    r"\b(?:ask|quote|cite|limit (?:it |this )?to|restrict (?:it |this )?to|stick to|only use|use only|side with"
    r"|filter by) (?:the )?$"
)
_JUDGED = re.compile(
    r"^ (?:\w+ )?(?:in favou?r|for or against|optimistic|pessimistic|sceptical|skeptical|convinced|critical of"
    r"|right about|wrong about)\b"
)
_JUDGED_SURELY = re.compile(
    r"^ (?:\w+ )?(?:been )?(?:for|against|worried|hopeful|right|wrong|sure|consistent|fair|biased|a (?:fan|critic"
    r"|supporter"
    r"|hawk|dove))\b"
)
_COMPARED = re.compile(r"\b(?:compare|contrast|between|versus|vs|disagreement|difference|debate)\b[^.]{0,40}$")

_OTHERS = (
    r"(?:others?|anyone|anybody|someone|somebody|no ?one|nobody|who|everyone|everybody|critics?|columnists"
    r"|authors|writers"
    r"|commentators|the rest|readers|people|which (?:others?|authors?|columnists?|writers?)|whose)"
)
_SET_APART = re.compile(
    rf"\b{_OTHERS}\b[^.]*\b(?:about|with|against|of|to|like|than|contradicts?|attacks?|answers?|criticis\w+"
    rf"|criticiz\w+)"
    rf"(?: the)? $"
    rf"|\b(?:except|besides|other than|apart from|excluding|exclude|without|not by|but not|but|not|aside from"
    rf"|instead of|unlike)"
    rf"(?: for| from| by)?(?: the)? $"
)
_OTHERS_ASKED = re.compile(
    r"\b(?:the others|(?:do|does|did|have|has|what|which|any|and) others|other (?:columns?|columnists|authors"
    r"|writers|articles"
    r"|pieces|commentators)|(?:anyone|anybody|everyone|everybody|someone|somebody|who) else|the rest (?:say|think"
    r"|of them))\b"
)
_SAYS_PLAINLY = re.compile(
    r"^ (?:say|says|said|think|thinks|thought|write|writes|wrote|argue|argues|argued"
    r"|believe|believes)\b"
)
_WHO = re.compile(r"\bwho(?: is|'s|s| was) $")
_WRITERS_OF = re.compile(
    rf"\b{_OTHERS}\b[^.]*\b(?:written|wrote|writes?|published|works?) (?:for|in|by|from|at)(?: the)? $"
)

_IN_PUBLICATION = re.compile(
    rf"(?:\b(?:{_PIECE}|written|wrote|write|writes|published|publish|posted|appeared|appear|ran|printed|read"
    rf"|reviewed|reviews|covered|covers|reported|reports|works|worked"
    rf"|carried|said|say)"
    rf"(?: [\w'-]+){{0,5}} |^{_OPENING})(?:in|from|by|at|for)(?: only| just)? (?:the )?{_ROLE}?$"
)
_IN = re.compile(rf"\b(?:in|from|by|at) (?:the )?{_ROLE}?$")
_ENDS_PHRASE = re.compile(
    r"^(?: ?[.,]|$| ?$| (?:and|or|but|about|on|since|before|after|until|between|by|in|from|last|this|during|did"
    r"|does|do|is|are"
    r"|was|were|has|have|say|says|said|argue|argues|write|writes|wrote|what|why|how|which|who|magazine|newspaper"
    r"|\d{4})\b)"
)
_MAGAZINE = re.compile(
    r"^ (?:magazine|newspaper|website|blog|articles?|pieces?|columns?|columnists?|essays?|stories|story|op-?eds?"
    r"|editorials?|reviews?|posts?)\b"
)


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of one name.

    `speaks`: the name says, thinks or writes something. `owns`: it has a view. `of_pieces`: it has articles or views.
    `strong` is sufficient evidence for a name in small letters, `stands` for a name with its article ("the asia desk"),
    and `any` for a word that is certainly a name.
    """

    speaks: bool
    owns: bool
    of_pieces: bool
    strong: bool
    stands: bool
    any: bool


def author_frames(before: str, after: str) -> Frames:
    """The frames of an author's name between the words `before` and `after`."""
    auxiliaries = (_AFTER_DO, _AFTER_HAVE, _AFTER_BE)
    after_do, after_have, after_be = (pattern.search(before) is not None for pattern in auxiliaries)
    is_object = _UNDER_PREPOSITION.search(before) is not None
    speaks = (
        (after_do and _SPEAKS_BASE.match(after) is not None)
        or (after_have and _HAS_SPOKEN.match(after) is not None)
        or (not is_object and not after_be and _SPEAKS_FINITE.match(after) is not None)
        or (_ACCORDING.search(before) is not None and not (_VIEWS_OF.search(before) and not _ON_MATTER.match(after)))
    )
    owns = _POSSESSIVE_NOUN.match(after) is not None and (not is_object or after[:1] in "'s")
    of_pieces = (
        owns
        or _BY.search(before) is not None
        or (_COUNTED.search(before) is not None and _HAS.match(after) is not None)
        or _ROLE_BEFORE.search(before) is not None
        or _ASKED.search(before) is not None
    )
    begins = _BEGINS.match(before) is not None
    strong = (
        speaks
        or of_pieces
        or (begins and (_ON_MATTER.match(after) is not None or _BARE_END.match(after) is not None))
        or (_PIECES_AFTER.match(after) is not None and _DETERMINED.search(before) is None)
        or (after_be and _JUDGED.match(after) is not None)
        or (_SIDE.search(before) is not None and _ON_SIDE.match(after) is not None)
    )
    stands = (
        strong
        or (after_do and _STANDS_BASE.match(after) is not None)
        or (after_have and _HAS_STOOD.match(after) is not None)
        or ((after_be or after_have) and _JUDGED_SURELY.match(after) is not None)
        or (not is_object and not after_be and _STANDS_FINITE.match(after) is not None)
    )
    loose = (
        stands
        or _POSSESSIVE.match(after) is not None
        or _FROM_OR_BY.search(before) is not None
        or begins
        or _COMPARED.search(before) is not None
    )
    return Frames(speaks, owns, of_pieces, strong, stands, loose)


def source_frames(before: str, after: str) -> Frames:
    """The frames of a publication's name between the words `before` and `after`."""
    own = author_frames(before, after)
    is_phrase = _ENDS_PHRASE.match(after) is not None
    in_it = _IN_PUBLICATION.search(before) is not None and is_phrase
    of_pieces = in_it or _MAGAZINE.match(after) is not None or own.of_pieces
    strong = of_pieces or own.speaks
    begins = _BEGINS.match(before) is not None and (_ON_MATTER.match(after) or _BARE_END.match(after)) is not None
    stands = strong or begins
    in_or_of = (_IN.search(before) is not None and is_phrase) or _POSSESSIVE.match(after) is not None
    return Frames(own.speaks, own.owns, of_pieces, strong, stands, stands or own.stands or in_or_of)


def is_set_apart(before: str) -> bool:
    """Whether the words before a name ask for other authors ("who agrees with …")."""
    return _SET_APART.search(before) is not None and _WRITERS_OF.search(before) is None


def is_magazine(after: str) -> bool:
    """Whether a word for a publication or its articles follows ("time magazine")."""
    return _MAGAZINE.match(after) is not None


def is_on_a_matter(after: str) -> bool:
    """Whether the words after a name say on what: "… on tariffs"."""
    return re.match(r"(?:'s|')? (?:on|about|re|regarding)\b", after) is not None


def others_are_asked(after: str) -> bool:
    """Whether the words after a name ask for other authors ("What do others say?")."""
    return _OTHERS_ASKED.search(after) is not None


def says_plainly(after: str) -> bool:
    """Whether a verb follows whose subject is a writer or speaker."""
    return _SAYS_PLAINLY.match(after) is not None


def asks_who(before: str) -> bool:
    """Whether the words before a name ask who the person is."""
    return _WHO.search(before) is not None


def owns_something(after: str) -> bool:
    """Whether an "s" before `after` is a possessive ("hard powers take")."""
    return _POSSESSIVE_NOUN.match(f"'s{after}") is not None
