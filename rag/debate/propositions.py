"""Turns a yes-or-no question into a statement and its denial.

"Should the reserves be lent?" asks about "The reserves should be lent", whose denial is "The reserves should not be
lent". The place of the verb is found by word lists; a question in which it is not found has no statement.
"""

import re
from dataclasses import dataclass

_MODALS = ("should", "will", "would", "can", "could", "must", "may", "might", "ought")
_BE = ("is", "are", "was", "were")
_DO = ("do", "does", "did")
_HAVE = ("has", "have", "had")
_AUXILIARY = re.compile(rf"^({'|'.join((*_MODALS, *_BE, *_DO, *_HAVE))})(n[’']t| not)?\s+", re.IGNORECASE)
# Words with which a predicate begins: after "is" an adjective, an article or a participle, after a modal a verb.
_PREDICATE = (
    r"right|wrong|good|bad|worth|wise|fair|legal|lawful|illegal|dangerous|safe|useful|useless|necessary|enough|effective|"
    r"successful|true|real|honest|responsible|ready|able|likely|possible|justified|to blame|in favou?r|against|tired|"
    r"dead|over|too|still|really|ever|already|only|just|more|less|better|worse|an?|the|what|how"
)
_BASE_VERBS = (
    r"be|have|go|get|give|take|make|keep|let|leave|put|pay|buy|sell|stop|start|begin|end|continue|ban|allow|join|lend|"
    r"seize|spend|support|oppose|use|work|help|hurt|lose|win|matter|decide|depend|drift|stay|remain|come|become|try|punish|"
    r"tax|cut|raise|lower|tell|say|ask|talk|negotiate|sign|recognise|recognize|send|deliver|protect|trust|want|need|follow|"
    r"change|accept|reject|refuse|invite|exclude|abolish|introduce|limit|cap|regulate|control|deter|bite|threaten|benefit|"
    r"cause|lead|mean|prove|show|fail|succeed|act|vote|abstain|withdraw|invest|build|close|open|reopen|privatise|subsidise"
)


@dataclass(frozen=True, slots=True)
class Proposition:
    """What a yes-or-no question asks about: a statement, and its denial."""

    statement: str
    denial: str


def proposition_of(question: str) -> Proposition | None:
    """The proposition of a yes-or-no question in English; None for any other question."""
    text = " ".join(question.split()).rstrip("?!. ")
    auxiliary = _AUXILIARY.match(text)
    if auxiliary is None:
        return None
    verb, rest = auxiliary[1].lower(), text[auxiliary.end() :]
    dummy = re.match(r"(it|there) (?=\w)", rest, re.IGNORECASE)
    split = (dummy[0].strip(), rest[dummy.end() :]) if dummy else _split_subject(verb, rest)
    if split is None:
        return None
    subject, predicate = split
    subject = subject[:1].upper() + subject[1:]
    if verb in _DO:
        # "Does it work?": the statement keeps the auxiliary, which is grammatical if a little emphatic.
        return Proposition(f"{subject} {verb} {predicate}.", f"{subject} {verb} not {predicate}.")
    return Proposition(f"{subject} {verb} {predicate}.", f"{subject} {verb} not {predicate}.")


def _split_subject(verb: str, rest: str) -> tuple[str, str] | None:
    """Subject and predicate, split where a predicate can begin first."""
    if verb in _BE:
        words = rf"{_PREDICATE}|(?!between|often|even|then|when|women|men|seven|ten)\w+(?:ing|ed|en)"
    elif verb in _HAVE:
        words = r"\w+(?:ed|en)|been|had|done|made|gone|won|lost|paid|bought|sold|kept|worked|changed|failed"
    else:
        words = _BASE_VERBS
    for match in re.finditer(rf" (?:{words})\b", rest):
        subject = rest[: match.start()]
        # "The frozen reserves": a participle behind an article belongs to the subject.
        if re.search(
            r"(?:^|\s)(?:the|an?|of|in|on|for|to|by|with|and|or|from|at|its|their|his|her)$", subject, re.IGNORECASE
        ):
            continue
        return subject, rest[match.start() + 1 :]
    return None
