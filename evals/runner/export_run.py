"""Writes a finished run in the format of another evaluator."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evals.datasets.articles import bundled_articles, load_articles
from evals.errors import EvalError
from evals.report.exchange import EXPORT_FORMATS, ExportFormat, export_results
from evals.run_folder import read_run
from evals.runner.preparation import QUOTES, open_suite_engine, writer_settings
from evals.runner.resume import corpus_digest
from rag.errors import single_line
from rag.types.article import Article


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """The options of `rag eval export`.

    `home` and `articles` are those of the run: where its articles are. The files are written to `out`, by default the
    run's folder.
    """

    form: str
    out: Path | None = None
    home: Path | None = None
    articles: Path | None = None


def export_run(folder: Path, options: ExportOptions, notify: Callable[[str], None]) -> list[Path]:
    """Writes the run in `folder` as files of another evaluator, and returns them.

    `notify` is told of cases that are left out. Raises EvalError.
    """
    form = _checked_form(options.form)
    run = read_run(folder)
    articles = _articles(options)
    if corpus_digest(articles) != run.info.corpus_sha256:
        raise EvalError(f"{folder} is about other articles; name them with --articles or --home")
    texts = {article.id: article.text for article in articles}
    passages = run.info.settings.get("passages", writer_settings(QUOTES).passages)
    files = export_results(run.results, form, texts, passages, run.info.label)
    out = options.out or folder
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file in files:
            (out / file.name).write_text(file.text, encoding="utf-8")
    except OSError as error:
        raise EvalError(f"{out} cannot be written ({single_line(error)}); name another folder with --out") from error
    failed = [result.case.id for result in run.results if result.is_failed]
    if failed and form != "trec":
        notify(f"{len(failed)} cases failed and have no answer: {', '.join(failed)}")
    return [out / file.name for file in files]


def _checked_form(form: str) -> ExportFormat:
    for known in EXPORT_FORMATS:
        if form == known:
            return known
    raise EvalError(f"there is no format {form!a:.40}; there are {', '.join(EXPORT_FORMATS)}")


def _articles(options: ExportOptions) -> list[Article]:
    if options.home is None:
        return load_articles(options.articles) if options.articles else bundled_articles()
    with open_suite_engine(options.home, None, writer_settings(QUOTES)) as engine:
        stored = (engine.article(entry.id) for entry in engine.articles())
        return [article for article in stored if article is not None]
