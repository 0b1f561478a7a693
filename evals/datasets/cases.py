"""Suites of questions with known answers, one JSON object a line.

Quotes are checked against the corpus before a run. A suite is a folder with one file a split (dev.jsonl, test.jsonl);
evals/suites/README.md says how cases are written. The field names are the file's keys.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rag.errors import RagError, first_problem

SUITES = Path(__file__).parents[1] / "suites"
SPLITS = ("dev", "test")
# A citation hits a gold quote when it covers at least this share of the quote's characters.
MIN_GOLD_SHARE = 0.5
MIN_QUOTE_CHARACTERS = 10

CaseKind = Literal["why", "fact", "who_argues", "compare", "change", "follow_up", "unanswerable", "false_premise"]


class SuiteError(RagError):
    """A suite is missing, or one of its lines is not valid.

    The message names file, line and field.
    """


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Characters `start` to `end` of an article's text."""

    article: str
    start: int
    end: int


class Gold(BaseModel):
    """A quote that answers; it occurs in the text of `article` exactly once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article: str
    quote: str = Field(min_length=MIN_QUOTE_CHARACTERS)


class SuiteLine(BaseModel):
    """A line of any suite: it has an id that is unique in its file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+$")


AnySuiteLine = TypeVar("AnySuiteLine", bound=SuiteLine)


class Case(SuiteLine):
    """One question, or the turns of a conversation whose last question is measured.

    `gold` is a list of groups: a complete answer has a quote of every group, and any quote of a group is enough.
    `points` are the statements of a complete answer, and `must_not` statements that would be wrong, in the suite's own
    words.
    """

    subject: str
    kind: CaseKind
    question: str | None = None
    turns: tuple[str, ...] = ()
    answerable: bool
    gold: tuple[tuple[Gold, ...], ...] = ()
    points: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_fields(self) -> "Case":
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
    def questions(self) -> tuple[str, ...]:
        """The questions in order; the answer to the last one is measured."""
        return self.turns or (self.question or "",)


def load_cases(suite: str | Path, split: str) -> list[Case]:
    """Loads the cases of one split.

    `suite` is a name under evals/suites or a folder. Raises SuiteError.
    """
    return load_suite(suite, split, Case)


def load_suite(suite: str | Path, split: str, model: type[AnySuiteLine]) -> list[AnySuiteLine]:
    """Loads the lines of one split, each as a `model`.

    `suite` is a name under evals/suites or a folder, of any kind. Raises SuiteError.
    """
    path = find_split(suite, split)
    numbered = enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
    rows = [_parse_line(line, f"{path}:{number}", model) for number, line in numbered if line.strip()]
    ids: set[str] = set()
    for row in rows:
        if row.id in ids:
            raise SuiteError(f"{path}: the id {row.id!r} stands twice; give each line an id of its own")
        ids.add(row.id)
    return rows


def find_split(suite: str | Path, split: str) -> Path:
    """The file of one split of a suite.

    `suite` is a name under evals/suites or a folder. Raises SuiteError.
    """
    folder = Path(suite) if Path(suite).is_dir() else SUITES / str(suite)
    path = folder / f"{split}.jsonl"
    if not path.is_file():
        raise SuiteError(f"no suite at {path}; name a folder with {' and '.join(f'{name}.jsonl' for name in SPLITS)}")
    return path


def find_misquotes(cases: Iterable[Case], texts: Mapping[str, str]) -> Iterator[str]:
    """Yields a line for each gold quote that is not in its article exactly once.

    `texts` maps article ids to texts.
    """
    for case in cases:
        for gold in (gold for group in case.gold for gold in group):
            misquote = describe_misquote(case.id, gold.article, gold.quote, texts)
            if misquote is not None:
                yield misquote


def describe_misquote(line_id: str, article: str, quote: str, texts: Mapping[str, str]) -> str | None:
    """Describes what is wrong with `quote`; None if it is in `article` exactly once."""
    times = texts.get(article, "").count(quote)
    if times == 1:
        return None
    where = f"stands {times} times in {article}" if article in texts else f"there is no article {article}"
    return f"{line_id}: {where}: {quote[:80]!r}"


def covers_gold(quote: TextSpan, span: TextSpan) -> bool:
    """Whether `span` covers at least half of the gold quote (MIN_GOLD_SHARE)."""
    shared = min(span.end, quote.end) - max(span.start, quote.start)
    return span.article == quote.article and shared >= MIN_GOLD_SHARE * (quote.end - quote.start)


def _parse_line(line: str, where: str, model: type[AnySuiteLine]) -> AnySuiteLine:
    try:
        return model.model_validate(json.loads(line))
    except ValidationError as error:
        if error.errors()[0]["loc"] == ("review",):
            raise SuiteError(f"{where}: review: a candidate case; review and edit it, then remove the field") from None
        raise SuiteError(f"{where}: {first_problem(error, 'the line')}") from None
    except ValueError as error:
        raise SuiteError(f"{where}: is not JSON ({error})") from None
