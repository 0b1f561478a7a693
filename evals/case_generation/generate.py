"""Generates candidate cases as the command asks, and writes them to a file."""

from pathlib import Path

from evals.case_generation.candidate import CandidateCase, number_ids, write_candidates
from evals.case_generation.from_feedback import candidate_from_feedback, read_feedback
from evals.case_generation.from_templates import candidates_from_rules
from evals.datasets.articles import load_articles
from evals.errors import EvalError, UnreadableReply
from evals.judges.factory import JudgeOptions, open_model
from rag.package_data import bundled_folder
from rag.settings import load_command_settings
from rag.types.article import Article


def generate_cases(
    out: Path, *, articles: Path | None, feedback: Path | None, model: JudgeOptions, per_article: int, cache: Path
) -> str:
    """Writes candidates to `out` and returns a line that says how many there are.

    They come from `feedback` if it is given, else from a model if `model` names one, else from rules over `articles`
    (default: the bundled ones). `per_article` is the maximum number for one article, `cache` the folder for the model's
    replies. Raises EvalError.
    """
    source = articles or bundled_folder("corpus") / "articles"
    if not source.exists():
        raise EvalError(f"{source} is not there; name a file or folder of articles")
    by_id = {article.id: article for article in load_articles(source)}
    dropped = 0
    if feedback is not None:
        candidates = [candidate_from_feedback(line, by_id) for line in read_feedback(feedback)]
    elif model.model:
        candidates, dropped = _ask_model(by_id, model, per_article, cache)
    else:
        candidates = [case for article in by_id.values() for case in candidates_from_rules(article, per_article)]
    if not candidates:
        raise EvalError("no case can be made: no sentence fits, or the feedback is empty; give other articles")
    write_candidates(number_ids(candidates), out)
    lost = f"; {dropped} more had a quote that is not in the article once, or could not be read" if dropped else ""
    return f"{len(candidates)} candidates in {out}{lost}. Edit them, remove `review`, and move them into a suite"


def _ask_model(
    articles: dict[str, Article], options: JudgeOptions, per_article: int, cache: Path
) -> tuple[list[CandidateCase], int]:
    # Only a model needs a client.
    from evals.case_generation.from_llm import candidates_from_llm

    model = open_model(options, load_command_settings(), cache)
    candidates: list[CandidateCase] = []
    dropped = 0
    for article in articles.values():
        try:
            proposed = candidates_from_llm(article, model, per_article)
        except UnreadableReply:
            dropped += 1
            continue
        candidates += proposed.candidates
        dropped += proposed.dropped
    return candidates, dropped
