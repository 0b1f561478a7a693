"""One request on its way through the pipeline.

It has what was asked, what is known of it so far, the time it took, and how it went.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from rag.answering.evidence import Abstention
from rag.answering.intent.understanding import UnderstoodTurn
from rag.generation.llm_writer import WritingSession
from rag.interrupts.cancellation import Cancellation
from rag.retrieval.filters import Filters
from rag.types.answer import Answer, Timings, Turn
from rag.types.catalogue import Freshness
from rag.types.passage import RankedPassage
from rag.types.revision import Revision
from rag.types.understanding import Kind, UnderstoodPart

Outcome = Literal["answered", "declined", "failed", "cancelled"]


@dataclass(slots=True)
class QuestionRecord:
    """How one question went, for metrics: no text.

    `kind` and `timings` are those of its answer; without one, `kind` is None. `model_failed` says that a language model
    could not be used for it, even if quotes answered. `outcome` is "failed" until another one is known.
    """

    kind: Kind | None = None
    outcome: Outcome = "failed"
    timings: Timings = field(default_factory=Timings)
    model_failed: bool = False

    def finish(self, answer: Answer) -> None:
        """Records the answer."""
        self.kind, self.timings = answer.kind, answer.timings
        self.outcome = "declined" if answer.abstained else "answered"

    def cancel(self) -> None:
        """Records that the client left; one that left with its answer did not."""
        if self.kind is None:
            self.outcome = "cancelled"


# Called once for every question, in the thread that answered it. It must not raise.
QuestionObserver = Callable[[QuestionRecord], None]


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A question with its conversation and the limits of the search.

    `turns` are the earlier turns that the question may refer to. It is answered from `k` passages within `filters`. The
    parts in `ignore` are not read from the question's words. `with_passages` asks for the retrieved passages in the
    answer. The work stops when `cancellation` is cancelled.
    """

    question: str
    turns: tuple[Turn, ...]
    k: int
    filters: Filters
    ignore: frozenset[UnderstoodPart] = frozenset()
    with_passages: bool = False
    cancellation: Cancellation | None = None


class StageTimer:
    """Measures how long the stages of one answer take, in milliseconds."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._stages = {"retrieve": 0.0, "write": 0.0, "verify": 0.0}

    def end(self, stage: Literal["retrieve", "write", "verify"], *, of_it_verifying: float = 0.0) -> None:
        """Counts the time since the last stage ended as the time of `stage`.

        `of_it_verifying` is how many milliseconds of it were spent verifying; they count as "verify".
        """
        now = time.perf_counter()
        self._stages[stage] += (now - self._last) * 1000 - of_it_verifying
        self._stages["verify"] += of_it_verifying
        self._last = now

    def timings(self) -> Timings:
        total = (time.perf_counter() - self._start) * 1000
        return Timings(**{stage: round(took, 2) for stage, took in self._stages.items()}, total=round(total, 2))


@dataclass(slots=True)
class PipelineRun:
    """The state of one request in the pipeline, from retrieval on.

    `doubt` is the abstention that the answer would be without a language model, if the passages may not answer.
    `notices` are messages that the reader must see. `passages` are those that were retrieved, if they were asked for.
    `revisions` are the sentences of a model's draft of which nothing stands.
    """

    request: AnswerRequest
    turn: UnderstoodTurn
    session: WritingSession | None
    timer: StageTimer
    record: QuestionRecord
    freshness: Freshness | None = None
    doubt: Abstention | None = None
    passages: tuple[RankedPassage, ...] | None = None
    notices: list[str] = field(default_factory=list)
    revisions: tuple[Revision, ...] = ()

    def complete(self, answer: Answer) -> Answer:
        """`answer` with the notices, the library's age, the tokens used and the time."""
        return replace(
            answer,
            notice="; ".join(self.notices) or None,
            freshness=self.freshness,
            passages=self.passages,
            revisions=answer.revisions or self.revisions,
            usage=self.session.usage if self.session else None,
            timings=self.timer.timings(),
        )
