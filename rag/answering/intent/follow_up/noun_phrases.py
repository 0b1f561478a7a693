"""Finds the noun phrases of a question: its topic, its subject and its object."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.answering.intent.follow_up.parts_of_speech import DO_OR_MODAL, TaggedWord, tag_words
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
from rag.text.lexicon import PLACE_NAMES

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
# "It" after "what happened in Bern?" is what happened there.
_HAPPENED = re.compile(
    r"^what(?: (?:exactly|really))? (?:happened|went wrong|went on|changed) (?:in|at|to|with|during|after) "
    r"(?P<topic>\S.*)$",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"^(?:please )?(?:compare|contrast)\b.* (?:on|about|regarding|over) (?P<topic>\S.*)$", re.IGNORECASE
)
# "Help me write a talk on bread" is about bread.
_PREPARED = re.compile(
    r"^.{0,60}\b(?:a|an|my|the|some) (?:short |brief |little )?(?:talk|speech|essay|paper|memo|briefing|article|post|"
    r"presentation|column|report|letter|summary|lesson|class) (?:on|about) (?P<topic>\S.*)$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"“[^“”]*”")
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
    rf"^(?:the\s+)?(?:\w+\s+){{0,2}}(?:{RELATIONAL_NOUN}\s+(?:of|for|to|on|in|between)|"
    r"(?:fuss|row|debate|controversy|argument|quarrel|hype|problem|matter|trouble)\s+(?:about|over|with|on))"
    r"\s+(?P<whole>\S.*)$",
    re.IGNORECASE,
)
# "It" after "latest on oil" is oil.
_NEWS_OF = re.compile(
    r"^(?:the |any )?(?:latest|newest|news)(?: \w+)? (?:on|about|of|from) (?P<whole>\S.*)$", re.IGNORECASE
)
_ABOUT = re.compile(r"^(?:about|on|regarding|concerning|re) (?P<whole>\S.*)$", re.IGNORECASE)
_HAS_VERB = re.compile(rf"\b(?:{WH}|{AUXILIARY}|{BASE_VERB})\b", re.IGNORECASE)
_PHRASE_END = re.compile(
    rf",|;|\s+(?:{CLAUSE_START}|actually|exactly|really|now|today|and (?:why|how|what))\b"
    rf"|\s+\w+ing\b(?=\s+(?:{PREPOSITION}|{DETERMINER})\b)",
    re.IGNORECASE,
)
_ACTION = re.compile(rf"\w{{2,}}ing {DETERMINER}\b", re.IGNORECASE)
_PLURALS = frozenset({"people", "children", "men", "women", "police"})
_SINGULAR_ENDINGS = ("ss", "us", "is", "’s", "'s", "ics", "news")
# An object without one of these is no thing in particular.
_DEFINITE = frozenset({"the", "a", "an"})
_PLACES = frozenset(name.lower() for line in PLACE_NAMES for name in line)
_DETERMINERS = frozenset({"DT", "PDT", "PRP$", "WDT"})
_PLACE_BEFORE = re.compile(r"\b(?:in|near|across|throughout|outside|within)\s+$", re.IGNORECASE)
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
    asked = (
        _PREPARED.match(text)
        or _COMPARED.match(text)
        or _REQUEST_FOR.match(text)
        or _HAPPENED.match(text)
        or _DEFINITION.match(text)
    )
    if asked:
        groups = asked.groupdict()
        start = asked.start("measured" if groups.get("measured") else "topic")
        part = _PART_OF.match(text[start:]) or _FELT_ABOUT.match(text[start:])
        start += part.start("whole") if part else 0
        if _is_superlative_alone(text, start) or _is_action_of(text, start):
            return None, ""
        participle = _PARTICIPLE_BEHIND.search(text, start)
        is_behind = participle and len(text[start : participle.start()].split()) >= MIN_WORDS_BEFORE_PARTICIPLE
        return _phrase(text, start, dates, participle.start() if participle and is_behind else None), ""
    is_search = not _HAS_VERB.search(text) and len(text.split()) <= MAX_SEARCH_WORDS
    if about := _ABOUT.match(text):
        return _phrase(text, about.start("whole"), dates), ""
    news = _NEWS_OF.match(text)
    return _phrase(text, news.start("whole") if news else 0, dates) if is_search else None, ""


def find_subject_and_object(text: str, dates: Sequence[Span]) -> tuple[Span | None, Span | None]:
    """The noun phrases before and after the main verb; each is None if there is none."""
    # The words of a title are no phrases of the question.
    words = tag_words(_TITLE.sub(lambda title: " " * len(title[0]), text))
    auxiliary = next((index for index, word in enumerate(words) if re.fullmatch(AUXILIARY, word.text, re.I)), None)
    if auxiliary is None:
        verb = next((index for index, word in enumerate(words) if word.is_verb), None)
        return None, _object(text, words, verb + 1, dates) if verb is not None else None
    start = auxiliary + 1
    while start < len(words) and (words[start].text.lower() in ("n't", "n’t", "not") or _is_adverb(words, start)):
        start += 1
    end = _end_of_subject(words, start, is_before_verb=DO_OR_MODAL.fullmatch(words[auxiliary].text) is not None)
    subject = _phrase(text, words[start].start, dates, words[end - 1].end) if end > start else None
    return subject, _object(text, words, end, dates)


def _is_superlative_alone(text: str, start: int) -> bool:
    """Whether text[start:] is a superlative without a noun ("the most sceptical")."""
    tags = [word.tag for word in tag_words(text) if word.start >= start]
    return any(tag in ("JJS", "RBS") for tag in tags) and not any(tag.startswith("NN") for tag in tags)


def _is_action_of(text: str, start: int) -> bool:
    """Whether text[start:] says what "who" does ("who is defending the plan")."""
    following = next((word for word in tag_words(text) if word.start >= start), None)
    return text[:3].lower() == "who" and following is not None and following.tag == "VBG"


def _is_adverb(words: Sequence[TaggedWord], index: int) -> bool:
    return words[index].tag == "RB" and not _is_modifier(words, index)


def leading_noun_phrase(text: str) -> str:
    """The noun phrase that `text` begins with; "" if it begins with none."""
    words = tag_words(text)
    end = _end_of_noun_phrase(words, 0)
    return text[: words[end - 1].end] if end else ""


def is_noun_phrase(text: str) -> bool:
    """Whether `text` is a noun phrase with what belongs to it, and no clause.

    "The referee that stopped the final" is one, and "trams be free" is none.
    """
    words = tag_words(text)
    end = _end_of_noun_phrase(words, 0)
    return end > 0 and (end == len(words) or words[end].tag in ("IN", "TO", "WDT", "WP", "CC"))


def is_plural(phrase: str) -> bool:
    """Whether the noun phrase is in the plural, by its head."""
    if _ACTION.match(phrase):
        return False  # "confiscating the assets" is one thing
    head = re.split(rf"\s+{PREPOSITION}\b", phrase, maxsplit=1, flags=re.IGNORECASE)[0].lower()
    last = head.split()[-1] if head.split() else ""
    if " and " in head or last in _PLURALS:
        return True
    has_form = last.endswith("s") and not last.endswith(_SINGULAR_ENDINGS)
    return has_form and tag_words(head)[-1].tag != "NN"  # "gas"


def _end_of_subject(words: Sequence[TaggedWord], start: int, *, is_before_verb: bool) -> int:
    """The index after the subject that begins at `start`; `start` if there is none.

    A subject that the main verb follows has all phrases before that verb ("the vote on cars" in "did the vote on cars
    matter").
    """
    end = _end_of_noun_phrase(words, start)
    while is_before_verb and start < end < len(words) and words[end].tag in ("IN", "TO"):
        end_of_next = _end_of_noun_phrase(words, end + 1)
        if end_of_next == end + 1 or not any(word.is_verb for word in words[end_of_next:]):
            break
        end = end_of_next
    return end


def _end_of_noun_phrase(words: Sequence[TaggedWord], start: int) -> int:
    """The index after the noun phrase at `start`; `start` if there is none.

    Phrases with "of" and "between" belong to it, and a second noun phrase after "and".
    """
    end = start
    for index in range(start, len(words)):
        word = words[index]
        is_first = index == start
        has_noun = end > start
        if word.is_noun or (word.tag == "CD" and not has_noun):
            end = index + 1
        elif word.tag in ("POS", "CD") and has_noun:
            end = index + 1 if word.tag == "CD" else end
        elif _is_before_noun(words, index, is_first=is_first):
            continue
        elif has_noun and end == index and word.text.lower() in ("of", "between", "and"):
            end_of_next = _end_of_noun_phrase(words, index + 1)
            return end_of_next if end_of_next > index + 1 else end
        else:
            break
    return end


def _is_before_noun(words: Sequence[TaggedWord], index: int, *, is_first: bool) -> bool:
    """Whether the word is a determiner, or a modifier such as "frozen"."""
    before = words[index - 1] if index else None
    if words[index].tag in _DETERMINERS and (is_first or (before is not None and before.tag in ("POS", "PDT", "DT"))):
        return True
    return (is_first or before is None or not before.is_noun) and _is_modifier(words, index)


def _is_modifier(words: Sequence[TaggedWord], index: int) -> bool:
    if not words[index].tag.startswith(("JJ", "VBN", "VBG", "VBD", "RB", "PRP$")):
        return False
    following = words[index + 1] if index + 1 < len(words) else None
    return following is not None and (following.is_noun or following.tag in ("JJ", "CD", "VBN", "VBG"))


def _object(text: str, words: Sequence[TaggedWord], start: int, dates: Sequence[Span]) -> Span | None:
    """The first noun phrase from the word `start` on."""
    for index in range(start, len(words)):
        end = _end_of_noun_phrase(words, index)
        if end == index:
            continue
        first = words[index].start
        is_agent = index > 0 and words[index - 1].text.lower() == "by"  # "is it paid by the town"
        if is_agent or not _names_one_thing(words[index:end]):
            continue
        # "Where did they meet in Italy?" has a place behind its verb, and no object.
        if _PLACE_BEFORE.search(text, 0, first) or any(date.start <= first < date.end for date in dates):
            return None
        return _phrase(text, first, dates, _end_of_object(words, end))
    return None


def _names_one_thing(phrase: Sequence[TaggedWord]) -> bool:
    """Whether a later question can refer to what the noun phrase names.

    It cannot refer to "any awards" and "tickets".
    """
    if phrase[0].text.lower() in _DEFINITE or any(word.tag.startswith("NNP") for word in phrase):
        return True
    return len(phrase) > 1 and phrase[0].text.lower() in _PLACES  # "Russian gas"


def _end_of_object(words: Sequence[TaggedWord], end: int) -> int:
    """The place in the text after the object with the phrases that follow it."""
    while end < len(words) and words[end].tag in ("IN", "TO"):
        end_of_next = _end_of_noun_phrase(words, end + 1)
        if end_of_next == end + 1:
            break
        end = end_of_next
    return words[end - 1].end


def _phrase(text: str, start: int, dates: Sequence[Span], end: int | None = None) -> Span | None:
    """The noun phrase from `start` on, without a clause or date behind it.

    None for a phrase that cannot be repeated elsewhere.
    """
    start += len(text[start:]) - len(text[start:].lstrip())
    end = len(text) if end is None else end
    title = _TITLE.match(text, start)
    phrase_end = _PHRASE_END.search(text, title.end() if title else start, end)
    if phrase_end and phrase_end.start() > start:
        end = phrase_end.start()
    end = min((date.start for date in dates if start < date.start < end), default=end)
    phrase = text[start:end].rstrip(" ,;:")
    is_empty = all(term in STOP_TERMS for term in terms(phrase))
    if is_empty or _PRONOUN.search(phrase) or len(phrase.split()) > MAX_PHRASE_WORDS:
        return None
    return Span(start, start + len(phrase), phrase)
