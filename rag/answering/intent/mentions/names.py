"""Finds the authors and publications that a question names.

The words around a name decide. "Hard Power", written as in the catalogue in a question with capitals, is certainly the
author. "hard power" is the author only in a phrase about writers ("what does hard power think", "articles by hard
power"). If a question asks for other authors ("who agrees with Bremmer?"), the author is named but is no filter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.answering.intent.mentions.name_frames import (
    Frames,
    asks_who,
    author_frames,
    is_magazine,
    is_on_a_matter,
    is_set_apart,
    others_are_asked,
    owns_something,
    says_plainly,
    source_frames,
)
from rag.answering.intent.mentions.name_spellings import SMALL_WORDS, NameField, NameSpelling, spellings_of
from rag.answering.intent.mentions.question_words import QuestionWords, folded_words
from rag.types.article import MONTHS

_MONTH_NAMES = frozenset(month.lower() for month in MONTHS)
_BEFORE_A_MONTH = frozenset(
    {"in", "from", "since", "until", "till", "before", "after", "during", "between", "of", "last", "this"}
)
# Names of people that are also common words of questions.
_PLAIN_WORDS = frozenset({*SMALL_WORDS, *_MONTH_NAMES, "will", "can", "day", "say", "one", "us"})
_LINK = re.compile(r"(?:'s|')?(?: ,)?(?: (?:and|or|vs|versus|v|against|than|nor))? (?:the )?")
_PAIRED = re.compile(
    r"\b(?:(?:with|from|to|than|and|or|vs|versus|between|against|unlike|like)"
    r"|(?:contradict|criticis|criticiz|answer|attack|challeng|support|back|oppos|follow|quot|cit|mention"
    r"|prais)(?:e|s|es|ed)?)(?: the)? $"
)
_COMPARES = re.compile(r"\b(?:compare|contrast|comparison of|(?:differences?|disagreements?) between)(?: the)? $")
_COMPARED_WITH = re.compile(r",? ?(?:and|with|to|vs|versus|against)(?: the)?")
# Number of words after a name that are searched for "what do the others say?".
_MAX_WORDS_AFTER = 40
# More names than any real question has. It limits the work for a long text that repeats a name.
MAX_NAMES = 40


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A name of the catalogue in a question's words [first:last).

    `is_filter` is whether the question asks for articles of this author or publication.
    """

    first: int
    last: int
    field: NameField
    values: tuple[str, ...]
    is_filter: bool


@dataclass(slots=True)
class _NameCandidate:
    first: int
    last: int
    spelling: NameSpelling
    is_sure: bool
    is_capitalized: bool
    is_owner: bool  # written with an "s" and without its apostrophe
    is_filter: bool = False
    is_named: bool = False


class CatalogueNames:
    """The authors and publications of a catalogue in all their spellings."""

    def __init__(self, authors: Sequence[str], sources: Sequence[str], topics: Sequence[str]) -> None:
        self._topic_words = frozenset(key for topic in topics for key in folded_words(topic))
        spellings: dict[tuple[NameField, tuple[str, ...]], NameSpelling] = {}
        values: tuple[tuple[NameField, Sequence[str]], ...] = (("author", authors), ("source", sources))
        for field, names in values:
            for name in names:
                for spelling in spellings_of(name, field):
                    known = spellings.get((field, spelling.keys))
                    if known is None or (known.kind != "whole" and spelling.kind == "whole"):
                        spellings[field, spelling.keys] = spelling
                    elif known.kind == spelling.kind and name not in known.values:
                        both = (*known.values, name)
                        spellings[field, spelling.keys] = NameSpelling(
                            spelling.keys, both, field, spelling.kind, known.has_article
                        )
        self._by_first_word: dict[str, list[NameSpelling]] = {}
        for spelling in spellings.values():
            if spelling.kind in ("initials", "given", "short") and len(spelling.values) > 1:
                continue
            self._by_first_word.setdefault(spelling.keys[0], []).append(spelling)
        for spellings_of_word in self._by_first_word.values():
            spellings_of_word.sort(key=lambda spelling: (-len(spelling.keys), spelling.field))

    def find(self, question: QuestionWords) -> list[NamedValue]:
        """The names in `question` in their order, at most one for each position."""
        candidates = self._candidates(question)
        for group in _groups(question, candidates):
            self._judge(question, group)
        _judge_compared(question, candidates)
        _judge_pairs(question, candidates)
        return [
            NamedValue(name.first, name.last, name.spelling.field, name.spelling.values, name.is_filter)
            for name in _one_per_place(candidates)
            if name.is_filter or name.is_named
        ]

    def _candidates(self, question: QuestionWords) -> list[_NameCandidate]:
        candidates: list[_NameCandidate] = []
        index = 0
        while index < len(question) and len(candidates) < MAX_NAMES:
            key = question.keys[index]
            known = (*self._by_first_word.get(key, ()), *self._by_first_word.get(key.removesuffix("s"), ()))
            matching = [spelling for spelling in dict.fromkeys(known) if _matches(question, index, spelling)]
            matching.sort(key=lambda spelling: -len(spelling.keys))
            length = len(matching[0].keys) if matching else 1
            for spelling in matching:
                if len(spelling.keys) == length:
                    has_article = (
                        index > 0 and question.keys[index - 1] == "the" and question.is_joined(index - 1, index + 1)
                    )
                    is_sure = _is_written_as_a_name(question, index, spelling, has_article)
                    is_owner = question.keys[index + length - 1] != spelling.keys[-1]
                    candidates.append(
                        _NameCandidate(
                            index - has_article,
                            index + length,
                            spelling,
                            is_sure,
                            question.has_case and question.words[index].is_capitalized,
                            is_owner,
                        )
                    )
            index += length
        return candidates

    def _judge(self, question: QuestionWords, group: list[_NameCandidate]) -> None:
        """Decides on names that are joined, as "Hard Power and the Asia Desk"."""
        before, after = question.before(group[0].first), question.after(group[-1].last)
        after = f"'s{after}" if group[-1].is_owner else after
        wholes = [name for name in group if name.spelling.kind == "whole" and len(name.spelling.keys) > 1]
        are_authors = all(name.spelling.field == "author" for name in group)
        places = {name.first for name in group}
        for candidate in group:
            is_author = candidate.spelling.field == "author"
            frames: Frames = (author_frames if is_author else source_frames)(before, after)
            if len(places) > 1 and not frames.any:
                own = question.before(candidate.first), question.after(candidate.last)
                frames = (author_frames if is_author else source_frames)(*own)
            if is_set_apart(before) or others_are_asked(question.after(group[-1].last, _MAX_WORDS_AFTER)):
                candidate.is_named = candidate.is_sure or candidate.spelling.kind in ("whole", "surname")
                continue
            people = [name for name in group if _names_a_person(name)] if wholes else []
            is_beside = are_authors and len({name.first for name in people}) > 1
            is_person_asked = candidate.spelling.kind in ("whole", "surname") and asks_who(before)
            candidate.is_named = candidate.is_sure or (is_author and is_person_asked)
            is_sure = candidate.is_sure and not candidate.is_owner and not _may_be_a_place(question, candidate)
            candidate.is_filter = is_beside or (frames.any if is_sure else self._admits(question, candidate, frames))

    def _admits(self, question: QuestionWords, candidate: _NameCandidate, frames: Frames) -> bool:
        """Whether the frames are sufficient evidence for a name in small letters."""
        spelling = candidate.spelling
        is_told = frames.speaks or frames.of_pieces
        has_article = question.keys[candidate.first] == "the"
        if spelling.kind == "initials":
            # "HP on aid": nothing but a name stands before "on" there.
            is_titled = frames.strong and candidate.first == 0 and is_on_a_matter(question.after(candidate.last))
            return frames.stands if spelling.field == "source" else is_told or is_titled
        if len(spelling.keys) == 1 and self._is_part_of_another_name(question, candidate, has_article):
            return False
        if len(spelling.keys) == 1 and spelling.has_article and not has_article:
            return False  # "which economist" is not The Economist
        if spelling.kind == "short":
            return candidate.is_capitalized and is_told
        if len(spelling.keys) > 1 or spelling.field == "source":
            is_bare = len(spelling.keys) == 1 and not has_article and candidate.first < 2
            if is_bare and not is_magazine(question.after(candidate.last)):
                return False  # "in time"
            return frames.stands if spelling.has_article and has_article else frames.strong
        key = spelling.keys[0]
        if spelling.kind == "given":
            is_speaker = frames.speaks and says_plainly(question.after(candidate.last))
            return is_speaker or (frames.owns and candidate.is_capitalized)
        if key in _PLAIN_WORDS or key in self._topic_words:
            return frames.speaks or frames.owns or (is_told and candidate.is_capitalized)
        return frames.strong

    def _is_part_of_another_name(self, question: QuestionWords, candidate: _NameCandidate, has_article: bool) -> bool:
        """Whether the word is part of another name, or plain ("the rules")."""
        spelling, first = candidate.spelling, candidate.first
        if has_article and not spelling.has_article and spelling.kind in ("whole", "surname", "given"):
            return not is_magazine(question.after(candidate.last))
        if not candidate.is_capitalized or first == 0 or question.begins_sentence(first):
            return False
        previous = question.words[first - 1]
        is_first_word = question.begins_sentence(first - 1)
        return previous.is_capitalized and not is_first_word and question.is_joined(first - 1, first + 1)


@lru_cache(maxsize=8)
def catalogue_names(authors: tuple[str, ...], sources: tuple[str, ...], topics: tuple[str, ...]) -> CatalogueNames:
    """The names of a catalogue, cached for its values."""
    return CatalogueNames(authors, sources, topics)


def _matches(question: QuestionWords, index: int, spelling: NameSpelling) -> bool:
    keys, end = spelling.keys, index + len(spelling.keys)
    if end > len(question) or tuple(question.keys[index : end - 1]) != keys[:-1] or not question.is_joined(index, end):
        return False
    if question.keys[end - 1] != keys[-1]:
        is_owner = question.keys[end - 1] == f"{keys[-1]}s" and spelling.kind in ("whole", "surname")
        return is_owner and owns_something(question.after(end))
    if keys[-1] in _MONTH_NAMES and len(keys) == 1 and index and question.keys[index - 1] in _BEFORE_A_MONTH:
        return False
    if spelling.kind != "initials":
        return True
    has_article = index > 0 and question.keys[index - 1] == "the" and spelling.field == "source"
    return has_article or (question.has_case and all(word.text.isupper() for word in question.words[index:end]))


def _is_written_as_a_name(question: QuestionWords, index: int, spelling: NameSpelling, has_article: bool) -> bool:
    """Whether the words at `index` are a complete name with its capitals."""
    end = index + len(spelling.keys)
    words = question.words[index:end]
    if not question.has_case or spelling.kind in ("initials", "given", "short"):
        return False
    if not all(word.is_capitalized for word in words if word.key not in SMALL_WORDS):
        return False
    begin = index - has_article
    previous = question.words[begin - 1] if begin and not question.begins_sentence(begin) else None
    following = question.words[end] if end < len(question) and question.is_joined(end - 1, end + 1) else None
    if following is not None and following.is_capitalized and not following.text.isdigit():
        return False
    if previous is not None and previous.is_capitalized and question.is_joined(begin - 1, begin + 1):
        is_first_word = question.begins_sentence(begin - 1)
        if not is_first_word:
            return False
    if len(words) > 1:
        return True
    if question.begins_sentence(begin) and not has_article:
        return words[0].text.isupper() and len(words[0].text) > 2
    if has_article and not spelling.has_article:
        return False
    return words[0].key not in _PLAIN_WORDS


def _may_be_a_place(question: QuestionWords, candidate: _NameCandidate) -> bool:
    """Whether a publication's name may be another name ("the Atlantic")."""
    word = question.words[candidate.last - 1].text
    return candidate.spelling.field == "source" and len(candidate.spelling.keys) == 1 and not word.isupper()


def _groups(question: QuestionWords, candidates: list[_NameCandidate]) -> list[list[_NameCandidate]]:
    """Groups names that are separated only by "and", "or", "vs" and commas."""
    groups: list[list[_NameCandidate]] = []
    for candidate in candidates:
        previous = groups[-1][-1] if groups else None
        if previous and (candidate.first == previous.first or _is_linked(question, previous, candidate)):
            groups[-1].append(candidate)
        else:
            groups.append([candidate])
    return groups


def _is_linked(question: QuestionWords, left: _NameCandidate, right: _NameCandidate) -> bool:
    """Whether nothing but a conjunction is between the two names."""
    if right.first - left.last > 2:
        return False
    return _LINK.fullmatch(question.between(left.last, right.first)) is not None


def _judge_compared(question: QuestionWords, candidates: list[_NameCandidate]) -> None:
    """Makes two compared names filters ("compare bremmer with zakaria").

    Both are names of the catalogue, so that neither can be a word of the subject.
    """
    people = [candidate for candidate in candidates if _names_a_person(candidate)]
    for left, right in pairwise(people):
        between = question.before(right.first, right.first - left.last) if right.first > left.last else ""
        if _COMPARES.search(question.before(left.first)) and _COMPARED_WITH.fullmatch(between.strip()):
            left.is_filter = right.is_filter = True


def _judge_pairs(question: QuestionWords, candidates: list[_NameCandidate]) -> None:
    """Makes the name that a filter is compared with a filter ("does X agree with Y")."""
    for index, candidate in enumerate(candidates):
        if candidate.is_filter or not _names_a_person(candidate):
            continue
        asked = [
            earlier
            for earlier in candidates[:index]
            if earlier.is_filter and earlier.spelling.field == "author" and earlier.last <= candidate.first
        ]
        if asked and _PAIRED.search(question.before(candidate.first)):
            between = question.before(candidate.first, candidate.first - asked[-1].last)
            is_compared = question.before(candidate.first).rstrip().endswith("than")
            if is_compared or not re.search(r" \. |\b(?:about|on)\b", between):
                candidate.is_filter = True


def _names_a_person(candidate: _NameCandidate) -> bool:
    """Whether the candidate is an author's name, whole or without the given names."""
    return candidate.spelling.field == "author" and candidate.spelling.kind in ("whole", "surname")


def _one_per_place(candidates: list[_NameCandidate]) -> list[_NameCandidate]:
    """The best candidate for each position.

    A filter is better than no filter, a whole name better than a part, and a publication better than an author of the
    same name.
    """
    best: dict[int, _NameCandidate] = {}
    for candidate in candidates:
        known = best.get(candidate.last)
        if known is None or _rank(candidate) > _rank(known):
            best[candidate.last] = candidate
    return [best[place] for place in sorted(best)]


def _rank(candidate: _NameCandidate) -> tuple[bool, ...]:
    spelling = candidate.spelling
    return candidate.is_filter, candidate.is_named, spelling.kind == "whole", spelling.field == "source"
