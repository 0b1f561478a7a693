"""Conversations with people's rewrites as standalone questions.

The records come from CANARD (Elgohary et al., EMNLP 2019), TREC CAsT 2019 to 2021 and MTRAG (IBM, 2025), as one JSON
object a line: {"history": […], "question", "rewrite", "source", "id", "turn"}.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evals.datasets.published import read_published
from rag.text.lexicon import GRAMMATICAL_ARTICLES

FILE = "rewrites.jsonl"
_SOURCES = "CANARD, TREC CAsT and MTRAG, joined as evals/datasets/rewrites.py says"
Half = Literal["dev", "test"]

# CANARD's answer if the article has none.
_NO_ANSWER = "I don't know."


@dataclass(frozen=True, slots=True)
class RewrittenQuestion:
    """A question of a conversation, with a person's rewrite of it.

    `before` are the earlier questions, oldest first; in CANARD the first one is the title of the conversation's
    article. `answer` is the answer in the data, "" if there is none, and `title` is the article's title.
    """

    source: str
    conversation: str
    before: tuple[str, ...]
    question: str
    rewrite: str
    answer: str = ""
    title: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the person left the question unchanged.

        Case, articles and punctuation are ignored.
        """
        return _normalized(self.question) == _normalized(self.rewrite)

    @property
    def half(self) -> Half:
        """The half of its conversation, by a hash of the conversation's name."""
        digest = hashlib.sha256(f"{self.source}:{self.conversation}".encode()).digest()
        return "test" if digest[0] % 2 else "dev"


def load_rewrites(folder: Path) -> list[RewrittenQuestion]:
    """Loads the questions of the folder's file, conversation by conversation."""
    conversations: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in read_published(folder / FILE, _SOURCES).splitlines():
        record = json.loads(line)
        key = (record["source"], str(record["id"]).partition("<")[0])
        conversations.setdefault(key, []).append(record)
    return [question for key, records in conversations.items() for question in _questions(*key, records)]


def _questions(source: str, conversation: str, records: Sequence[dict[str, Any]]) -> Iterable[RewrittenQuestion]:
    has_title = source.startswith("canard")
    first = records[0]["history"]
    before = [first[0]] if has_title else list(first[: 1 if _has_answers(source) else None])
    for record, following in zip(records, [*records[1:], None], strict=True):
        history = following["history"] if following and _has_answers(source) else []
        answer = history[-1] if len(history) > 1 and history[-2] == record["question"] else ""
        yield RewrittenQuestion(
            source.partition("-")[0],
            conversation,
            tuple(before),
            record["question"],
            record["rewrite"],
            "" if answer == _NO_ANSWER else answer,
            ": ".join(first[:2]) if has_title else "",
        )
        before.append(record["question"])


def _has_answers(source: str) -> bool:
    return source.startswith("canard") or source == "cast2021"


def _normalized(question: str) -> list[str]:
    return [
        word for word in re.findall(r"\w+", re.sub("[’']", "", question.casefold())) if word not in GRAMMATICAL_ARTICLES
    ]
