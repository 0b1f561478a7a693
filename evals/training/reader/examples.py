"""One example of the reader: a query, a passage, and its labels."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

QUESTION, STATEMENT = "question", "statement"
# The source of the questions on our own debates.
DEBATE_QUESTIONS = "debate_questions"


@dataclass(frozen=True, slots=True)
class ReaderExample:
    """A question or statement with a passage and its labels.

    `heading` is the passage's title, author and date, as far as known. `gold` are the sentences that answer the
    question, or with which the statement has to be compared; None if they are not marked. `label` is whether the
    passage answers the question, or supports the statement. Examples of one `group` belong on the same side of a split.
    """

    kind: str
    query: str
    heading: str
    sentences: tuple[str, ...]
    gold: tuple[int, ...] | None
    label: bool
    source: str
    group: str


def write_examples(examples: Iterable[ReaderExample], path: Path) -> int:
    """Writes one JSON object a line. Returns how many were written."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for example in examples:
            file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
            count += 1
    return count


def read_examples(path: Path) -> Iterator[ReaderExample]:
    """Reads what `write_examples` wrote."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            gold = row["gold"]
            yield ReaderExample(
                kind=row["kind"],
                query=row["query"],
                heading=row["heading"],
                sentences=tuple(row["sentences"]),
                gold=None if gold is None else tuple(gold),
                label=row["label"],
                source=row["source"],
                group=row["group"],
            )
