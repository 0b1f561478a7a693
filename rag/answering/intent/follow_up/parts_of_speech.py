"""The part of speech of each word of a question.

The tags are those of the Penn Treebank. textblob's tagger knows the most frequent tag of 94,000 words and corrects it
by the words around them. Its rules were made for newspapers, so some tags are corrected again by the order of words in
questions.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

# Combining marks of other scripts are letters here; \w has none of them.
LETTER = r"[^\s!-/:-@\[-`{-~’‘“”„…–—]"
_TOKEN = re.compile(
    rf"n[’']t(?!{LETTER})|[’'](?:(?:s|re|ve|ll|d|m)(?!{LETTER}))?|{LETTER}+?(?=n[’']t(?!{LETTER}))"
    rf"|{LETTER}+(?:[-.&,]{LETTER}+)*|\S"
)
DO_OR_MODAL = re.compile(
    r"(?:do|does|did|ca|can|cannot|could|wo|will|would|shall|should|may|might|must)", re.IGNORECASE
)
_BE_OR_HAVE = re.compile(r"(?:is|are|was|were|be|been|being|am|has|have|had|[’']s)", re.IGNORECASE)
# Verbs that the tagger takes for prepositions.
_LIKE = re.compile(r"like|oppose|back|near", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TaggedWord:
    """The word or mark text[start:end], and its tag."""

    start: int
    end: int
    text: str
    tag: str

    @property
    def is_noun(self) -> bool:
        """Whether it is a noun or a name."""
        return self.tag.startswith("NN")

    @property
    def is_verb(self) -> bool:
        """Whether it is a verb in any form, or a modal."""
        return self.tag.startswith("VB") or self.tag == "MD"


class _Tagger(Protocol):
    def tag(self, text: str, tokenize: bool = True) -> list[tuple[str, str]]: ...


_loading = threading.Lock()


def _tagger() -> _Tagger:
    with _loading:
        return _loaded_tagger()


@cache
def _loaded_tagger() -> _Tagger:
    # The import takes a third of a second and more, because it imports nltk. Only follow-up questions need it.
    from textblob.taggers import PatternTagger

    tagger: _Tagger = PatternTagger()
    # The tagger reads its word lists at the first use, and two threads must not do that at the same time.
    tagger.tag("The wordlists", tokenize=False)
    return tagger


def tag_words(text: str) -> tuple[TaggedWord, ...]:
    """The words and marks of the question `text` with their tags."""
    spans = [match.span() for match in _TOKEN.finditer(text)]
    if not spans:
        return ()
    tagged = _tagger().tag(" ".join(text[start:end].replace("’", "'") for start, end in spans), tokenize=False)
    words = [TaggedWord(start, end, text[start:end], tag) for (start, end), (_, tag) in zip(spans, tagged, strict=True)]
    return tuple(_corrected(words))


def _corrected(words: Sequence[TaggedWord]) -> list[TaggedWord]:
    corrected = list(words)
    needs_verb = False
    for index, word in enumerate(words):
        before = corrected[index - 1] if index else None
        after = words[index + 1] if index + 1 < len(words) else None
        tag = word.tag
        if before and word.text[:1].isupper() and word.text.lower() != "i":
            tag = "NNP"  # "Will Ames"
        elif before and before.tag == "DT" and tag == "PRP" and word.text.lower() == "us":
            tag = "NNP"
        elif before and before.tag == "TO" and tag == "NN":
            tag = "VB"  # "refused to sign"
        elif before and _BE_OR_HAVE.fullmatch(before.text) and tag == "VBD":
            tag = "VBN"
        elif needs_verb and _LIKE.fullmatch(word.text) and after and after.tag in ("DT", "PRP", "PRP$"):
            tag = "VB"  # "does the south like the plan"
        elif needs_verb and before and before.is_noun and tag == "NN":
            # "Does the law work"
            is_last = after is None or not (after.is_noun or after.is_verb)
            tag = "VB" if is_last else tag
        elif before and before.is_noun and tag == "VBG" and after and after.is_verb and needs_verb:
            tag = "NN"  # "does binge drinking affect"
        if DO_OR_MODAL.fullmatch(word.text) and not needs_verb:
            needs_verb = True
        elif tag.startswith("VB"):
            needs_verb = False
        corrected[index] = replace(word, tag=tag)
    return corrected
