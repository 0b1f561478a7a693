"""Our own statements on commentary, in the layouts that the verifier reads.

A statement is checked against a whole article, of which the verifier reads an excerpt, or against a quote with its
neighbours. The statements on every tenth passage and every tenth debate are for measuring.
"""

import random
from collections.abc import Iterator

from evals.training.public_datasets import LabelledPair
from evals.training.reader.commentary import read_commentary
from evals.training.reader.debates import read_debate_statements
from evals.training.reader.examples import STATEMENT, ReaderExample
from evals.training.training_datasets import TrainingPair
from rag.verification.sentence_selection import select_sentences

SEED = 23
# The share of the true statements that are also paired with the passage's other sentences, as not supported.
_ELSEWHERE = 0.2


def training_pairs(words: int) -> Iterator[TrainingPair]:
    """Each statement with an excerpt, and with the sentences that it is about.

    An excerpt has at most `words` words. The sentences come with none to two neighbours.
    """
    chance = random.Random(SEED)  # noqa: S311  (reproducible, nothing to guard)
    for example, is_measured in _read_statements():
        if is_measured:
            continue
        sentences, marked = example.sentences, set(example.gold or ())
        read = [sentences[position] for position in select_sentences(example.query, sentences, words)]
        yield _pair(example, read, example.label, "own_excerpt")
        if not marked:
            continue
        before, after = chance.choice([(0, 0), (1, 0), (1, 1), (0, 1), (2, 1)])
        shown = {position + shift for position in marked for shift in range(-before, after + 1)}
        yield _pair(example, [text for n, text in enumerate(sentences) if n in shown], example.label, "own_quote")
        rest = [text for n, text in enumerate(sentences) if n not in marked]
        if example.label and rest and chance.random() < _ELSEWHERE:
            other = [rest[position] for position in select_sentences(example.query, rest, words)]
            yield _pair(example, other, False, "own_quote")


def measured_pairs() -> list[LabelledPair]:
    """The statements for measuring, each against its whole passage."""
    return [
        LabelledPair(example.query, example.sentences, example.label, example.group)
        for example, is_measured in _read_statements()
        if is_measured
    ]


def _read_statements() -> Iterator[tuple[ReaderExample, bool]]:
    for example, is_measured in read_commentary():
        if example.kind == STATEMENT:
            yield example, is_measured
    yield from read_debate_statements()


def _pair(example: ReaderExample, texts: list[str], is_supported: bool, source: str) -> TrainingPair:
    return TrainingPair(example.query, " ".join(texts), is_supported, source, example.group)
