"""RAGTruth: answers of language models over given sources, checked by people.

The people marked the false words (Niu et al., ACL 2024). Every second source by id is for training, the others are for
measuring.
"""

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.datasets.published import RAGTRUTH
from evals.training.falsify import (
    VARIED,
    Maker,
    SourceSentence,
    add_detail,
    change_date,
    change_name,
    change_number,
    deny,
    exchange_names,
    names_in,
    remove_hedge,
    reverse,
)
from evals.training.public_datasets import LabelledPair
from evals.training.training_datasets import TrainingPair, read_rows, split_sentences
from rag.text.sentences import sentence_spans
from rag.verification.sentence_selection import select_sentences

PARTS = ("summary", "qa")
SEED = 19
# A sentence of fewer words ("Sure!", "2.") says nothing that could be checked.
MIN_WORDS = 3
_PASSAGE_NUMBER = re.compile(r"passage \d+:")
_MAKERS: tuple[Maker, ...] = (
    change_number, change_date, change_name, exchange_names, deny, reverse, remove_hedge, add_detail,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResponseSentence:
    """A sentence of a response with its source.

    `response` is "part:source:number". The sentence is not supported when it holds a marked span, or a part of one.
    """

    statement: str
    source: tuple[str, ...]
    is_supported: bool
    response: str
    source_id: str
    is_measured: bool


def read_responses(data: Path, part: str) -> Iterator[ResponseSentence]:
    """Reads every sentence of one part's responses; `data` holds support/ragtruth."""
    rows = read_rows(data / f"support/ragtruth/{part}_dev.jsonl", RAGTRUTH)
    for position, row in enumerate(sorted(rows, key=lambda row: int(row["source_id"]))):
        source = tuple(source_sentences(row["source"]))
        for number, response in enumerate(row["responses"]):
            for start, end in sentence_spans(response["response"]):
                statement = " ".join(response["response"][start:end].split())
                if len(statement.split()) < MIN_WORDS:
                    continue
                is_false = any(span["start"] < end and start < span["end"] for span in response["labels"])
                source_id = f"{part}:{row['source_id']}"
                yield ResponseSentence(
                    statement, source, not is_false, f"{source_id}:{number}", source_id, position % 2 == 1
                )


def source_sentences(source: Any) -> list[str]:
    """A source's sentences.

    The source of a question is a dictionary, or one written as text.
    """
    if isinstance(source, str) and source.startswith("{"):
        source = ast.literal_eval(source)
    text = source["passages"] if isinstance(source, dict) else source
    return [sentence for part in _PASSAGE_NUMBER.split(text) for sentence in split_sentences(part)]


def training_pairs(data: Path, words: int) -> Iterator[TrainingPair]:
    """The sentences for training, and false ones made of the faithful ones.

    The evidence are the sentences that the verifier selects, at most `words` words of them.
    """
    chance = random.Random(SEED)  # noqa: S311  (reproducible, nothing to guard)
    for part in PARTS:
        for sentence in read_responses(data, part):
            if sentence.is_measured:
                continue
            yield _pair(sentence.statement, sentence, words, sentence.is_supported, f"ragtruth:{part}")
            false = _falsify(sentence, chance) if sentence.is_supported else None
            if false:
                yield _pair(sentence.statement, sentence, words, True, f"ragtruth_planted:{part}")
                yield _pair(false, sentence, words, False, f"ragtruth_planted:{part}")


def measured_pairs(data: Path, part: str) -> list[LabelledPair]:
    """The sentences of the sources for measuring, each against its whole source."""
    return [
        LabelledPair(sentence.statement, sentence.source, sentence.is_supported, sentence.source_id, sentence.response)
        for sentence in read_responses(data, part)
        if sentence.is_measured
    ]


def _pair(statement: str, sentence: ResponseSentence, words: int, is_supported: bool, source: str) -> TrainingPair:
    selected = select_sentences(statement, sentence.source, words)
    evidence = " ".join(sentence.source[position] for position in selected)
    return TrainingPair(statement, evidence, is_supported, source, sentence.source_id)


def _falsify(sentence: ResponseSentence, chance: random.Random) -> str | None:
    """The sentence made false in one way that is possible, or None."""
    source = sentence.source
    names = sorted({name for text in source for name in names_in(text)})
    numbers = sorted({match[0] for text in source for match in VARIED.number.finditer(text)})
    closest = select_sentences(sentence.statement, source, 1)
    original = SourceSentence(sentence.statement, source, closest[0] if closest else 0, names, numbers)
    for make in chance.sample(_MAKERS, k=len(_MAKERS)):
        false = make(original, chance, VARIED)
        if false and false.casefold() != sentence.statement.casefold():
            return false
    return None
