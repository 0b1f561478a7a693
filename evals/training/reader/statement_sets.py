"""Public sets of statements with evidence, as examples of the reader.

They are those of evals.training.training_datasets, statements planted by rule, and half of the sources of RAGTruth's
two available parts. The other half of the sources is for measuring.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.training.perturbations import perturbed_pairs
from evals.training.reader.examples import STATEMENT, ReaderExample
from evals.training.support.ragtruth import PARTS, read_responses
from evals.training.training_datasets import (
    SUMMEDITS_TRAINED,
    TrainingPair,
    read_rows,
    read_training_pairs,
    split_sentences,
)
from rag.verification.sentence_selection import select_sentences

SEED = 17
# Sets whose evidence is one sentence. In this share of the examples it is mixed with other evidence of the set.
_ONE_SENTENCE_SETS = ("mnli", "symmetric")
_AMONG_OTHERS = 0.5
_MAX_OTHERS = 4
# Maximum number of a source's words that are read for one sentence of a response.
SOURCE_WORDS = 130


def read_statement_sets(data: Path) -> Iterator[ReaderExample]:
    """Reads every set. `data` holds support/, wice/ and reader/."""
    chance = random.Random(SEED)  # noqa: S311  (reproducible, nothing to guard)
    pairs = list(read_training_pairs(data))
    premises = {name: sorted({pair.evidence for pair in pairs if pair.source == name}) for name in _ONE_SENTENCE_SETS}
    for pair in pairs:
        others = premises.get(pair.source)
        if others and chance.random() < _AMONG_OTHERS:
            yield _among_others(pair, others, chance)
        else:
            yield from_pair(pair)
    for document, sentences in _running_texts(data):
        for pair in perturbed_pairs(document, sentences, "planted", chance):
            yield from_pair(pair)
    for part in PARTS:
        for example, is_measured in read_ragtruth(data, part):
            if not is_measured:
                yield example


def from_pair(pair: TrainingPair) -> ReaderExample:
    """A pair as an example; its evidence is split into unmarked sentences."""
    sentences = tuple(split_sentences(pair.evidence))
    source = pair.source.split(":")[0]
    return ReaderExample(STATEMENT, pair.statement, "", sentences, None, pair.is_supported, source, pair.document[:80])


def read_ragtruth(data: Path, part: str) -> Iterator[tuple[ReaderExample, bool]]:
    """Every sentence of the responses, against its source.

    Each comes with a flag: whether its source is for measuring. The group is the response's.
    """
    for sentence in read_responses(data, part):
        selected = select_sentences(sentence.statement, sentence.source, SOURCE_WORDS)
        sentences = tuple(sentence.source[position] for position in selected)
        example = ReaderExample(
            STATEMENT, sentence.statement, "", sentences, None, sentence.is_supported, f"ragtruth_{part}",
            f"ragtruth:{sentence.response}",
        )  # fmt: skip
        yield example, sentence.is_measured


def _among_others(pair: TrainingPair, premises: Sequence[str], chance: random.Random) -> ReaderExample:
    """The pair's evidence among premises of other pairs.

    It is the one sentence that the statement is compared with.
    """
    others = [text for text in chance.sample(premises, chance.randint(1, _MAX_OTHERS)) if text != pair.evidence]
    position = chance.randint(0, len(others))
    sentences = (*others[:position], pair.evidence, *others[position:])
    gold = (position,)
    return ReaderExample(
        STATEMENT, pair.statement, "", sentences, gold, pair.is_supported, pair.source, pair.document[:80]
    )


def _running_texts(data: Path) -> Iterator[tuple[str, list[str]]]:
    """Texts for planted statements; none belongs to an evaluation set."""
    for row in read_rows(data / "wice/non_supported_tokens_train.jsonl"):
        yield row["evidence"][0], row["evidence"]
    texts = {
        row["text_a"] for path in sorted((data / "support/factcg/data").rglob("*.json")) for row in read_rows(path)
    }
    for domain in SUMMEDITS_TRAINED:
        texts |= {row["doc"] for row in read_rows(data / f"support/summedits/data/summedits/summedits_{domain}.json")}
    for text in sorted(texts):
        yield text[:80], split_sentences(text)
