"""Tags the words for what articles are about, and for what they mention.

A linear model over the words around each word, fitted by evals.training.intent.fit_slots on invented collections.
Names that the catalogue knows are no words for it: they are placeholders.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.answering.intent.classifier import MentionSpan
from rag.package_data import model_file
from rag.text.analyzer import STOP_TERMS, terms
from rag.text.lexicon import COLLECTION_WORDS, FRAME_WORDS, is_rare_word

Tag = Literal["other", "subject", "mention"]
TAGS: tuple[Tag, ...] = ("other", "subject", "mention")
MAX_TAGGED_WORDS = 40
_TOKEN = re.compile(r"@[a-z]+|[\w’'.&/-]*\w|[^\w\s]")
_FRAME = frozenset((*FRAME_WORDS, *COLLECTION_WORDS))


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark [start:end) of a question; `key` is a name's placeholder."""

    start: int
    end: int
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class TaggedSlots:
    """The words of the subject, and those that the articles must mention; "" for none."""

    subject: str = ""
    mention: str = ""


# `tag(question, mentions)` tags the slots of a question, in which `mentions` are names of the catalogue.
TagSlots = Callable[[str, Sequence[MentionSpan]], TaggedSlots]


class SlotTagger:
    """The fitted weights, (features, tags)."""

    def __init__(self, weights: NDArray[np.float32], features: Sequence[str]) -> None:
        self._weights = weights
        self._rows = {name: row for row, name in enumerate(features)}

    def tag(self, question: str, mentions: Sequence[MentionSpan]) -> TaggedSlots:
        """The slots of `question`, in which `mentions` are names of the catalogue."""
        tokens = tokens_of(question, mentions)[:MAX_TAGGED_WORDS]
        tags: list[Tag] = []
        for index in range(len(tokens)):
            previous = tags[-1] if tags else "start"
            rows = [self._rows[name] for name in features_of(tokens, index, previous) if name in self._rows]
            scores = self._weights[rows].sum(axis=0) if rows else np.zeros(len(TAGS))
            tags.append(TAGS[int(np.argmax(scores))])
        return TaggedSlots(_run(question, tokens, tags, "subject"), _run(question, tokens, tags, "mention"))


def tokens_of(question: str, mentions: Sequence[MentionSpan]) -> list[Token]:
    """The tokens of `question`."""
    tokens: list[Token] = []
    position = 0
    for mention in sorted(mentions, key=lambda each: each.start):
        if mention.part == "topics" or mention.start < position:
            continue
        tokens += _words(question, position, mention.start)
        tokens.append(Token(mention.start, mention.end, question[mention.start : mention.end], f"@{mention.part}"))
        position = mention.end
    return [*tokens, *_words(question, position, len(question))]


def features_of(tokens: Sequence[Token], index: int, previous: str) -> Iterator[str]:
    """The names of the features of a token; `previous` is the tag before it."""
    keys = ["<<", "<", *(token.key for token in tokens), ">", ">>"]
    place = index + 2
    word = keys[place]
    shape = _shape(tokens[index])
    yield "bias"
    yield f"t={previous}"
    yield f"t={previous},{shape}"
    yield f"w={word}"
    yield f"s={shape}"
    yield f"-1={keys[place - 1]}"
    yield f"+1={keys[place + 1]}"
    yield f"-1={keys[place - 1]},{shape}"
    yield f"+1={keys[place + 1]},{shape}"
    yield f"-2={keys[place - 2]},{keys[place - 1]}"
    yield f"+2={keys[place + 1]},{keys[place + 2]}"
    yield f"t={previous},-1={keys[place - 1]},{shape}"
    yield f"e={word[-3:]}"
    if index == 0:
        yield f"first={shape}"


def _words(question: str, start: int, end: int) -> list[Token]:
    return [
        Token(start + match.start(), start + match.end(), match[0], match[0].casefold().replace("’", "'"))
        for match in _TOKEN.finditer(question[start:end])
    ]


def _shape(token: Token) -> str:
    key = token.key
    if key.startswith("@"):
        return key
    if not any(character.isalnum() for character in key):
        return "mark"
    if key.isdigit():
        return "number"
    if key in _FRAME:
        return "frame"
    if all(term in STOP_TERMS for term in terms(key)):
        return "stop"
    return "rare" if is_rare_word(key) else "word"


def _run(question: str, tokens: Sequence[Token], tags: Sequence[Tag], tag: Tag) -> str:
    """The longest run of words with this tag, with single words inside it."""
    chosen = [index for index, each in enumerate(tags) if each == tag]
    runs: list[list[int]] = []
    for index in chosen:
        if runs and index - runs[-1][-1] <= 2 and not tokens[index - 1].key.startswith("@"):
            runs[-1].append(index)
        else:
            runs.append([index])
    if not runs:
        return ""
    longest = max(runs, key=len)
    return question[tokens[longest[0]].start : tokens[longest[-1]].end].strip(" .,;:?!")


@cache
def bundled_slot_tagger() -> SlotTagger:
    """The tagger that comes with the package."""
    with np.load(model_file("intents.npz"), allow_pickle=False) as stored:
        weights = stored["slots"].astype(np.float32)
        return SlotTagger(weights, [str(name) for name in stored["slot_features"]])
