"""Our own debates, as examples of the reader.

A debate is five passages on one dispute by five columnists, with questions and statements. Each question is labelled
against all five passages, so four of them are hard negatives of the kind that retrieval finds. Each statement is
labelled against one passage. Every tenth debate is held out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from evals.training.reader.commentary import FOLDER, REPOSITORY
from evals.training.reader.examples import DEBATE_QUESTIONS, QUESTION, STATEMENT, ReaderExample
from evals.training.training_datasets import read_rows

DEBATE_STATEMENTS = "debate_statements"
_HELD_OUT_STEP = 10


def read_debates(folder: Path = FOLDER) -> Iterator[tuple[ReaderExample, bool]]:
    """Every question with each passage of its debate.

    The second value is whether the debate is held out. The examples of one question are consecutive and have the same
    group. A passage about which the two labellings disagree is left out.
    """
    debates = _read_passages(folder)
    held_out = _held_out(debates)
    for number, row in enumerate(read_rows(folder / "debate_questions.jsonl", REPOSITORY)):
        for passage in debates[row["debate"]]:
            if passage["id"] in row.get("unsure", ()):
                continue
            gold = tuple(row["gold"].get(passage["id"], ()))
            example = ReaderExample(
                QUESTION, row["question"], _heading(passage), tuple(passage["sentences"]), gold, bool(gold),
                DEBATE_QUESTIONS, f"{DEBATE_QUESTIONS}:{number}",
            )  # fmt: skip
            yield example, row["debate"] in held_out


def read_debate_statements(folder: Path = FOLDER) -> Iterator[tuple[ReaderExample, bool]]:
    """Every statement with its passage, and whether the debate is held out.

    The gold are the sentences that the statement is about, whether they support it or not.
    """
    debates = _read_passages(folder)
    held_out = _held_out(debates)
    passages = {passage["id"]: passage for rows in debates.values() for passage in rows}
    for row in read_rows(folder / "debate_statements.jsonl", REPOSITORY):
        passage = passages[row["passage"]]
        example = ReaderExample(
            STATEMENT, row["statement"], _heading(passage), tuple(passage["sentences"]), tuple(row["evidence"]) or None,
            row["supported"], DEBATE_STATEMENTS, row["passage"],
        )  # fmt: skip
        yield example, passage["debate"] in held_out


def _read_passages(folder: Path) -> dict[str, list[dict[str, Any]]]:
    debates: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(folder / "debate_passages.jsonl", REPOSITORY):
        debates[row["debate"]].append(row)
    return debates


def _held_out(debates: Iterable[str]) -> set[str]:
    return set(list(debates)[::_HELD_OUT_STEP])


def _heading(passage: Mapping[str, Any]) -> str:
    return f"{passage['title']}, {passage['author']}, {passage['published']}"
