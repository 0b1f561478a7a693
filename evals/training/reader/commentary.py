"""Our own questions and statements about commentary, as examples of the reader.

Every tenth passage is held out: nothing is trained on it, and the reader is measured on it.
"""

from collections.abc import Iterator
from pathlib import Path

from evals.training.reader.examples import QUESTION, STATEMENT, ReaderExample
from evals.training.training_datasets import read_rows

FOLDER = Path(__file__).parents[1] / "data"
REPOSITORY = "this project's repository (evals/training/data), and of no wheel"
# Passages 1, 11, 21, … of passages.jsonl, which goes by subject: six or seven of each of its four groups.
_HELD_OUT_STEP = 10


def read_commentary(folder: Path = FOLDER) -> Iterator[tuple[ReaderExample, bool]]:
    """Every question and statement, and whether its passage is held out.

    An example's group is its passage. The gold of a statement are the sentences that it is about, whether they support
    it or not.
    """
    passages = {row["id"]: row for row in read_rows(folder / "passages.jsonl", REPOSITORY)}
    held_out = set(list(passages)[::_HELD_OUT_STEP])
    for kind, name, text, label, marked in (
        (QUESTION, "questions", "question", "answered", "gold"),
        (STATEMENT, "statements", "statement", "supported", "evidence"),
    ):
        for row in read_rows(folder / f"{name}.jsonl", REPOSITORY):
            passage = passages[row["passage"]]
            heading = f"{passage['title']}, {passage['author']}, {passage['published']}"
            sentences = tuple(passage["sentences"])
            gold = tuple(row[marked]) or (() if kind == QUESTION else None)
            example = ReaderExample(
                kind, row[text], heading, sentences, gold, row[label], f"commentary_{name}", row["passage"]
            )
            yield example, row["passage"] in held_out
