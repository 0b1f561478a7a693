"""Our own debates, as examples of the reader.

A debate is five passages on one dispute by five columnists, with questions. Each question is labelled against all five
passages, so four of them are hard negatives of the kind that retrieval finds. Every tenth debate is held out.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.training.reader.commentary import FOLDER, REPOSITORY
from evals.training.reader.examples import DEBATE_QUESTIONS, QUESTION, ReaderExample
from evals.training.training_datasets import read_rows

_HELD_OUT_STEP = 10


def read_debates(folder: Path = FOLDER) -> Iterator[tuple[ReaderExample, bool]]:
    """Every question with each passage of its debate.

    The second value is whether the debate is held out. The examples of one question are consecutive and have the same
    group. A passage about which the two labellings disagree is left out.
    """
    debates: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(folder / "debate_passages.jsonl", REPOSITORY):
        debates[row["debate"]].append(row)
    held_out = set(list(debates)[::_HELD_OUT_STEP])
    for number, row in enumerate(read_rows(folder / "debate_questions.jsonl", REPOSITORY)):
        for passage in debates[row["debate"]]:
            if passage["id"] in row.get("unsure", ()):
                continue
            gold = tuple(row["gold"].get(passage["id"], ()))
            heading = f"{passage['title']}, {passage['author']}, {passage['published']}"
            example = ReaderExample(
                QUESTION, row["question"], heading, tuple(passage["sentences"]), gold, bool(gold), DEBATE_QUESTIONS,
                f"{DEBATE_QUESTIONS}:{number}",
            )  # fmt: skip
            yield example, row["debate"] in held_out
