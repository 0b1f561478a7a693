"""Suites of questions with known answers: one JSON object a line, checked against the corpus before anything is run.

A suite is a folder with one file a split (dev.jsonl, test.jsonl); evals/suites/README.md says how cases are written.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rag.errors import RagError

SUITES = Path(__file__).parent / "suites"
SPLITS = ("dev", "test")

Kind = Literal["why", "fact", "who_argues", "compare", "change", "follow_up", "unanswerable", "false_premise"]


class Gold(BaseModel):
    """Words that answer: `quote` stands in the text of `article` exactly once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article: str
    quote: str = Field(min_length=10)


class Line(BaseModel):
    """What a line of any suite has: an id that is its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+$")


AnyLine = TypeVar("AnyLine", bound=Line)


class Case(Line):
    """One question, or the turns of a conversation whose last one is measured.

    `gold` is a list of groups: a complete answer quotes something of every group, and within a group any of the quotes
    will do. `points` are what a complete answer says, `must_not` what it must not say, in the suite's own words.
    """

    subject: str
    kind: Kind
    question: str | None = None
    turns: tuple[str, ...] = ()
    answerable: bool
    gold: tuple[tuple[Gold, ...], ...] = ()
    points: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> "Case":
        if bool(self.question) == bool(self.turns):
            raise ValueError("give `question` or `turns`, one of the two")
        if self.turns and len(self.turns) < 2:
            raise ValueError("`turns` has two questions or more")
        if self.answerable and not (self.gold and all(self.gold) and self.points):
            raise ValueError("an answerable case has `gold` and `points`")
        if not self.answerable and self.gold:
            raise ValueError("a case that is not answerable has no `gold`")
        return self

    @property
    def asked(self) -> tuple[str, ...]:
        """What is asked, in order; the answer to the last one counts."""
        return self.turns or (self.question or "",)


class SuiteError(RagError):
    """A suite is missing, or a line of it is no case or statement: the message names the file, line and field."""


def load(suite: str | Path, split: str) -> list[Case]:
    """The cases of one split; `suite` is a name under evals/suites or a folder. Raises SuiteError."""
    return load_lines(suite, split, Case)


def load_lines(suite: str | Path, split: str, model: type[AnyLine]) -> list[AnyLine]:
    """The lines of one split of a suite of any kind, each a `model`. Raises SuiteError."""
    folder = Path(suite) if Path(suite).is_dir() else SUITES / str(suite)
    path = folder / f"{split}.jsonl"
    if not path.is_file():
        raise SuiteError(f"no suite at {path}; name a folder with {' and '.join(f'{one}.jsonl' for one in SPLITS)}")
    lines = [_line(line, f"{path}:{number}", model) for number, line in enumerate(_lines(path), 1) if line.strip()]
    seen: set[str] = set()
    for line in lines:
        if line.id in seen:
            raise SuiteError(f"{path}: the id {line.id!r} stands twice; give each line one of its own")
        seen.add(line.id)
    return lines


def misquoted(cases: Iterable[Case], texts: Mapping[str, str]) -> Iterator[str]:
    """A line for each gold quote that does not stand exactly once in its article (`texts`: article id to text)."""
    for case in cases:
        for gold in (one for group in case.gold for one in group):
            times = texts.get(gold.article, "").count(gold.quote)
            if times != 1:
                held = gold.article in texts
                where = f"stands {times} times in {gold.article}" if held else f"there is no article {gold.article}"
                yield f"{case.id}: {where}: {gold.quote[:80]!r}"


def _lines(path: Path) -> Sequence[str]:
    return path.read_text(encoding="utf-8").split("\n")


def _line(line: str, where: str, model: type[AnyLine]) -> AnyLine:
    try:
        return model.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("review",):
            raise SuiteError(
                f"{where}: review: a proposal that nobody has reviewed; edit it, then take it off"
            ) from None
        field = ".".join(str(part) for part in first["loc"]) or "the line"
        raise SuiteError(f"{where}: {field}: {first['msg']}") from None
    except ValueError as error:
        raise SuiteError(f"{where}: is not JSON ({error})") from None
