"""Proposals from what the command line names, to the file that it names."""

from pathlib import Path

from evals.errors import EvalError, Unreadable
from evals.judges.opened import JudgeOptions, open_model
from evals.proposals import feedback as readers
from evals.proposals import templates
from evals.proposals.proposal import Proposal, unique, write
from rag.article import Article
from rag.readers import Reading, read
from rag.settings import bundled, load_settings


def propose(
    out: Path, *, articles: Path | None, feedback: Path | None, judge: JudgeOptions, per_article: int, replies: Path
) -> str:
    """Writes the proposals and says in a line how many there are. Raises EvalError."""
    held = _articles(articles or bundled("corpus") / "articles")
    dropped = 0
    if feedback is not None:
        found = [readers.proposed(one, held) for one in readers.read_feedback(feedback)]
    elif judge.model:
        found, dropped = _from_model(held, judge, per_article, replies)
    else:
        found = [one for article in held.values() for one in templates.proposed(article, per_article)]
    if not found:
        raise EvalError("nothing to propose: no sentence fits, or the feedback is empty")
    write(unique(found), out)
    lost = f"; {dropped} more gave a quote that is not in the article once, or came unreadable" if dropped else ""
    return f"{len(found)} proposals in {out}{lost}. Edit them, take `review` off, and move them into a suite"


def _from_model(
    held: dict[str, Article], judge: JudgeOptions, per_article: int, replies: Path
) -> tuple[list[Proposal], int]:
    # Only a model needs a client.
    from evals.proposals.asked import asked

    model = open_model(judge, load_settings(), replies)
    found: list[Proposal] = []
    dropped = 0
    for article in held.values():
        try:
            one = asked(article, model, per_article)
        except Unreadable:
            dropped += 1
            continue
        found += one.proposals
        dropped += one.dropped
    return found, dropped


def _articles(source: Path) -> dict[str, Article]:
    if not source.exists():
        raise EvalError(f"{source} is not there; name a file or folder of articles")
    return {one.article.id: one.article for one in read([source], load_settings()) if isinstance(one, Reading)}
