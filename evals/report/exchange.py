"""The results of a run in the formats of other evaluators.

Ragas and DeepEval read one sample a case: question, answer, retrieved texts, reference. trec_eval and its relatives
read a ranking and the relevant passages. Cases on which the engine failed have no answer and are left out of samples.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from evals.datasets.cases import TextSpan
from evals.errors import EvalError
from evals.result import CaseResult, StoredAnswer
from rag.text.citation_markers import strip_markers

ExportFormat = Literal["ragas", "deepeval", "trec"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
# What a perfect answer to a case without an answer says.
NO_ANSWER = "The articles do not answer this question."


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of an export: its name and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _Sample:
    """A case as other evaluators know it. `reference` is the case's points as a text."""

    case: str
    kind: str
    question: str
    response: str
    retrieved: tuple[str, ...]
    retrieved_ids: tuple[str, ...]
    relevant: tuple[str, ...]
    reference: str


def export_results(
    results: Sequence[CaseResult], form: ExportFormat, texts: Mapping[str, str], passages: int, run_name: str
) -> list[ExportedFile]:
    """The files of an export.

    `texts` has the articles' texts by their ids. A sample has the first `passages` retrieved passages, and those that
    the answer cites besides: an answer that compares authors is made from more than the best ones. `run_name` is the
    name of the system in a ranking. Raises EvalError for a result about another article or text.
    """
    write: dict[ExportFormat, Callable[[], list[ExportedFile]]] = {
        "ragas": lambda: [ExportedFile("ragas.jsonl", _ragas(_samples(results, texts, passages)))],
        "deepeval": lambda: [ExportedFile("deepeval.json", _deepeval(_samples(results, texts, passages)))],
        "trec": lambda: _trec(results, run_name),
    }
    return write[form]()


def _samples(results: Sequence[CaseResult], texts: Mapping[str, str], passages: int) -> Iterator[_Sample]:
    for result in results:
        answer = result.answer
        if answer is None:
            continue
        contexts = {
            passage.id: _text_of(TextSpan(passage.article, passage.start, passage.end), texts)
            for passage in result.retrieved[:passages]
        }
        for cited in (citation.passage for citation in answer.citations):
            contexts.setdefault(cited.id, cited.text)
        yield _Sample(
            case=result.case.id,
            kind=result.case.kind,
            question=_question(result, answer),
            response=strip_markers(answer.text),
            retrieved=tuple(contexts.values()),
            retrieved_ids=tuple(contexts),
            relevant=tuple(_text_of(span, texts) for group in result.gold for span in group),
            reference=_as_text(result.case.points) if result.case.answerable else NO_ANSWER,
        )


def _question(result: CaseResult, answer: StoredAnswer) -> str:
    """The question as asked; the last one of a conversation on its own."""
    return answer.standalone_question if result.case.turns else result.case.questions[-1]


def _text_of(span: TextSpan, texts: Mapping[str, str]) -> str:
    text = texts.get(span.article)
    if text is None or not 0 <= span.start < span.end <= len(text):
        raise EvalError(f"the run is about another text of {span.article}; name its articles with --articles or --home")
    return text[span.start : span.end]


def _as_text(points: Sequence[str]) -> str:
    return " ".join(point if point.endswith((".", "!", "?")) else f"{point}." for point in points)


def _ragas(samples: Iterator[_Sample]) -> str:
    """JSON Lines as `EvaluationDataset.from_jsonl` reads them."""
    return "".join(
        _json(
            {
                "user_input": sample.question,
                "response": sample.response,
                "retrieved_contexts": sample.retrieved,
                "retrieved_context_ids": sample.retrieved_ids,
                "reference": sample.reference,
                "reference_contexts": sample.relevant,
            }
        )
        + "\n"
        for sample in samples
    )


def _deepeval(samples: Iterator[_Sample]) -> str:
    """A list as `EvaluationDataset.add_test_cases_from_json_file` reads it.

    The keys are the names that its arguments have to be given.
    """
    cases = [
        {
            "name": sample.case,
            "input": sample.question,
            "actual_output": sample.response,
            "expected_output": sample.reference,
            "context": sample.relevant,
            "retrieval_context": sample.retrieved,
            "tags": [sample.kind],
        }
        for sample in samples
    ]
    return json.dumps(cases, ensure_ascii=False, indent=1) + "\n"


def _trec(results: Sequence[CaseResult], run_name: str) -> list[ExportedFile]:
    """The ranking and the judgements; a document is a passage.

    Only cases with a relevant passage count, as in the metrics of this suite.
    """
    ranking, judgements = "", ""
    for result in results:
        if not result.relevant:
            continue
        judgements += "".join(f"{result.case.id} 0 {passage_id} 1\n" for passage_id in result.relevant)
        # trec_eval orders by score, and its order of equal scores is not the ranking's.
        ranking += "".join(
            f"{result.case.id} Q0 {passage.id} {rank} {len(result.retrieved) - rank + 1} {run_name}\n"
            for rank, passage in enumerate(result.retrieved, 1)
        )
    return [ExportedFile("run.trec", ranking), ExportedFile("qrels.trec", judgements)]


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)
