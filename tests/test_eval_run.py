"""A suite put to an engine: what is kept, what goes on, what is counted; and four engines with a planted defect."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.compare import compared
from evals.corpus import corpus_of
from evals.errors import EvalError
from evals.figures import figures
from evals.gate import fallen, missed, read_thresholds
from evals.judges.budget import Prices
from evals.judges.local import LocalJudge
from evals.measure import Bench, Conversation, measured
from evals.record import Record, Usage, read_records
from evals.run import Filter, info, run_cases
from evals.runs import read_run
from evals.suite import Case, load
from rag import Answer, QueryEngine, RankedPassage, open_engine
from rag.encoder import BundledEncoder
from rag.settings import bundled, load_settings
from tests.evaluated import case, written

ROOT = Path(__file__).parent.parent
THRESHOLDS = read_thresholds(ROOT / "evals" / "thresholds.toml")


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as opened:
        yield opened


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """A slice of dev in which every kind is there."""
    every = load("commentary", "dev")
    return [one for one in every if one.kind == "fact"][:8] + [one for one in every if not one.answerable][4:8]


# -- planted defects ---------------------------------------------------------------------------------------------------


Alteration = Callable[[Answer, Sequence[RankedPassage]], Answer]


class Altered:
    """The engine, with its answers altered on the way out: what is planted, the measures have to find."""

    def __init__(self, engine: QueryEngine, alter: Alteration) -> None:
        self._engine = engine
        self._alter = alter
        self._asked = engine.chat()

    def chat(self) -> Conversation:
        return Altered(self._engine, self._alter)

    def ask(self, question: str) -> Answer:
        answer = self._asked.ask(question)
        return self._alter(answer, self._engine.search(answer.standalone_question, k=10))

    def search(self, query: str, *, k: int) -> Sequence[RankedPassage]:
        return self._engine.search(query, k=k)

    def answerability(self, question: str) -> float:
        return self._engine.answerability(question)


def cites_the_wrong_passage(answer: Answer, found: Sequence[RankedPassage]) -> Answer:
    """Every statement as it was, its citation pointing into the passage that bears least on the question."""
    passage = found[-1]
    start, end = passage.start, passage.start + 80
    wrong = [
        replace(one, article=passage.article, passage=passage, start=start, end=end, quote=passage.text[:80])
        for one in answer.citations
    ]
    return replace(answer, citations=tuple(wrong))


def drops_negations(answer: Answer, found: Sequence[RankedPassage]) -> Answer:
    said = [replace(one, text=re.sub(r"\b(?:not|no|never) |n[’']t\b", "", one.text)) for one in answer.statements]
    return replace(answer, statements=tuple(said))


def always_answers(answer: Answer, found: Sequence[RankedPassage]) -> Answer:
    return replace(answer, abstained=False, reason=None)


def always_abstains(answer: Answer, found: Sequence[RankedPassage]) -> Answer:
    return replace(answer, abstained=True, reason="nobody knows", statements=(), citations=())


@pytest.fixture(scope="module")
def measure(engine: QueryEngine, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Record]]:
    corpus, encoder = corpus_of(engine), BundledEncoder()

    def run(cases: Sequence[Case], of: object = engine) -> list[Record]:
        bench = Bench(of, corpus, lambda: LocalJudge(encoder), engine.settings.passages)  # type: ignore[arg-type]
        return run_cases(cases, bench, tmp_path_factory.mktemp("run"), done=lambda record: None)

    return run


@pytest.fixture(scope="module")
def sound(measure: Callable[..., list[Record]], cases: list[Case]) -> list[Record]:
    return measure(cases)


def test_the_sound_engine_keeps_the_lines_that_a_defect_breaks(sound: list[Record]) -> None:
    found = figures(sound)
    lines = {name: THRESHOLDS.lines["dev"][name] for name in
             ("faithfulness", "citation_recall", "citation_precision", "attribution", "gold_groups_covered",
              "wrongly_declined", "failed")}  # fmt: skip
    assert missed(found, lines) == []
    assert found["rightly_declined"].value > 0


@pytest.mark.parametrize(
    ("defect", "caught_by", "left_alone"),
    [
        (cites_the_wrong_passage, ("citation_recall", "gold_groups_covered"), ("rightly_declined", "hit_at_5")),
        (drops_negations, ("faithfulness", "support"), ("rightly_declined", "gold_groups_covered")),
        (always_answers, ("rightly_declined",), ("gold_groups_covered", "faithfulness")),
        (always_abstains, ("wrongly_declined", "gold_groups_covered"), ("hit_at_5",)),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_planted_defect_is_caught_by_its_metric_and_by_the_gate(
    engine: QueryEngine, measure: Callable[..., list[Record]], sound: list[Record], cases: list[Case], tmp_path: Path,
    defect: Alteration, caught_by: tuple[str, ...], left_alone: tuple[str, ...],
) -> None:  # fmt: skip
    some = cases
    before = sound
    if defect is drops_negations:
        # Only an answer that denies something can lose its denial.
        some = [one.case for one in sound if one.answer and re.search(r"\b(?:not|never)\b", one.answer["answer"])]
        before = [one for one in sound if one.case in some]
    after = measure(some, Altered(engine, defect))
    base, new = (written(tmp_path / name, records) for name, records in (("sound", before), ("planted", after)))
    found = compared(read_run(base), read_run(new))
    for name in caught_by:
        one = found.differences[name]
        assert (one.new < one.base) == (one.metric.better == "higher"), f"{name}: {one.base} before, {one.new} now"
        assert fallen({name: one}, {name: THRESHOLDS.margins[name]}), name
        assert missed(found.new.figures, {name: THRESHOLDS.lines["dev"][name]}), name
    for name in left_alone:
        if name in found.differences:
            assert found.differences[name].change == 0, name
    # As a person runs it.
    assert main(["compare", str(base), str(new), "--thresholds", str(ROOT / "evals" / "thresholds.toml")]) == 1


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_a_case_that_breaks_the_engine_is_failed_and_stops_nothing(
    engine: QueryEngine, measure: Callable[..., list[Record]], cases: list[Case]
) -> None:
    def breaks_once(answer: Answer, found: Sequence[RankedPassage]) -> Answer:
        if answer.question == cases[1].question:
            raise ValueError("broken on purpose")
        return answer

    records = measure(cases[:3], Altered(engine, breaks_once))
    assert [one.failed for one in records] == [False, True, False]
    assert records[1].error == "ValueError: broken on purpose"
    found = figures(records)
    assert found["failed"].value == pytest.approx(1 / 3)
    assert found["gold_groups_covered"].value <= 2 / 3


@dataclass(frozen=True, slots=True)
class Paid(Answer):
    """An answer that a model wrote, with what it took."""

    usage: Usage | None = None


def test_what_a_writer_s_model_took_is_counted_with_its_price(engine: QueryEngine, cases: list[Case]) -> None:
    def paid(answer: Answer, found: Sequence[RankedPassage]) -> Answer:
        return Paid(**{one.name: getattr(answer, one.name) for one in fields(answer)} | {
            "usage": Usage(prompt_tokens=1000, completion_tokens=200), "notice": "a notice",
        })  # fmt: skip

    encoder = BundledEncoder()
    bench = Bench(
        Altered(engine, paid), corpus_of(engine), lambda: LocalJudge(encoder), engine.settings.passages,
        price=Prices(1, 5).of,
    )  # fmt: skip
    found = figures([measured(cases[0], bench)])
    assert found["tokens"].value == 1200
    assert found["cost"].value == pytest.approx(0.002)
    assert found["fallback"].value == 1


def test_answers_come_in_the_suite_s_order_however_many_are_measured_at_a_time(
    engine: QueryEngine, cases: list[Case], sound: list[Record], tmp_path: Path
) -> None:
    encoder = BundledEncoder()
    bench = Bench(engine, corpus_of(engine), lambda: LocalJudge(encoder), engine.settings.passages)
    records = run_cases(cases, bench, tmp_path, workers=4, done=lambda record: None)
    assert [one.case.id for one in records] == [one.id for one in cases]
    assert [one.quoted for one in records] == [one.quoted for one in sound]
    assert [one.case.id for one in read_records(tmp_path / "results.jsonl")] != []


def test_a_line_that_a_kill_cut_short_is_measured_again(
    engine: QueryEngine, cases: list[Case], sound: list[Record], tmp_path: Path
) -> None:
    lines = [f"{one.model_dump_json()}\n" for one in sound]
    (tmp_path / "results.jsonl").write_text("".join(lines[:3]) + lines[3][:100])
    asked: list[str] = []

    class Watched(Altered):
        def chat(self) -> Conversation:
            asked.append("one")
            return super().chat()

    watched = Watched(engine, lambda answer, found: answer)
    bench = Bench(watched, corpus_of(engine), lambda: LocalJudge(BundledEncoder()), engine.settings.passages)
    told: list[str] = []
    records = run_cases(cases[:6], bench, tmp_path, done=lambda record: told.append(record.case.id))
    assert len(asked) == 3
    assert told == [one.id for one in cases[:6]]
    assert [one.case.id for one in records] == [one.id for one in cases[:6]]
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 6


def test_a_judge_that_cannot_be_asked_stops_the_run_and_keeps_its_lines(
    engine: QueryEngine, cases: list[Case], tmp_path: Path
) -> None:
    opened: list[LocalJudge] = []

    def open_judge() -> LocalJudge:
        if len(opened) == 2:
            raise EvalError("the budget is spent")
        opened.append(LocalJudge(BundledEncoder()))
        return opened[-1]

    bench = Bench(engine, corpus_of(engine), open_judge, engine.settings.passages)
    with pytest.raises(EvalError, match="budget"):
        run_cases(cases[:4], bench, tmp_path, done=lambda record: None)
    assert len(read_records(tmp_path / "results.jsonl")) == 2


# -- the command -------------------------------------------------------------------------------------------------------


def _small_suite(folder: Path, cases: Sequence[Case]) -> list[str]:
    """The options of a run of these cases, over no more articles than they quote."""
    (folder / "articles").mkdir(parents=True)
    lines = [one.model_dump_json(exclude_defaults=True, exclude_none=True) for one in cases]
    (folder / "dev.jsonl").write_text("\n".join(lines) + "\n")
    for name in {gold.article for one in cases for group in one.gold for gold in group}:
        source = bundled("corpus") / "articles" / f"{name}.md"
        if source.is_file():
            (folder / "articles" / source.name).write_bytes(source.read_bytes())
    return ["--suite", str(folder), "--articles", str(folder / "articles"), "--results", str(folder / "results")]


def _lines(results: Path) -> list[str]:
    """The whole lines of the one run under there, if there is one."""
    found = [path.read_text() for path in results.glob("*/results.jsonl")]
    return found[0].splitlines()[: found[0].count("\n")] if found else []


def test_an_interrupted_and_killed_run_goes_on_where_it_was(cases: list[Case], tmp_path: Path) -> None:
    results = tmp_path / "suite" / "results"
    cases = [*cases[:6], *cases[-2:]]
    command = [sys.executable, "-m", "evals", "run", *_small_suite(tmp_path / "suite", cases)]
    kept: list[str] = []
    for hard in (signal.SIGINT, signal.SIGKILL):
        running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and len(_lines(results)) <= len(kept):
            time.sleep(0.02)
            assert running.poll() is None, "it ended before it could be killed"
        os.kill(running.pid, hard)
        assert running.wait() == (130 if hard == signal.SIGINT else -signal.SIGKILL)
        (folder,) = results.iterdir()
        assert not (folder / "summary.json").exists()
        lines = _lines(results)
        assert lines[: len(kept)] == kept
        kept = lines

    last = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=True)

    assert f"goes on with {folder}" in last.stderr
    assert [path.name for path in results.iterdir()] == [folder.name]
    lines = _lines(results)
    assert lines[: len(kept)] == kept
    assert sorted(json.loads(line)["case"]["id"] for line in lines) == sorted(one.id for one in cases)
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["cases"] == len(cases)
    assert summary["figures"]["faithfulness"]["interval"]["low"] == 1
    assert "<svg" in (folder / "report.html").read_text()
    assert "| faithfulness | 100.0 [100.0, 100.0] |" in last.stdout


def test_a_gate_that_is_missed_is_exit_code_1(
    cases: list[Case], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = _small_suite(tmp_path / "suite", cases[:2])
    gate = tmp_path / "gate.toml"
    gate.write_text("[lines.dev]\nany_gold_quoted = 101\n")
    asked = ["run", *small, "--gate", str(gate), "--label", "x"]
    assert main(asked) == 1
    told = capsys.readouterr()
    assert "any gold quoted: 100.0, the line is at least 101" in told.err
    # And again as a new run, for the first one was finished.
    gate.write_text("[lines.dev]\nany_gold_quoted = 1\n")
    assert main(asked) == 0
    assert len(list((tmp_path / "suite" / "results").iterdir())) == 2


def test_cases_are_chosen_by_field_and_number() -> None:
    some = [case("a-1"), case("a-2", kind="fact"), case("a-3", kind="unanswerable", answerable=False)]

    def chosen(*fields: str, limit: int | None = None) -> list[str]:
        return [one.id for one in Filter.of(fields, limit).chosen(some)]

    assert chosen("kind=why", "kind=fact") == ["a-1", "a-2"]
    assert chosen("kind=why", "kind=fact", limit=1) == ["a-1"]
    assert chosen("answerable=false") == chosen("id=a-3") == ["a-3"]
    with pytest.raises(EvalError, match="no case is left by --filter kind=riddle; the suite has the kinds why, fact"):
        chosen("kind=riddle")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--suite", "nothing"], "no suite at"),
        (["run", "--filter", "kind"], "as in kind=why"),
        (["run", "--filter", "mood=bad"], "as in kind=why"),
        (["run", "--writer", "poet", "--limit", "1"], "no writer 'poet'"),
        (["run", "--judge", "oracle", "--limit", "1"], "no judge 'oracle'; there are local, llm"),
        (["run", "--judge", "llm", "--limit", "1"], "needs a model"),
        (["run", "--judge", "llm", "--judge-model", "m", "--limit", "1"], "set OPENAI_API_KEY"),
        (["run", "--judge", "llm", "--judge-model", "m", "--judge-url", "here", "--limit", "1"], "'here' is none"),
        (["run", "--max-cost", "1", "--limit", "1"], "--max-cost needs the model's prices"),
        (["run", "--label", "a/b"], "--label 'a/b'"),
        (["run", "--home", "/nowhere/at/all"], "is not there"),
        (["run", "--gate", "/nowhere.toml"], "cannot be read"),
        (["run", "--limit", "0"], "greater than or equal to 1"),
        (["report", "/nowhere"], "is no run"),
        (["judge-check", "--data", "/nowhere"], "holds neither wice/dev.jsonl or qags/xsum.jsonl"),
        (["make-cases", "--out", "/nowhere/x.jsonl"], "cannot be written"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_cannot_be_done_is_one_line_and_2(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_a_gold_quote_that_is_not_in_the_corpus_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = _small_suite(tmp_path / "suite", [case("a-1")])
    (tmp_path / "suite" / "articles" / "b.md").write_text("---\ntitle: B\n---\nNothing that anybody asks about.\n")
    assert main(["run", *small]) == 2
    told = capsys.readouterr().err
    assert "a-1: there is no article a: 'ten gold characters and more'" in told
    assert not (tmp_path / "suite" / "results").exists()


def test_a_report_is_made_anew_from_its_lines(
    sound: list[Record], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path / "run", sound)
    assert main(["report", str(folder)]) == 0
    assert "| fact | 8 |" in capsys.readouterr().out
    assert json.loads((folder / "summary.json").read_text())["cases"] == len(sound)


def test_neither_keys_nor_passwords_are_in_what_a_run_says_of_itself(cases: list[Case], tmp_path: Path) -> None:
    settings = load_settings(judge_base_url="http://ana:pass-word@host/v1", judge_api_key="sk-very-secret")
    with open_engine(tmp_path / "home", settings, empty=True) as engine:
        about = info(
            engine, cases, label="x", suite="s", split="dev", chosen=Filter(), writer="quotes", judge="local", workers=1
        )  # fmt: skip
    text = about.model_dump_json()
    assert "pass-word" not in text
    assert "sk-very-secret" not in text
    assert about.settings["judge_base_url"] == "http://host/v1"


def test_the_benchmarks_are_listed_and_an_unknown_one_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--help"]) == 0
    assert (
        "abstention, answers, checking, chunking, growth, load, scaling, side-by-side, speed, statements, verifier, "
        "writing" in capsys.readouterr().out
    )
    assert main([]) == 0
    assert "Usage: rag eval" in capsys.readouterr().out
    assert main(["bench", "nonsense"]) == 2
    assert "there is no benchmark 'nonsense'" in capsys.readouterr().err


def test_data_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "answers", "--data", str(tmp_path / "nothing.json")]) == 2
    assert "check --data" in capsys.readouterr().err
