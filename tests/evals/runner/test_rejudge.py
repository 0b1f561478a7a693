"""The answers of a finished run, judged again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.datasets.cases import Case
from evals.run_folder import read_run
from tests.support.eval_results import write_suite
from tests.support.servers.judge_server import JudgeServer, agreeable_reply, judge_server


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with judge_server(agreeable_reply) as running:
        yield running


def test_another_judge_judges_the_same_answers_and_asks_nothing_again(
    server: JudgeServer, cases: list[Case], tmp_path: Path
) -> None:
    options = write_suite(tmp_path / "suite", [*cases[:2], cases[-1]])
    assert main(["run", *options]) == 0
    (folder,) = (tmp_path / "suite" / "results").iterdir()
    judge = ["--judge", "llm", "--judge-model", "m", "--judge-url", server.url]
    assert main(["rejudge", str(folder), *judge, "--results", str(tmp_path / "again"), *options[2:4]]) == 0
    (again,) = (path for path in (tmp_path / "again").iterdir() if path.is_dir())
    before, after = read_run(folder), read_run(again)
    assert after.info.judge == "llm:m"
    assert [result.answer_json for result in after.results] == [result.answer_json for result in before.results]
    assert after.results[0].judgement != before.results[0].judgement
    assert after.metrics["first_words_p50"] == before.metrics["first_words_p50"]
    assert (again / "summary.json").is_file()


def test_the_local_judge_says_the_same_again(cases: list[Case], tmp_path: Path) -> None:
    options = write_suite(tmp_path / "suite", cases[:2])
    assert main(["run", *options]) == 0
    (folder,) = (tmp_path / "suite" / "results").iterdir()
    assert main(["rejudge", str(folder), "--results", str(tmp_path / "again"), *options[2:4]]) == 0
    (again,) = (tmp_path / "again").iterdir()
    assert [result.judgement for result in read_run(again).results] == [
        result.judgement for result in read_run(folder).results
    ]


def test_a_run_about_other_articles_is_one_line(
    cases: list[Case], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = write_suite(tmp_path / "suite", cases[:1])
    assert main(["run", *options]) == 0
    (folder,) = (tmp_path / "suite" / "results").iterdir()
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.md").write_text("---\ntitle: Rain\n---\nIt rained all day in the hills.\n")
    capsys.readouterr()
    assert main(["rejudge", str(folder), "--results", str(tmp_path / "again"), "--articles", str(other)]) == 2
    assert "is about other articles; name them with --articles or --home" in capsys.readouterr().err
