"""Cues by which a columnist takes a side on what another has written.

Each cue is a clause of general English about the other author or their view: that it is right, that it leaves
something out, that the writer does not share it. Its subject is the other's name, a pronoun, or a word for a view.
`verdict` reads them in a reply: the sentence that names the other author, and those that go on about it. In doubt a
reply takes no side.
"""

import re
from collections.abc import Sequence
from typing import Literal

Side = Literal["agrees", "contradicts"]
# Stands for the other author's name in the text that the cues are compared with.
OTHER = "⟦other⟧"
_VIEW = (
    r"(?:accusation|advice|analysis|argument|case|charge|claim|complaint|conclusion|counsel|criticism|"
    r"description|"
    r"diagnosis|doubt|expectation|fear|forecast|hope|idea|judgement|judgment|line|objection|opinion|parallel|picture|"
    r"plan|plea|point|position|prediction|proposal|reading|reasoning|remedy|sum|suspicion|theory|verdict|view|"
    r"warning)s?"
)
_OTHERS = rf"(?:{OTHER}(?:[’']s?)?|[Tt]he (?:cynic|optimist|pessimist|sceptic)|[Bb]oth (?:columns|views|columnists))"
_HOLDER = rf"(?<!\w)(?:{_OTHERS}|[Hh]e|[Ss]he|[Tt]hey|[Tt]hat column|[Tt]he column)"
_THAT_VIEW = (
    rf"(?<!\w)(?:(?:[Tt]he|[Tt]hat|[Tt]his|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts|[Bb]oth|[Tt]he latter|[Tt]he former|"
    rf"{OTHER}[’']s?)"
    rf" (?:\w+ ){{0,2}}{_VIEW}(?: (?:of|about|on) (?:[\w’'-]+ ?){{1,5}})?)"
)
# A pronoun that begins a clause, and no conjunction or relative pronoun.
_PRONOUN = r"(?:(?:^|(?<=[.!?;:,] )|(?<=and ))(?:[Ii]t|[Tt]hat|[Tt]his))"
_SUBJECT = rf"(?:{_HOLDER}|{_THAT_VIEW}|{_PRONOUN})"
_SELF = r"(?:\bI\b|\b[Ww]e\b|\b[Tt]his column\b)"
_ADVERB = (
    r"(?: (?:also|certainly|entirely|hardly|largely|merely|mostly|nearly|now|obviously|of course|on this|only|"
    r"perfectly|"
    r"plainly|probably|quite|rather|simply|still|surely|therefore|there|too|twice|here|perhaps|in this|indeed))*"
)
_BE = rf"(?:is|are|was|were|has been|have been|had been|proved|has proved|turned out|turned out to be|[’']s){_ADVERB}"

_RIGHT = (
    r"(?:right|correct|vindicated|justified|exact|confirmed|borne out|proved|sound|excellent|sensible|splendid|"
    r"persuasive|"
    r"nearer the mark|closer to the truth|true)\b"
)
_AGREEMENTS = (
    # The other, or the other's view, is right. "He is right about the cost" concedes a point in a criticism.
    rf"(?:{_OTHERS}|{_THAT_VIEW}|{OTHER},[^.;]{{1,60}},) {_BE} {_RIGHT}(?! (?:to|for|in|only|that .{{0,40}} but))",
    rf"(?:{_HOLDER}|{_PRONOUN}) {_BE} {_RIGHT}(?! (?:to|for|in|only|about|that|on|of)\b)",
    rf"{_OTHERS} (?:has|have|had) (?:been )?(?:proved|proven|shown to be) right",
    r"(?:^|[.!?] )Fair enough\b",
    rf"{_THAT_VIEW} (?:still )?(?:fits|holds|stands)\b",
    rf"{_SELF} (?:has|have) no (?:defence|answer|reply)\b",
    # The writer says so, or has come to say so.
    rf"{_SELF}(?: \w+)? (?:agrees?|concurs?|adopts? it|shares? (?:the|that|his|her|their|its) (?:verdict|{_VIEW}))\b",
    rf"\b(?:agree|agrees|side|sides|sided|stand|stands) with {OTHER}",
    rf"\b(?:come|came|coming) (?:a)?round(?: (?:altogether|at last))?,?(?: and [^,.]{{1,40}},)? to (?:{OTHER}|"
    rf"{_THAT_VIEW}|it|that)",
    rf"\b(?:owes?|owed) (?:{OTHER}|him|her|them) (?:an apology|a correction|some credit|credit|thanks)",
    rf"{OTHER}[^.;]{{0,20}} (?:is|are) owed (?:some |an? )?(?:credit|apology|thanks)",
    rf"\b(?:apologise|apologize) to {OTHER}",
    rf"{OTHER} (?:may|can) claim|{OTHER} deserves? (?:to be told|credit|praise|thanks)|[Tt]o {OTHER}[’']s credit",
    # The other knew, or showed.
    rf"{_OTHERS} (?:\w+ )?(?:(?:foresaw|predicted) (?:it|this|them|as much)|saw (?:it|this|that|all this|"
    rf"them) coming)\b",
    rf"{OTHER} (?:has shown|(?:has )?taught us|has proved|rightly|showed (?:in these pages|that|how))\b",
    rf"[Aa]s {OTHER} (?:rightly )?(?:predicted|foresaw|"
    rf"foretold|showed)|"
    rf"just as (?:{OTHER}|that column|he|she) (?:predicted|foresaw|foretold|said|warned)",
    # Events bear the other out.
    rf"\b(?:confirms?|bears?|bear|bore) (?:it|this|that|him|her|them|{OTHER}|"
    rf"{_THAT_VIEW})(?: out)?\b(?! (?:in mind|that))",
    r"\b(?:[Ee]vents|[Ff]acts|[Ff]igures|[Tt]ime|[Hh]istory) (?:has|have) (?:sided with|proved (?:it|him|her|"
    r"them) right|"
    r"borne (?:it|him|her|them) out)",
    rf"{_THAT_VIEW} (?:has|have) (?:been )?(?:borne out|come true|stood the test|held up|been vindicated|"
    rf"been followed)",
    rf"on (?:that|this) (?:point|matter|count)[^.]{{0,30}} (?:{_HOLDER}) (?:is|was|were) right",
)
_CONTRADICTIONS = (
    # The other, or the other's view, is wrong.
    rf"(?:{_SUBJECT}|{OTHER},[^.;]{{1,60}},) {_BE} (?:an? )?(?:wrong|mistaken|false|misleading|naive|unjust|"
    rf"unfair|premature|"
    rf"upside down|too \w+|a poor guide|a fairy tale|beside the point|nonsense|an illusion|a mistake|backwards|"
    rf"overdrawn|"
    rf"exaggerated|less (?:tidy|simple|clear|certain|convincing)|a recipe for|out of date|needless)\b",
    rf"{_HOLDER} (?:has|have|had) (?:it|the \w+|this|that) (?:upside down|backwards|the wrong way)",
    rf"{OTHER}[^.;]{{0,80}} (?:need|needs) correcting|{OTHER} must be corrected",
    r"\band (?:is|are|was|were) wrong (?:for|about|on|in)\b",
    r"\b[Tt]he (?:evidence|picture|record|reality|truth) is (?:another|different|less|more|otherwise|plainer)\b",
    r"\bfinds? [^.;]{1,60} too \w+",
    # What the other does wrong.
    rf"(?:{_HOLDER}|{_THAT_VIEW}) (?:\w+ )?(?:misreads?|misread|misunderst\w+|misjudges?|mistakes|overlooks?|"
    rf"overlooked|ignores?|"
    rf"forgets?|forgot|omits?|omitted|neglects?|leaves? out|left out|passe[sd] over|miss(?:es|ed)? (?:a|the|that|"
    rf"what)|"
    rf"miss a|exaggerates?|overstates?|confuses?|(?:does|do|did)(?: not|n[’']t) (?:mention|say so|see|notice|"
    rf"follow|survive))\b",
    rf"(?:{_HOLDER}|{_THAT_VIEW}) (?:goes|go|went) (?:much |far )?too far|there (?:he|she|it|they) goes too far",
    rf"\band misread it\b|{OTHER} (?:would )?[^.;]{{0,60}} and (?:misreads?|misses) it",
    # The writer says so.
    rf"\bparts? (?:company|ways) with {OTHER}|\bdisagrees? with (?:{OTHER}|{_THAT_VIEW})|\bdiffers? from {OTHER}",
    rf"{_SELF} (?:still |would )?(?:differ|differs|disagree|disagrees|dissent|dissents|part company|doubt it|"
    rf"reject it)\b",
    rf"{_SELF} (?:\w+ )?(?:do|does|did|can|could|would|will)(?:not| not|n[’']t) (?:\w+ )?(?:share|agree|accept|"
    rf"believe|think so|"
    rf"follow|go as far|go along)\b",
    rf"{_SELF} (?:can|do|could) (?:no longer|hardly) (?:share|agree|believe|follow)|never shared (?:that|this|it|"
    rf"the)|"
    rf"\b[Nn]or (?:do|can) (?:I|we|this column) (?:share|agree|believe|accept|follow)\b",
    rf"{_SELF} (?:\w+ )?(?:disputes?|rejects?|regards? .{{0,60}} as worse|finds? {_THAT_VIEW} too)\b|"
    rf"disputes the (?:second|first|other)",
    # The facts are otherwise.
    r"\bproves? the (?:opposite|contrary|reverse)|[Tt]he (?:opposite|reverse|contrary) (?:is|was) (?:true|"
    r"the case|nearer)",
    rf"{OTHER}[^.]{{0,200}}; (?:it|he|she|they|this|that|there) (?:is|was|were|did|does|has|have|will|"
    rf"would) not[,;. ]",
    r"[.!?] (?:It|He|She|They|This|That|There) (?:did|does|has|have|had|was|were|is|will)(?: not|n[’']t|"
    r") ?(?:nothing of the (?:kind|sort)|"
    r"no such thing|not turned? out|the reverse|it upside down)",
    r"\b(?:reveals?|shows?|mark|marks) the limits of (?:the|that|this|its|his|her)\b",
    rf"(?:whatever|as) {OTHER} (?:may have )?(?:foretold|supposes?|imagined|feared|predicted|thinks|says|said|"
    rf"heard|claims?)\b(?<!as {OTHER} says)",
    rf"not (?:what|as|the one that|the way) {OTHER} (?:supposes?|imagin\w+|thinks?|says|said|predicted|feared|meant)",
    rf"{OTHER}[’']s? {_VIEW}[^.;]{{0,60}} (?:proves?|shows?) (?:the opposite|nothing|less)",
)
_AGREES = tuple(re.compile(pattern) for pattern in _AGREEMENTS)
_CONTRADICTS = tuple(re.compile(pattern) for pattern in _CONTRADICTIONS)
_NEGATED = re.compile(
    r"\b(?:not|never|hardly|neither|nor|n[’']t|if|whether|hope that|hopes that|another matter|unless)\b[^.;,]{0,25}$"
)
# A writer's own error about the other's view is a concession.
_OWN_ERROR = re.compile(
    rf"{_SELF} (?:was|were|had been|have been) (?:\w+ )?(?:wrong|mistaken|unfair|too \w+)|"
    rf"{_SELF} (?:had|have) (?:dismissed|ignored|overlooked|passed over|underestimated)|"
    rf"\bI (?:opposed|laughed|am sorry|mocked|overlooked|underestimated)|, and (?:that|this) is unjust"
)
# What follows takes back a part of what was conceded: "right about the dodging and wrong about its meaning".
_TAKES_BACK = re.compile(
    r"\bhowever\b|\b(?:and|but) wrong (?:about|in|on)\b|\bon the other hand\b|"
    r"(?:^|[.;:!?] )(?:But|Yet)\b|, (?:but|yet|though|although)\b"
)


def cues(reply: Sequence[str]) -> list[tuple[int, Side]]:
    """The cues in a reply, in their order, each with the place where it begins.

    The other author's name is OTHER in them.
    """
    text = " ".join(reply)
    placed: list[tuple[int, Side]] = [(match.start(), "agrees") for match in _OWN_ERROR.finditer(text)]
    without_own_errors = _OWN_ERROR.sub(lambda match: " " * len(match[0]), text)
    sides: tuple[tuple[Side, tuple[re.Pattern[str], ...]], ...] = (("agrees", _AGREES), ("contradicts", _CONTRADICTS))
    for side, patterns in sides:
        for pattern in patterns:
            for match in pattern.finditer(without_own_errors):
                if _NEGATED.search(without_own_errors[: match.start()][-60:]):
                    continue
                placed.append((match.start(), side))
    return sorted(placed)


def verdict(reply: Sequence[str]) -> Side | None:
    """The side that a reply takes on the other's view; None if it takes none, or both."""
    placed = cues(reply)
    sides = {side for _, side in placed}
    if len(sides) != 1:
        return None
    side = sides.pop()
    is_taken_back = side == "agrees" and _TAKES_BACK.search(" ".join(reply), placed[0][0])
    return None if is_taken_back else side
