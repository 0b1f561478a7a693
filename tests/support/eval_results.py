"""Results and runs made by hand, for the tests of what is computed from them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.datasets.cases import Case, TextSpan
from evals.result import CaseResult, JudgedClaim, JudgedStatement, Judgement, RetrievedPassage
from evals.run_folder import RESULTS_FILE, RUN_FILE, RunInfo
from rag.package_data import bundled_folder
from rag.types.answer import Answer, Citation, Statement, Timings
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage

QUOTE = "ten gold characters and more"


def make_case(name: str = "a-1", *, kind: str = "why", answerable: bool = True, question: str = "Why?") -> Case:
    """A case whose gold is QUOTE, in article "a"."""
    return Case.model_validate(
        {
            "id": name, "subject": "a", "kind": kind, "question": question, "answerable": answerable,
            "gold": [[{"article": "a", "quote": QUOTE}]] if answerable else [],
            "points": ["the point"] if answerable else [], "must_not": ["the opposite"],
        }
    )  # fmt: skip


def make_answer(quote: str = QUOTE, *, start: int = 0, declined: bool = False, title: str = "A title") -> Answer:
    """An answer of one statement that quotes article "a" from `start` on; or an abstention."""
    if declined:
        return Answer("Why?", "Why?", "The corpus does not answer this.", True, "no article says so", (), (), "quotes")
    article = ArticleRef("a", title, "Ana", "The Review", None, None)
    passage = RankedPassage("p1", article, 0, 100, "text", 1.0, 1.0, 1.0)
    citation = Citation(1, article, quote, start, start + len(quote), passage, 1.0)
    statement = Statement(f"Ana (The Review) writes: “{quote}”", (1,), 0.98, "supported")
    timings = Timings(1.0, 1.0, 1.0, 40.0)
    text = f"{statement.text} [1]"
    return Answer("Why?", "Why?", text, False, None, (statement,), (citation,), "quotes", timings=timings)


def make_result(
    name: str = "a-1", *, kind: str = "why", answerable: bool = True, declined: bool = False, start: int = 0,
    support: float = 0.98, error: str | None = None, question: str = "Why?", quote: str = QUOTE, title: str = "A title",
) -> CaseResult:  # fmt: skip
    """A case whose gold is at 0 in article "a"; its answer quotes from `start` on, and has `support` throughout."""
    answer = make_answer(quote, start=start, declined=declined, title=title)
    fields: dict[str, Any] = {
        "case": make_case(name, kind=kind, answerable=answerable, question=question),
        "gold": ((TextSpan("a", 0, len(QUOTE)),),) if answerable else (),
        "relevant": ("p1",) if answerable else (),
        "error": error,
    }
    if error is not None:
        return CaseResult(**fields)
    judgement = Judgement()
    if not declined:
        judgement = Judgement(
            claims=(JudgedClaim(text=quote, statement=0, support=support),),
            statements=(JudgedStatement(text=answer.statements[0].text, together=support, alone=(support,),
                                        without=(0.0,), named=("Ana",), cited=("Ana",)),),
            points=(support,) if answerable else (),
            must_not=(1 - support,),
            relevance=0.5,
        )  # fmt: skip
    return CaseResult(
        **fields,
        answer_json=answer.to_dict(),
        retrieved=(RetrievedPassage(id="p1", article="a", start=0, end=100, score=1.0),),
        answerability=0.8 if answerable else 0.3,
        judgement=judgement,
    )


def make_run_info(**fields: Any) -> RunInfo:
    """What a run of the made cases says of itself; `fields` replace its own."""
    info: dict[str, Any] = {
        "version": 1, "label": "quotes", "started": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "suite": "made",
        "split": "dev", "chosen": "", "cases": 1, "cases_sha256": "c", "corpus_sha256": "d", "writer": "quotes",
        "judge": "local", "encoder": "e", "settings": {"abstain_below": 0.5}, "workers": 1, "package": "0.1.0",
        "code_sha256": "f", "machine": "a machine",
    }  # fmt: skip
    return RunInfo(**{**info, **fields})


def write_run(folder: Path, results: Sequence[CaseResult], **fields: Any) -> Path:
    """Writes a run's folder with those results, and returns it."""
    folder.mkdir(parents=True)
    (folder / RUN_FILE).write_text(make_run_info(cases=len(results), **fields).model_dump_json())
    (folder / RESULTS_FILE).write_text("".join(f"{result.model_dump_json()}\n" for result in results))
    return folder


def write_suite(folder: Path, cases: Sequence[Case]) -> list[str]:
    """Writes a suite of these cases with no more articles than they quote; returns the options of its run."""
    (folder / "articles").mkdir(parents=True)
    lines = [case.model_dump_json(exclude_defaults=True, exclude_none=True) for case in cases]
    (folder / "dev.jsonl").write_text("\n".join(lines) + "\n")
    for name in {gold.article for case in cases for group in case.gold for gold in group}:
        source = bundled_folder("corpus") / "articles" / f"{name}.md"
        if source.is_file():
            (folder / "articles" / source.name).write_bytes(source.read_bytes())
    return ["--suite", str(folder), "--articles", str(folder / "articles"), "--results", str(folder / "results")]
