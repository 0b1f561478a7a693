"""One line of a run's results.jsonl.

It has the case, the answer, the retrieved passages and the judgement. A line has all the input of the metrics, so a
report can be made again without engine or judge. It does not have the metrics (evals.metrics.registry computes them).
The field names are the file's keys.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.datasets.cases import Case, TextSpan
from evals.errors import EvalError
from rag.errors import first_problem
from rag.types.answer import Verdict

# The version of results.jsonl and run.json. It is incremented when older lines cannot be read any more, or have another
# meaning.
VERSION = 1


class _ResultModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True)


class RetrievedPassage(_ResultModel):
    """A passage that a search for the question returned.

    `start` and `end` count characters of the article's text.
    """

    id: str
    article: str
    start: int
    end: int
    score: float


class JudgedClaim(_ResultModel):
    """A claim of the answer with its support by the retrieved passages.

    `statement` is the number of its statement, from 0; `evidence` are the verbatim words that the judge names.
    """

    text: str
    statement: int
    support: float
    evidence: str | None = None


class JudgedStatement(_ResultModel):
    """A statement of the answer with its support by its citations.

    The supports are those of evals.metrics.answers.CitationSupport. `named` are the authors of the catalogue that it
    names, `cited` those of the articles that it cites. `bearing` is the trained reader's logit of how far the statement
    and its citations bear on the question, None for results from before it was measured.
    """

    text: str
    together: float | None
    alone: tuple[float, ...] = ()
    without: tuple[float, ...] = ()
    named: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    bearing: float | None = None


class ModelUsage(_ResultModel):
    """Calls to a model and their tokens; `cost` in dollars, None without prices."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None


class Judgement(_ResultModel):
    """A judge's scores of one answer; supports and `relevance` are in [0, 1]."""

    claims: tuple[JudgedClaim, ...] = ()
    statements: tuple[JudgedStatement, ...] = ()
    points: tuple[float, ...] = ()
    must_not: tuple[float, ...] = ()
    relevance: float | None = None
    usage: ModelUsage = ModelUsage()


class _AnswerModel(BaseModel):
    """Base class for the parts of a stored answer that the evals read.

    An answer has more fields, which stay in the file and are not read here.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class CitedPassage(_AnswerModel):
    """The passage of a citation."""

    id: str
    text: str


class StoredCitation(_AnswerModel):
    """A verbatim quote; `start` and `end` count characters of the article's text."""

    number: int
    article_id: str
    title: str
    author: str | None = None
    source: str | None = None
    published: date | None = None
    quote: str
    start: int
    end: int
    passage: CitedPassage


class StoredStatement(_AnswerModel):
    """A sentence of the answer, with its citations' numbers and its verdict."""

    text: str
    citations: tuple[int, ...] = ()
    verdict: Verdict


class StoredSection(_AnswerModel):
    """A part of an answer; `statements` are indices of the answer's statements."""

    title: str | None = None
    author: str | None = None
    statements: tuple[int, ...] = ()


class StoredScope(_AnswerModel):
    """The articles that the question's own words limit it to."""

    authors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


class StoredUnderstanding(_AnswerModel):
    """How the question was understood; `corrected` are pairs of typed and read."""

    corrected: tuple[tuple[str, str], ...] = ()
    scope: StoredScope = StoredScope()


class StoredTimings(_AnswerModel):
    """Milliseconds from question to answer."""

    total: float


class StoredAnswer(_AnswerModel):
    """The engine's answer as a result keeps it (`rag.Answer.to_dict()`)."""

    standalone_question: str
    text: str = Field(alias="answer")
    abstained: bool
    reason: str | None = None
    statements: tuple[StoredStatement, ...] = ()
    citations: tuple[StoredCitation, ...] = ()
    notice: str | None = None
    kind: str | None = None
    sections: tuple[StoredSection, ...] = ()
    understood: StoredUnderstanding = StoredUnderstanding()
    timings_ms: StoredTimings


class CaseResult(_ResultModel):
    """One case of a run.

    `answer_json` is the engine's answer as stored in the file, `answer` the same as a typed object. Both are None if
    the engine failed; `error` is then its message. `judgement` is None if the case or the judge failed; `judge_error`
    is the judge's message. `gold` are the spans of the case's gold quotes, `relevant` the ids of the passages that
    contain one, `retrieved` the best passages for the standalone question. `first_words` are the milliseconds from the
    question to the first words of its answer.
    """

    version: int = VERSION
    case: Case
    answer_json: dict[str, Any] | None = Field(default=None, alias="answer")
    retrieved: tuple[RetrievedPassage, ...] = ()
    relevant: tuple[str, ...] = ()
    gold: tuple[tuple[TextSpan, ...], ...] = ()
    answerability: float | None = None
    judgement: Judgement | None = None
    usage: ModelUsage | None = None
    first_words: float | None = None
    error: str | None = None
    judge_error: str | None = None

    @property
    def answer(self) -> StoredAnswer | None:
        """The stored answer.

        Raises pydantic's ValidationError if a field that the evals need is missing.
        """
        return None if self.answer_json is None else StoredAnswer.model_validate(self.answer_json)

    @property
    def is_failed(self) -> bool:
        """Whether the engine failed on this case."""
        return self.answer_json is None

    @property
    def is_declined(self) -> bool:
        """Whether the engine abstained."""
        return self.answer is not None and self.answer.abstained

    @property
    def quoted_spans(self) -> list[TextSpan]:
        """The spans of the answer's citations, in their order."""
        citations = self.answer.citations if self.answer else ()
        return [TextSpan(citation.article_id, citation.start, citation.end) for citation in citations]


def read_results(path: Path) -> list[CaseResult]:
    """Reads the lines of a results.jsonl.

    A last line that a kill cut short is left out. Raises EvalError for a file that cannot be read, or a line that is no
    result of this version.
    """
    try:
        return [_read_result(line, f"{path}:{number}") for number, line in _complete_lines(path)]
    except OSError as error:
        raise EvalError(f"{path} cannot be read ({error.strerror}); name the folder of a run") from error


def _complete_lines(path: Path) -> Iterator[tuple[int, str]]:
    *complete, _ = path.read_text(encoding="utf-8").split("\n")
    return ((number, line) for number, line in enumerate(complete, 1) if line.strip())


def _read_result(line: str, where: str) -> CaseResult:
    try:
        result = CaseResult.model_validate_json(line)
        # Validated here, because a later error would not name the line.
        _ = result.answer
    except ValidationError as error:
        raise EvalError(f"{where}: {first_problem(error, 'the line')}; was this run made by another version?") from None
    if result.version != VERSION:
        raise EvalError(f"{where}: is of version {result.version}, this is version {VERSION}; run the suite again")
    return result
