"""Judges the answers of a finished run again.

That is for another judge, or after a judge has changed. Nothing is asked again: two runs can be compared by one judge,
also if one of them was made by older code.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evals.datasets.gold import read_corpus
from evals.errors import EvalError
from evals.judges.factory import JudgeOptions, judge_factory
from evals.report import write_report
from evals.result import CaseResult
from evals.run_folder import RESULTS_FILE, Run, make_run, read_run, write_summary
from evals.runner.judging import AnswerJudging
from evals.runner.preparation import QUOTES, checked_label, open_suite_engine, result_progress, writer_settings
from evals.runner.resume import corpus_digest, open_run_folder


@dataclass(frozen=True, slots=True)
class RejudgeOptions:
    """The options of `python -m evals rejudge`.

    `home` and `articles` are those of the run: where its articles are. `results` is the folder of the new run.
    """

    judge: JudgeOptions
    results: Path
    label: str | None = None
    home: Path | None = None
    articles: Path | None = None


def rejudge(folder: Path, options: RejudgeOptions) -> Run:
    """Writes a new run with the answers of the one in `folder` and new judgements.

    A model's replies are kept, so the same command after an interruption pays for none of them twice. Raises RagError.
    """
    base = read_run(folder)
    label = checked_label(options.label or f"{base.info.label}-judged")
    settings = writer_settings(QUOTES)
    judges = judge_factory(options.judge, settings, options.results)
    with open_suite_engine(options.home, options.articles, settings) as engine:
        if corpus_digest(engine.articles()) != base.info.corpus_sha256:
            raise EvalError(f"{folder} is about other articles; name them with --articles or --home")
        judging = AnswerJudging(read_corpus(engine), judges.open, base.info.settings.get("passages", settings.passages))
        started = datetime.now(UTC).replace(microsecond=0)
        info = base.info.model_copy(update={"label": label, "judge": judges.name, "started": started})
        with (
            open_run_folder(info, options.results, fresh=True) as (new_folder, _),
            result_progress(len(base.results)) as on_result,
            (new_folder / RESULTS_FILE).open("w", encoding="utf-8") as lines,
        ):
            results: list[CaseResult] = []
            for result in base.results:
                results.append(judging.judged(result))
                lines.write(results[-1].model_dump_json() + "\n")
                on_result(results[-1])
        run = make_run(new_folder, info, results)
        write_report(run)
        write_summary(run)
    return run
