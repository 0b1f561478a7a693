"""Results in the formats of other evaluators, checked with a reader of each format where one is installed."""

import json
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from ir_measures import RR, R, nDCG

from evals.__main__ import main
from evals.datasets.articles import load_articles
from evals.errors import EvalError
from evals.metrics.registry import compute_metrics
from evals.report.exchange import NO_ANSWER, export_results
from evals.result import CaseResult, RetrievedPassage
from evals.runner.resume import corpus_digest
from tests.support.eval_results import QUOTE, make_result, write_run

TEXT = f"{QUOTE}. " + "More of the article. " * 10
RESULTS = [
    make_result("a-1", quote=QUOTE),
    make_result("a-2", answerable=False, kind="unanswerable", declined=True),
    make_result("a-3", error="RagError: broken"),
]


def _samples(form: Any, results: list[CaseResult] | None = None, passages: int = 6) -> list[dict[str, Any]]:
    (file,) = export_results(RESULTS if results is None else results, form, {"a": TEXT}, passages, "quotes")
    return [json.loads(line) for line in file.text.splitlines()] if form == "ragas" else json.loads(file.text)


def test_a_sample_for_ragas_has_the_question_the_answer_and_every_text() -> None:
    first, second = _samples("ragas")
    assert first == {
        "user_input": "Why?",
        "response": f"Ana (The Review) writes: “{QUOTE}”",
        "retrieved_contexts": [TEXT[:100]],
        "retrieved_context_ids": ["p1"],
        "reference": "the point.",
        "reference_contexts": [QUOTE],
    }
    assert second["reference"] == NO_ANSWER
    assert second["reference_contexts"] == []


def test_a_sample_for_deepeval_has_the_same_under_its_own_names() -> None:
    ragas, deepeval = _samples("ragas"), _samples("deepeval")
    assert [sample["retrieval_context"] for sample in deepeval] == [sample["retrieved_contexts"] for sample in ragas]
    assert [sample["actual_output"] for sample in deepeval] == [sample["response"] for sample in ragas]
    assert [sample["name"] for sample in deepeval] == ["a-1", "a-2"]
    assert deepeval[0]["context"] == [QUOTE]


def test_only_the_passages_that_an_answer_is_made_from_count_and_those_it_cites() -> None:
    more = tuple(RetrievedPassage(id=f"q{n}", article="a", start=n, end=n + 50, score=1 / n) for n in range(1, 9))
    result = RESULTS[0].model_copy(update={"retrieved": more})
    (sample,) = _samples("ragas", [result], passages=2)
    assert sample["retrieved_context_ids"] == ["q1", "q2", "p1"]
    assert sample["retrieved_contexts"] == [TEXT[1:51], TEXT[2:52], "text"]


def test_a_ranking_gives_trec_s_own_programs_the_metrics_of_the_run() -> None:
    passages = [RetrievedPassage(id=name, article="a", start=0, end=9, score=0.5) for name in ("x", "p1", "y")]
    results = [RESULTS[0].model_copy(update={"retrieved": tuple(passages)}), *RESULTS[1:]]
    files = {file.name: file.text for file in export_results(results, "trec", {}, 6, "quotes")}
    qrels = list(ir_measures.read_trec_qrels(files["qrels.trec"]))
    ranking = list(ir_measures.read_trec_run(files["run.trec"]))
    measured = ir_measures.calc_aggregate([RR @ 10, R @ 5, nDCG @ 10], qrels, ranking)
    metrics = compute_metrics(results)
    assert measured[RR @ 10] == pytest.approx(0.25)  # the failed case counts as 0
    assert measured[R @ 5] == pytest.approx(metrics["recall_at_5"].value)
    assert files["run.trec"].splitlines()[0] == "a-1 Q0 x 1 3 quotes"


def test_another_text_of_an_article_is_refused() -> None:
    with pytest.raises(EvalError, match="another text of a; name its articles with"):
        export_results(RESULTS, "ragas", {"a": "short"}, 6, "quotes")


def _run(folder: Path) -> tuple[Path, Path]:
    articles = folder / "articles"
    articles.mkdir()
    (articles / "a.md").write_text(f"---\ntitle: A title\n---\n{TEXT}\n")
    (article,) = load_articles(articles)
    shift = article.text.index(QUOTE)
    assert shift + 100 < len(article.text)
    return write_run(folder / "run", RESULTS, corpus_sha256=corpus_digest([article])), articles


def test_the_command_writes_the_files_and_names_what_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, articles = _run(tmp_path)
    out = tmp_path / "new" / "out"
    for form in ("ragas", "deepeval", "trec"):
        code = main(["export", str(run), "--format", form, "--articles", str(articles), "--out", str(out)])
        assert code == 0
    assert {path.name for path in out.iterdir()} == {"ragas.jsonl", "deepeval.json", "run.trec", "qrels.trec"}
    printed = capsys.readouterr()
    assert str(out / "ragas.jsonl") in printed.out
    assert printed.err.count("1 cases failed and have no answer: a-3") == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "csv"], "there is no format 'csv'; there are ragas, deepeval, trec"),
        (["--format", "ragas"], "is about other articles; name them with --articles or --home"),
    ],
)
def test_a_wrong_format_and_other_articles_are_one_line(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, _ = _run(tmp_path)
    assert main(["export", str(run), *options]) == 2
    assert message in capsys.readouterr().err
