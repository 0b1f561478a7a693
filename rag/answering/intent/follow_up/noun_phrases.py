"""Finds the noun phrases of a question: its topic, its subject and its object."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.answering.intent.follow_up.words import (
    AUXILIARY,
    BASE_VERB,
    CLAUSE_START,
    DETERMINER,
    OPINION,
    PREPOSITION,
    RELATIONAL_NOUN,
    REQUEST,
    WH,
)
from rag.text.analyzer import STOP_TERMS, terms
from rag.text.entities import CAPITALIZED_WORD

# A longer phrase contains a clause, or is more than one phrase.
MAX_PHRASE_WORDS = 12
# A question of so few words without a verb is a search.
MAX_SEARCH_WORDS = 6

_VIEW_OF = re.compile(
    rf"\b{OPINION}\s+(?:so\s+|more\s+|anything\s+|about\s+it\s+)?(?P<preposition>of|about|on|regarding|against|for)\s+"
    r"(?P<topic>\S.*)$",
    re.IGNORECASE,
)
_REQUEST_FOR = re.compile(
    rf"^(?:(?:please|can you|could you|would you)\s+)*{REQUEST}\s+(?:(?:me|us)\s+)?(?:a (?:bit|little)\s+)?"
    r"(?:(?:more|something|everything|all|information)\s+)?(?:(?:about|on)\s+)?(?P<topic>\S.*)$",
    re.IGNORECASE,
)
# "How old is the bridge?" has its subject behind the verb too.
_DEFINITION = re.compile(
    r"^(?:what|who)(?:\s+(?:is|are|was|were)|[’']s)\s+(?P<topic>\S.*)$"
    r"|^(?:how \w+(?: \w+)?|when|where) (?:is|are|was|were) (?P<measured>(?:the|an?|\w+ing the) \S.*)$",
    re.IGNORECASE,
)
# "Who was angry about the summit?" is about the summit, and "when was the summit held" too.
_FELT_ABOUT = re.compile(rf"^(?!{DETERMINER}\b)[a-z]+ (?:about|at|with|for|by|against) (?P<whole>(?:the|an?)? ?\S.*)$")
_PARTICIPLE_BEHIND = re.compile(
    r"(?<=\w) (?:\w{2,}ed|held|kept|made|built|born|sold|paid|sent|won|lost|written|due|likely)"
    r"(?: (?:to|in|on|at|by|for|from|with)\b.*)?$",
    re.IGNORECASE,
)
# A determiner and a noun come before such a participle.
MIN_WORDS_BEFORE_PARTICIPLE = 2
# "It" after "the causes of the war" is the war.
_PART_OF = re.compile(
    rf"^(?:the\s+)?(?:\w+\s+){{0,2}}{RELATIONAL_NOUN}\s+(?:of|for|to|on|in|between)\s+(?P<whole>\S.*)$", re.IGNORECASE
)
# "It" after "latest on oil" is oil.
_NEWS_OF = re.compile(
    r"^(?:the |any )?(?:latest|newest|news)(?: \w+)? (?:on|about|of|from) (?P<whole>\S.*)$", re.IGNORECASE
)
_HAS_VERB = re.compile(rf"\b(?:{WH}|{AUXILIARY}|{BASE_VERB})\b", re.IGNORECASE)
_PHRASE_END = re.compile(
    rf",|;|\s+(?:{CLAUSE_START}|actually|exactly|really|now|today|and (?:why|how|what))\b"
    rf"|\s+\w+ing\b(?=\s+(?:{PREPOSITION}|{DETERMINER})\b)",
    re.IGNORECASE,
)
_SUBJECT_END = re.compile(
    rf"{BASE_VERB}|{DETERMINER}|{AUXILIARY}|not|ever|always|still|also|really|\w{{3,}}(?:ed|ing|ly)", re.IGNORECASE
)
_PHRASE_GOES_ON = re.compile(rf"{DETERMINER}|{PREPOSITION}|and|or|nor", re.IGNORECASE)
_OBJECT_START = re.compile(rf"\b(?:(?:[Tt]he|[Aa]n?)\s+\w|{CAPITALIZED_WORD})")
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|across|throughout|outside|within)\s+$", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:i|you|we|(?<!\bthe )us|me|he|she|it|they|him"
    r"|her|them|his|hers|its|their|this|that|these|those|there|ones?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """A phrase of a question: `text` is `question[start:end]`."""

    start: int
    end: int
    text: str

    def overlaps(self, others: Iterable["Span"]) -> bool:
        """Whether it shares characters with one of `others`, spans of the same question."""
        return any(self.start < other.end and other.start < self.end for other in others)


def find_topic(text: str, dates: Sequence[Span]) -> tuple[Span | None, str]:
    """What a view, a definition, a request or a search is about.

    Returns the topic, and the preposition before it if the question asks for a view, else "". `dates` end a phrase.
    """
    view = _VIEW_OF.search(text)
    if view:
        return _phrase(text, view.start("topic"), dates), view["preposition"].lower()
    asked = _REQUEST_FOR.match(text) or _DEFINITION.match(text)
    if asked:
        groups = asked.groupdict()
        start = asked.start("measured" if groups.get("measured") else "topic")
        part = _PART_OF.match(text[start:]) or _FELT_ABOUT.match(text[start:])
        start += part.start("whole") if part else 0
        participle = _PARTICIPLE_BEHIND.search(text, start)
        is_behind = participle and len(text[start : participle.start()].split()) >= MIN_WORDS_BEFORE_PARTICIPLE
        return _phrase(text, start, dates, participle.start() if participle and is_behind else None), ""
    is_search = not _HAS_VERB.search(text) and len(text.split()) <= MAX_SEARCH_WORDS
    news = _NEWS_OF.match(text)
    return _phrase(text, news.start("whole") if news else 0, dates) if is_search else None, ""


def find_subject_and_object(text: str, dates: Sequence[Span]) -> tuple[Span | None, Span | None]:
    """The noun phrases before and after the main verb.

    Each is None if closed classes of words do not determine it.
    """
    auxiliary = re.search(rf"\b{AUXILIARY}\b", text, re.IGNORECASE)
    if auxiliary is None:
        return None, _object(text, len(text.split(" ", 1)[0]), dates)
    words = list(re.finditer(r"\S+", text[auxiliary.end() :]))
    for previous, word in itertools.pairwise(words):
        if _SUBJECT_END.fullmatch(word[0].strip(",;:")) and not _PHRASE_GOES_ON.fullmatch(previous[0]):
            subject = _phrase(text, auxiliary.end(), dates, auxiliary.end() + previous.end())
            return subject, _object(text, auxiliary.end() + word.start(), dates)
    return None, None


def _object(text: str, start: int, dates: Sequence[Span]) -> Span | None:
    """The first noun phrase from `start` on with a determiner or a capital."""
    first = _OBJECT_START.search(text, start)
    # "Where did they meet in Italy?" has a place behind its verb, and no object.
    if first is None or _PLACE_BEFORE.search(text, start, first.start()):
        return None
    return _phrase(text, first.start(), dates)


def _phrase(text: str, start: int, dates: Sequence[Span], end: int | None = None) -> Span | None:
    """The noun phrase from `start` on, without a clause or date behind it.

    None for a phrase that cannot be repeated elsewhere.
    """
    start += len(text[start:]) - len(text[start:].lstrip())
    end = len(text) if end is None else end
    phrase_end = _PHRASE_END.search(text, start, end)
    if phrase_end and phrase_end.start() > start:
        end = phrase_end.start()
    end = min((date.start for date in dates if start < date.start < end), default=end)
    phrase = text[start:end].rstrip(" ,;:")
    is_empty = all(term in STOP_TERMS for term in terms(phrase))
    if is_empty or _PRONOUN.search(phrase) or len(phrase.split()) > MAX_PHRASE_WORDS:
        return None
    return Span(start, start + len(phrase), phrase)
