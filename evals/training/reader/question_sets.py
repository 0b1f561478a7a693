"""Public sets of questions, as examples of the reader.

Only sets whose licence allows a shipped model are read; the card names the licences. Examples that share a passage with
an evaluation set are left out: XQuAD, the 500 questions of SQuAD 2.0, and the questions of the bundled corpus.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.datasets.published import SQUAD, TRAINING_SETS, XQUAD, read_published
from evals.training.reader.examples import QUESTION, ReaderExample
from evals.training.training_datasets import detokenize, read_rows

# Questions of QADiscourse repeat the words of the sentence that answers. A few teach its relations; more would teach
# word overlap.
MAX_QADISCOURSE = 300
MAX_HOTPOT = 200
# For the sentence set: the number of consecutive sentences in a passage, and of passages in a group.
_SENTENCES_PER_PASSAGE = 6
_PASSAGES_PER_GROUP = 10
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def read_question_sets(data: Path) -> Iterator[ReaderExample]:
    """Reads every set. `data` holds reader/ and qa/."""
    for reader in _READERS:
        yield from reader(data)


class HeldOut:
    """The passages and questions of SQuAD that the reader is measured on.

    They are reduced to their letters and digits.
    """

    def __init__(self, data: Path) -> None:
        """Reads both sets. `data` holds qa/."""
        queries = json.loads(read_published(data / "qa/squad/search_datasets/squad2/queries.json", SQUAD))["queries"]
        entries = json.loads(read_published(data / "qa/squad/xquad/xquad.en.json", XQUAD))["data"]
        paragraphs = [paragraph for entry in entries for paragraph in entry["paragraphs"]]
        texts = [query["context"] for query in queries] + [paragraph["context"] for paragraph in paragraphs]
        self._text = " ".join(reduced(text) for text in dict.fromkeys(texts))
        self._questions = {reduced(query["question"]) for query in queries}
        self._questions |= {reduced(answer["question"]) for paragraph in paragraphs for answer in paragraph["qas"]}

    def has_sentence(self, sentence: str) -> bool:
        """Whether a passage holds the sentence."""
        return reduced(sentence) in self._text

    def has_question(self, question: str) -> bool:
        """Whether the question is asked."""
        return reduced(question) in self._questions


def reduced(text: str) -> str:
    """The text's letters and digits, for comparison."""
    text = re.sub(r"-[lr][rsc]b-", "", text.lower())
    return _NOT_WORD.sub("", text)


def _pairs(data: Path, name: str) -> list[dict[str, Any]]:
    return read_rows(data / "reader" / name / "pairs.jsonl")


def _example(row: dict[str, Any], source: str, sentences: Sequence[str] | None = None) -> ReaderExample:
    gold = tuple(row["gold"])
    title = row["title"] or ""
    sentences = tuple(" ".join(text.split()) for text in (sentences or row["sentences"]))
    return ReaderExample(QUESTION, row["question"], title, sentences, gold, bool(gold), source, title)


def _squad(data: Path) -> Iterator[ReaderExample]:
    clean = set(read_published(data / "reader/squad2_dev_half/clean_ids.txt", TRAINING_SETS).split())
    held_out = HeldOut(data)
    for row in _pairs(data, "squad2_dev_half"):
        if row["id"] in clean and not any(map(held_out.has_sentence, row["sentences"])):
            yield _example(row, "squad2")


def _selqa(data: Path) -> Iterator[ReaderExample]:
    for row in _pairs(data, "selqa"):
        yield _example(row, "selqa")


def _onestopqa(data: Path) -> Iterator[ReaderExample]:
    for row in _pairs(data, "onestopqa"):
        yield _example(row, "onestopqa")


def _qed(data: Path) -> Iterator[ReaderExample]:
    for row in _pairs(data, "qed"):
        if row["kind"] != "none":
            yield _example(row, "qed", [detokenize(sentence) for sentence in row["sentences"]])


def _fairytaleqa(data: Path) -> Iterator[ReaderExample]:
    for row in _pairs(data, "fairytaleqa"):
        if row["explicit"] == "explicit":
            yield _example(row, "fairytaleqa")


def _kpa(data: Path) -> Iterator[ReaderExample]:
    for row in _pairs(data, "kpa"):
        yield _example(row, "kpa")


def _quotesum(data: Path) -> Iterator[ReaderExample]:
    for row in _pairs(data, "quotesum"):
        # A sentence without a gold mark was not quoted, but it may answer.
        if row["gold"]:
            yield _example(row, "quotesum")


def _qmsum(data: Path) -> Iterator[ReaderExample]:
    for row in _pairs(data, "qmsum"):
        yield _example(row, "qmsum")


def _hotpot(data: Path) -> Iterator[ReaderExample]:
    for row in _pairs(data, "hotpot_small")[:MAX_HOTPOT]:
        yield _example(row, "hotpot")


def _qadiscourse(data: Path) -> Iterator[ReaderExample]:
    rows = [row for row in _pairs(data, "qadiscourse") if all(len(text) > 2 for text in row["sentences"])]
    for row in rows[:: max(1, len(rows) // MAX_QADISCOURSE)]:
        yield _example(row, "qadiscourse")


def _sentence_set(data: Path) -> Iterator[ReaderExample]:
    """SQuAD's sentences with their questions (Du et al., ACL 2017).

    Consecutive sentences are joined to passages.

    The set has the sentences that questions were asked about, in the order of the articles. It contains sentences of
    XQuAD and other evaluation sets, which are left out.
    """
    held_out = HeldOut(data)
    folder = data / "qa/squad/nqg/data/processed"
    asked = {reduced(row["question"]) for row in _pairs(data, "squad2_dev_half")}
    for split in ("test", "dev"):
        questions: dict[str, list[str]] = {}
        columns = [
            read_published(folder / f"{name}-{split}.txt", TRAINING_SETS).splitlines() for name in ("src", "tgt")
        ]
        for sentence, question in zip(*columns, strict=True):
            questions.setdefault(sentence, []).append(question)
        kept = [
            sentence
            for sentence, asked_about in questions.items()
            if not held_out.has_sentence(sentence) and not any(map(held_out.has_question, asked_about))
        ]
        for number, start in enumerate(range(0, len(kept), _SENTENCES_PER_PASSAGE)):
            passage = kept[start : start + _SENTENCES_PER_PASSAGE]
            sentences = tuple(detokenize(sentence) for sentence in passage)
            group = f"sentence set, {split}, part {number // _PASSAGES_PER_GROUP}"
            for position, sentence in enumerate(passage):
                for question in questions[sentence]:
                    if reduced(question) not in asked:
                        query = detokenize(question)
                        gold = (position,)
                        yield ReaderExample(QUESTION, query, "", sentences, gold, True, "sentence_set", group)


_READERS: tuple[Callable[[Path], Iterator[ReaderExample]], ...] = (
    _squad, _selqa, _onestopqa, _qed, _fairytaleqa, _kpa, _quotesum, _qmsum, _hotpot, _qadiscourse, _sentence_set,
)  # fmt: skip
