"""Finds where an author answers another by name, and on which side.

A reply is the sentence that names the other author, or the title of the other's article, and up to two sentences that
go on about it. Pure functions over sentences; the names are those of the debate's authors.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.debate.debate import Relation
from rag.debate.reply_cues import OTHER, cues, verdict
from rag.text.entities import authors_named_in
from rag.types.passage import Span

# Sentences after the one that names the other author that may still be about the other's view.
MAX_FOLLOWING = 2
# A title of fewer words may be words of the text.
MIN_TITLE_WORDS = 3
_RELATIONS: dict[str, Relation] = {"agrees": "agreement", "contradicts": "contradiction"}
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class FoundReply:
    """A reply in an article: `first` to `last` - 1 are the numbers of its sentences.

    `to` is the author that it names. `relation` is None if it takes no side, or both.
    """

    to: str
    first: int
    last: int
    relation: Relation | None


def find_replies(
    text: str, sentences: Sequence[Span], authors: Sequence[str], titles: Mapping[str, str]
) -> list[FoundReply]:
    """The replies to any of `authors` in an article, in the article's order.

    `sentences` are offsets in `text`. `titles` maps titles of articles to their authors. A sentence that names two
    authors is a reply to neither view alone, so its relation is None.
    """
    named = [_named_in(text[start:end], authors, titles) for start, end in sentences]
    replies = []
    # The end of the last reply to each author that took a side; a sentence before it is a part of that reply.
    ends: dict[str, int] = {}
    for first, names in enumerate(named):
        last = _end_of_reply(text, sentences, named, first) if names else first
        for name in names:
            if first < ends.get(name, 0):
                continue
            masked = [_masked(text[start:end], name, titles) for start, end in sentences[first:last]]
            relation = relation_of(masked) if len(names) == 1 else None
            shown = _shown_sentences(masked) if relation else 1
            replies.append(FoundReply(name, first, first + shown, relation))
            if relation:
                ends[name] = first + shown
    return replies


def relation_of(masked: Sequence[str]) -> Relation | None:
    """The side that a reply takes; the other author's name is OTHER in its sentences."""
    side = verdict(masked)
    return _RELATIONS[side] if side else None


def mask_author(sentence: str, author: str, titles: Mapping[str, str]) -> str:
    """`sentence` with OTHER in place of the author's name, last name and titles."""
    return _masked(sentence, author, titles)


def _named_in(sentence: str, authors: Sequence[str], titles: Mapping[str, str]) -> tuple[str, ...]:
    by_title = (author for title, author in titles.items() if _is_long(title) and title in sentence)
    return tuple(dict.fromkeys((*authors_named_in(sentence, authors), *by_title)))


def _is_long(title: str) -> bool:
    return len(title.split()) >= MIN_TITLE_WORDS


def _masked(sentence: str, author: str, titles: Mapping[str, str]) -> str:
    names = [author, *(title for title, writer in titles.items() if writer == author and _is_long(title))]
    for name in names:
        sentence = re.sub(rf"[“\"]?(?<!\w){re.escape(name)}(?!\w)[”\"]?", OTHER, sentence)
    is_person = len(author.split()) > 1 and not author.startswith("The ")
    if OTHER not in sentence and is_person:
        courtesy = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Professor|Sir|Lord|Lady)\.? )?"
        sentence = re.sub(rf"(?<!\w){courtesy}{re.escape(author.split()[-1])}(?!\w)", OTHER, sentence)
    return sentence


def _end_of_reply(text: str, sentences: Sequence[Span], named: Sequence[tuple[str, ...]], first: int) -> int:
    last = first + 1
    while last < len(sentences) and last - first <= MAX_FOLLOWING:
        between = text[sentences[last - 1][1] : sentences[last][0]]
        if _PARAGRAPH_BREAK.search(between) or set(named[last]) - set(named[first]):
            break
        last += 1
    return last


def _shown_sentences(masked: Sequence[str]) -> int:
    """The number of sentences up to the last cue."""
    place = max(start for start, _ in cues(masked))
    for number in range(1, len(masked)):
        if len(" ".join(masked[:number])) > place:
            return number
    return len(masked)
