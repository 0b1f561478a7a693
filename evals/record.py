"""One line of a run's results.jsonl: the case, the answer, what was retrieved and what the judge said of it.

Everything that the figures are made of is in the line, so that they can be made again without engine or judge. A line
holds no figure itself; `evals.figures` makes them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.errors import EvalError
from evals.metrics.answers import Place
from evals.suite import Case

# Of results.jsonl and run.json; goes up whenever a line of before can no longer be read, or means something else.
VERSION = 1


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Retrieved(_Line):
    """A passage that a search for the question found; `start` and `end` count characters of the article's text."""

    id: str
    article: str
    start: int
    end: int
    score: float


class JudgedClaim(_Line):
    """A claim of the answer, the number of its statement from 0, how far the retrieved passages bear it out, and the
    words that the judge gave as evidence (verbatim, or None)."""

    text: str
    statement: int
    support: float
    evidence: str | None = None


class JudgedStatement(_Line):
    """A statement of the answer with its support by what it cites (see evals.metrics.answers.CitedSupport), the
    authors of the catalogue that it names, and those of the articles that it cites."""

    text: str
    together: float | None
    alone: tuple[float, ...] = ()
    without: tuple[float, ...] = ()
    named: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()


class Usage(_Line):
    """Calls to a model and their tokens; `cost` in dollars, None without prices."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None


class Judgement(_Line):
    """What a judge said of one answer; supports in [0, 1], `relevance` in [0, 1]."""

    claims: tuple[JudgedClaim, ...] = ()
    statements: tuple[JudgedStatement, ...] = ()
    points: tuple[float, ...] = ()
    must_not: tuple[float, ...] = ()
    relevance: float | None = None
    usage: Usage = Usage()


class Record(_Line):
    """One case of a run.

    `answer` is the engine's (`Answer.to_dict()`), None when the engine failed; `error` then says how. `judgement` is
    None when the case failed, or when the judge did, which `judge_error` says. `gold` are the case's quotes as places,
    `relevant` the ids of the passages that hold one, `retrieved` the best passages for the standalone question.
    """

    version: int = VERSION
    case: Case
    answer: dict[str, Any] | None = None
    retrieved: tuple[Retrieved, ...] = ()
    relevant: tuple[str, ...] = ()
    gold: tuple[tuple[Place, ...], ...] = ()
    answerability: float | None = None
    judgement: Judgement | None = None
    usage: Usage | None = None
    error: str | None = None
    judge_error: str | None = None

    @property
    def failed(self) -> bool:
        return self.answer is None

    @property
    def declined(self) -> bool:
        return self.answer is not None and bool(self.answer["abstained"])

    @property
    def quoted(self) -> list[Place]:
        """Where the answer's citations lie, in their order."""
        cited = self.answer["citations"] if self.answer else []
        return [Place(one["article_id"], one["start"], one["end"]) for one in cited]


def read_records(path: Path) -> list[Record]:
    """The lines of a results.jsonl; a last line that was cut short by a kill is left out. Raises EvalError."""
    try:
        return [_record(line, f"{path}:{number}") for number, line in _whole_lines(path)]
    except OSError as error:
        raise EvalError(f"{path} cannot be read ({error.strerror}); name the folder of a run") from error


def _whole_lines(path: Path) -> Iterator[tuple[int, str]]:
    *whole, _ = path.read_text(encoding="utf-8").split("\n")
    return ((number, line) for number, line in enumerate(whole, 1) if line.strip())


def _record(line: str, where: str) -> Record:
    try:
        found = Record.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the line"
        raise EvalError(f"{where}: {field}: {first['msg']}; was this run made by another version?") from None
    if found.version != VERSION:
        raise EvalError(f"{where}: is of version {found.version}, this is version {VERSION}; run the suite again")
    return found
