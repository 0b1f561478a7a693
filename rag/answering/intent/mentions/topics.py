"""Finds the topics of the catalogue to which a question limits the articles.

A topic's word in a question of fact ("why did energy prices rise?") is only a search term. It limits the articles if it
is the complete subject of the requested articles: "articles on trade", but not "articles on trade with China".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.intent.mentions.question_words import MAX_CONTEXT_WORDS, QuestionWords, folded_words
from rag.text.lexicon import ARTICLE_NOUNS, LONG_NAMES, LOOSE_ARTICLE_NOUNS, ORDER_WORDS, UNNAMED_PIECES, alternation
from rag.types.article import MONTHS

_NOUNS = rf"(?:{alternation(LOOSE_ARTICLE_NOUNS)})"
_PIECE = (
    rf"(?:{_NOUNS}|{alternation(word for word in UNNAMED_PIECES if word not in ('one', 'nothing'))}|what else"
    rf"|everyone's)"
)
_TIMES = r"(?: (?:in|from|of|since|before|after|during|this|last|by) [\w' -]{1,40})?"
_ON = (
    r"(?: (?:are there|is there|do you have|have you got|do we have|you have|we have|there are|there is|exist"
    r"|written|published|posted|filed"
    r"|that (?:is|are|were)|which (?:is|are)|are|is|were|was|all|here|only|mainly|primarily))*"
    r" (?:about|on|regarding|concerning|covering|tagged|tagged with|tagged as|labelled|under|filed under"
    r"|dealing with|related to|relating to)"
)
_TOPIC_BEFORE = re.compile(
    rf"(?:\b{_PIECE}{_TIMES}{_ON}|\b(?:latest|newest|most recent|oldest|earliest)(?: (?:one"
    rf"|{_NOUNS}))?(?: published| written)? (?:on|about)"
    rf"|\b(?:(?:topics?|subject|section|category)(?: of)?|tags?|label|tagged|tagged with|filed under) ?[,:]?(?: (?:is"
    rf"|called))?) ?[,:]? ?(?:the topics? (?:of )?)?(?:the )?$"
)
_PIECES_AFTER = re.compile(rf"^ (?:related )?(?:{alternation(ARTICLE_NOUNS)})\b")
_ASKS_FOR_PIECES = re.compile(
    rf"(?:^|\b(?:which|what|list|show|find|give|get|any|all|the|some|many|your|me|newest|latest|recent"
    rf"|most recent|oldest|{alternation(ORDER_WORDS)}) )(?:the |your |all |any )?$"
)
_ENDS = re.compile(
    r"^(?: ?$| ?[.,:]| (?:and|or|by|from|in (?:the |early |late )?(?:\d|last|past|spring|summer|autumn|winter"
    rf"|{alternation(month.lower() for month in MONTHS)}|order|@)|since|before|after|newer|older|later|earlier|until"
    r"|between|during|last|this|are"
    r"|is|do|does|did|have|has|were|was"
    r"|you|we|there|that|which|please|written|published|first|by date|sorted|ordered|here|exist|say|says"
    r"|as a topic|only|so far|at all|specifically|\d)\b)"
)
# "Articles on trade and fish" asks for more than the topic.
_ASKS_MORE = re.compile(r"^(?: ,)? (?:and|or) (?!(?:by|from|since|when|who|how|what|are|is)\b)")
_LINK = re.compile(r"^(?: ,)?(?: (?:and|or|and/or))? (?:the )?$")


@dataclass(frozen=True, slots=True)
class NamedTopic:
    """Topics that limit the articles, in a question's words [first:last)."""

    first: int
    last: int
    values: tuple[str, ...]


def find_topics(question: QuestionWords, topics: Sequence[str], named: Sequence[tuple[int, int]]) -> list[NamedTopic]:
    """The topics to which `question` limits the articles.

    `named` are the words that already name something else.
    """
    by_first_word = _topic_words(tuple(topics))
    groups: list[list[NamedTopic]] = []
    index = 0
    while index < len(question):
        topic = _topic_at(question, index, by_first_word)
        if topic is None or any(topic.first < last and first < topic.last for first, last in named):
            index += 1
            continue
        previous = groups[-1][-1] if groups else None
        if previous and topic.first - previous.last <= 3 and _LINK.match(question.between(previous.last, topic.first)):
            groups[-1].append(topic)
        else:
            groups.append([topic])
        index = topic.last
    return [topic for group in groups if _is_meant(question, group, named) for topic in group]


def _is_meant(question: QuestionWords, group: list[NamedTopic], named: Sequence[tuple[int, int]]) -> bool:
    first, last = group[0].first, group[-1].last
    start = max(0, first - MAX_CONTEXT_WORDS)
    # Dates and names between "articles" and "about" do not belong to the subject of the articles.
    others = [(begin, end, "") for begin, end in named if begin >= start and end <= first]
    before = re.sub(r" {2,}", " ", f"{question.masked(others, start, first)} ").lstrip()
    after = question.after(last)
    if _PIECES_AFTER.match(after):
        return _ASKS_FOR_PIECES.search(before) is not None
    return (
        _ENDS.match(after) is not None and _ASKS_MORE.match(after) is None and _TOPIC_BEFORE.search(before) is not None
    )


def _topic_at(
    question: QuestionWords, index: int, by_first_word: dict[str, list[tuple[tuple[str, ...], str]]]
) -> NamedTopic | None:
    """The longest topic that begins with the word at `index`."""
    length = 0
    values: list[str] = []
    for keys, value in by_first_word.get(question.keys[index], ()):
        end = index + len(keys)
        if len(keys) >= max(length, 1) and tuple(question.keys[index:end]) == keys and question.is_joined(index, end):
            values = [*values, value] if len(keys) == length else [value]
            length = len(keys)
    return NamedTopic(index, index + length, tuple(dict.fromkeys(values))) if values else None


def topics_called(subject: str, topics: Sequence[str]) -> tuple[str, ...]:
    """The topics of which `subject` is a spelling, with or without "the"."""
    keys = folded_words(subject)
    keys = keys[1:] if keys[:1] == ("the",) else keys
    spelled = _topic_words(tuple(topics)).get(keys[0], []) if keys else []
    return tuple(dict.fromkeys(topic for spelling, topic in spelled if spelling == keys))


@lru_cache(maxsize=8)
def _topic_words(topics: tuple[str, ...]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """The spellings of the topics, by their first word.

    They are singular and plural, and the acronyms of known names.
    """
    by_first_word: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for topic in topics:
        keys = folded_words(topic)
        if not keys:
            continue
        last = keys[-1]
        spellings = {keys, (*keys[:-1], f"{last}s"), (*keys[:-1], last.removesuffix("s") if len(last) > 3 else last)}
        for name in LONG_NAMES:
            long, short = folded_words(name.name), [folded_words(acronym) for acronym in name.acronyms]
            if keys == long:
                spellings.update(words for words in short if words != ("us",))
            elif keys in short:
                spellings.add(long)
        for spelling in spellings:
            by_first_word.setdefault(spelling[0], []).append((spelling, topic))
    return by_first_word
