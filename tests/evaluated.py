"""Records and runs made by hand, for the tests of what is made out of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.metrics.answers import Place
from evals.record import JudgedClaim, JudgedStatement, Judgement, Record, Retrieved
from evals.runs import RESULTS, RUN, RunInfo
from evals.suite import Case
from rag.answer import Answer, Citation, RankedPassage, Statement, Timings
from rag.article import ArticleRef

QUOTE = "ten gold characters and more"


def case(name: str = "a-1", *, kind: str = "why", answerable: bool = True, question: str = "Why?") -> Case:
    return Case.model_validate(
        {
            "id": name, "subject": "a", "kind": kind, "question": question, "answerable": answerable,
            "gold": [[{"article": "a", "quote": QUOTE}]] if answerable else [],
            "points": ["the point"] if answerable else [], "must_not": ["the opposite"],
        }
    )  # fmt: skip


def answer(quote: str = QUOTE, *, start: int = 0, declined: bool = False, title: str = "A title") -> Answer:
    if declined:
        return Answer("Why?", "Why?", "The corpus does not answer this.", True, "no article says so", (), (), "quotes")
    ref = ArticleRef("a", title, "Ana", "The Review", None, None)
    passage = RankedPassage("p1", ref, 0, 100, "text", 1.0, 1.0, 1.0)
    cited = Citation(1, ref, quote, start, start + len(quote), passage, 1.0)
    said = Statement(f"Ana (The Review) writes: “{quote}”", (1,), 0.98, "supported")
    timings = Timings(1.0, 1.0, 1.0, 40.0)
    return Answer("Why?", "Why?", f"{said.text} [1]", False, None, (said,), (cited,), "quotes", timings=timings)


def record(
    name: str = "a-1", *, kind: str = "why", answerable: bool = True, declined: bool = False, start: int = 0,
    support: float = 0.98, error: str | None = None, question: str = "Why?", quote: str = QUOTE, title: str = "A title",
) -> Record:  # fmt: skip
    """A case whose gold is at 0 in article "a"; its answer quotes from `start` on, and has `support` throughout."""
    given = answer(quote, start=start, declined=declined, title=title)
    fields: dict[str, Any] = {
        "case": case(name, kind=kind, answerable=answerable, question=question),
        "gold": ((Place("a", 0, len(QUOTE)),),) if answerable else (),
        "relevant": ("p1",) if answerable else (),
        "error": error,
    }
    if error is not None:
        return Record(**fields)
    judgement = Judgement()
    if not declined:
        judgement = Judgement(
            claims=(JudgedClaim(text=quote, statement=0, support=support),),
            statements=(JudgedStatement(text=given.statements[0].text, together=support, alone=(support,),
                                        without=(0.0,), named=("Ana",), cited=("Ana",)),),
            points=(support,) if answerable else (),
            must_not=(1 - support,),
            relevance=0.5,
        )  # fmt: skip
    return Record(
        **fields,
        answer=given.to_dict(),
        retrieved=(Retrieved(id="p1", article="a", start=0, end=100, score=1.0),),
        answerability=0.8 if answerable else 0.3,
        judgement=judgement,
    )


def info(**fields: Any) -> RunInfo:
    given: dict[str, Any] = {
        "version": 1, "label": "quotes", "started": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "suite": "made",
        "split": "dev", "chosen": "", "cases": 1, "cases_sha256": "c", "corpus_sha256": "d", "writer": "quotes",
        "judge": "local", "encoder": "e", "settings": {"abstain_below": 0.5}, "workers": 1, "package": "0.1.0",
        "code_sha256": "f", "machine": "a machine",
    }  # fmt: skip
    return RunInfo(**{**given, **fields})


def written(folder: Path, records: list[Record], **fields: Any) -> Path:
    """A run's folder with those records."""
    folder.mkdir(parents=True)
    (folder / RUN).write_text(info(cases=len(records), **fields).model_dump_json())
    (folder / RESULTS).write_text("".join(f"{one.model_dump_json()}\n" for one in records))
    return folder
