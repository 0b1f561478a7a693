"""Fits the weights by which the statements of an answer are checked (rag.checking), and measures them.

Run: python -m evals bench checking [--fit]. Fitted on the dev split alone: the suite `statements`, the golden
questions' points against their own gold quotes and against those of another question on the subject, and contrasts made
by rule from the articles of dev's subjects. The figures are cross-validated by subject for dev, and plain for test.
"""

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evals.statements import load as load_statements
from evals.suite import Gold
from evals.suite import load as load_suite
from evals.verifier.contrasts import contrasts
from rag.article import Article, ArticleRef
from rag.checking import CONTEXT, WEIGHTS, Checker, Cited, Signals
from rag.encoder import BundledEncoder
from rag.readers import Reading, read
from rag.settings import bundled, load_settings
from rag.verifier import Verifier

Matrix = NDArray[np.float64]
SEED = 5
# What each set weighs beside the others, however many pairs it has.
SHARES = {"statements": 1.0, "points": 1.0, "contrasts": 0.7}
# How far the weights are pulled towards nothing: there are few statements.
INVERSE_PULL = 0.3


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement with what it cites: `kind` is "true" or how it is wrong, `group` the subject it is about."""

    source: str
    kind: str
    group: str
    statement: str
    cited: tuple[Cited, ...]


def pairs(split: str, articles: dict[str, Article]) -> list[Pair]:
    """Everything of one split."""
    found = [
        Pair("statements", one.kind, one.subject, one.statement, (_cited(articles[one.cites], one.quote),))
        for one in load_statements(split)
    ]
    return [*found, *_points(split, articles), *_contrasts({one.group for one in found}, articles.values())]


def _points(split: str, articles: dict[str, Article]) -> Iterable[Pair]:
    cases = [case for case in load_suite("commentary", split) if case.answerable and case.gold and case.points]
    chance = random.Random(SEED)  # noqa: S311  (reproducible, nothing to guard)
    for case in cases:
        others = [other for other in cases if other.subject == case.subject and other is not case] or cases
        for point in case.points:
            for kind, one in (("true", case), ("unrelated", chance.choice(others))):
                gold = [gold for group in one.gold for gold in group]
                yield Pair("points", kind, case.subject, point, tuple(_gold(one, articles) for one in gold))


def _gold(gold: Gold, articles: dict[str, Article]) -> Cited:
    return _cited(articles[gold.article], gold.quote)


def _contrasts(subjects: set[str], articles: Iterable[Article]) -> Iterable[Pair]:
    mine = {one.id: one for one in articles if any(one.id.startswith(subject) for subject in subjects)}
    for one in contrasts(mine.values()):
        article = mine[one.document]
        subject = next(subject for subject in subjects if article.id.startswith(subject))
        cited = Cited(" ".join(one.evidence), "", _ref(article))
        yield Pair("contrasts", "true" if one.is_supported else "contrast", subject, one.statement, (cited,))


def _cited(article: Article, quote: str) -> Cited:
    start = article.text.index(quote)
    return Cited(quote, article.text[max(0, start - CONTEXT) : start], _ref(article))


def _ref(article: Article) -> ArticleRef:
    return ArticleRef(article.id, article.title, article.author, article.source, article.published, article.url)


def matrix(checker: Checker, some: Sequence[Pair], authors: Sequence[str]) -> Matrix:
    """(pairs, signals)"""
    return np.array([astuple(one) for one in checker.signals([(pair.statement, pair.cited) for pair in some], authors)])


@dataclass(frozen=True, slots=True)
class Fitted:
    weights: Matrix
    bias: float

    def __call__(self, rows: Matrix) -> Matrix:
        support: Matrix = 1 / (1 + np.exp(-(rows @ self.weights + self.bias)))
        return support


def fit(some: Sequence[Pair], rows: Matrix) -> Fitted:
    """Logistic regression; each set, and in it the true and the false, weigh as SHARES say."""
    is_true = np.array([pair.kind == "true" for pair in some])
    weigh = np.zeros(len(some))
    for source, share in SHARES.items():
        for label in (True, False):
            mine = np.array([pair.source == source and (pair.kind == "true") == label for pair in some])
            weigh[mine] = share * 100 / max(1, mine.sum())
    scale = rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=INVERSE_PULL, max_iter=1000).fit(rows / scale, is_true, sample_weight=weigh)
    return Fitted(model.coef_[0] / scale, float(model.intercept_[0]))


def cross_validated(some: Sequence[Pair], rows: Matrix) -> Matrix:
    """Supports of each subject by weights fitted without it."""
    groups = np.array([pair.group for pair in some])
    supports = np.zeros(len(some))
    for group in sorted(set(groups)):
        rest = groups != group
        fitted = fit([pair for pair, kept in zip(some, rest, strict=True) if kept], rows[rest])
        supports[~rest] = fitted(rows[~rest])
    return supports


def table(some: Sequence[Pair], supports: Matrix) -> str:
    """Markdown: how many of each kind fall under the line."""
    lines = ["| set | kind | pairs | flagged, % |", "|---|---|---|---|"]
    for source, kind in dict.fromkeys((pair.source, pair.kind) for pair in some):
        mine = np.array([pair.source == source and pair.kind == kind for pair in some])
        lines.append(f"| {source} | {kind} | {mine.sum()} | {100 * (supports[mine] < 0.5).mean():.0f} |")
    return "\n".join(lines)


def write(fitted: Fitted, path: Path = WEIGHTS) -> None:
    weights = {field.name: round(float(one), 4) for field, one in zip(fields(Signals), fitted.weights, strict=True)}
    path.write_text(json.dumps({"weights": weights, "bias": round(fitted.bias, 4)}, indent=2) + "\n", encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench checking"
    )
    parser.add_argument("--fit", action="store_true", help="write the weights that dev gives")
    given = parser.parse_args(argv)
    read_in = [
        one.article for one in read([bundled("corpus") / "articles"], load_settings()) if isinstance(one, Reading)
    ]
    articles = {article.id: article for article in read_in}
    encoder = BundledEncoder()
    checker = Checker(Verifier(), encoder)
    dev, test = pairs("dev", articles), pairs("test", articles)
    authors = sorted({article.author for article in read_in if article.author})
    dev_rows, test_rows = matrix(checker, dev, authors), matrix(checker, test, authors)
    fitted = fit(dev, dev_rows)
    print(f"dev, cross-validated by subject\n{table(dev, cross_validated(dev, dev_rows))}")
    print(f"test\n{table(test, fitted(test_rows))}")
    if given.fit:
        write(fitted)


if __name__ == "__main__":
    main()
