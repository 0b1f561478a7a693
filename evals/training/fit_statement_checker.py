"""Fits and measures the weights of the statement checker.

The checker is rag.verification.statement_checker.

Run: python -m evals bench checking [--fit]. The weights are fitted on the dev split alone: the suite `statements`, the
golden questions' points against their own gold quotes and against those of another question on the subject, and
contrasts made by rule from the articles of dev's subjects. The figures of dev are cross-validated by subject; test is
measured with the fitted weights. Without --fit the file is compared with the fitted weights; with it
rag/models/checking.json is written.
"""

import argparse
import random
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np

from evals.datasets.articles import bundled_articles
from evals.datasets.cases import Gold, load_cases
from evals.datasets.statements import RULED_KINDS, load_statements
from evals.training.logistic import FittedRegression, Matrix, compare_with_file, fit_logistic, write_model
from evals.training.perturbations import contrast_pairs
from rag.embedding.bundled import BundledEncoder
from rag.types.article import Article, ArticleRef
from rag.verification.cited_source import CONTEXT_CHARACTERS, CitedSource
from rag.verification.statement_checker import (
    WEIGHTS_PATH,
    CheckerFeatures,
    StatementChecker,
)
from rag.verification.verifier import SUPPORTED, Verifier

SEED = 5
# The total weight of each set in the fit, however many pairs it has.
SET_WEIGHTS = {"statements": 1.0, "points": 1.0, "contrasts": 0.7}
# scikit-learn's C: the L2 penalty that pulls the weights towards 0, needed because there are few statements.
INVERSE_PULL = 0.3
MAX_ITERATIONS = 1_000
FEATURE_NAMES = tuple(field.name for field in fields(CheckerFeatures))


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A statement with its citations.

    `kind` is "true" or the kind of error; `subject` is the subject of the article.
    """

    source: str
    kind: str
    subject: str
    statement: str
    cited: tuple[CitedSource, ...]

    @property
    def is_true(self) -> bool:
        return self.kind == "true"


def load_checked_statements(split: str, articles: dict[str, Article]) -> list[CheckedStatement]:
    """Loads the statements of all three sets of one split."""
    labelled = [
        CheckedStatement("statements", row.kind, row.subject, row.statement, (_cite(articles[row.cites], row.quote),))
        for row in load_statements(split)
        if row.kind not in RULED_KINDS
    ]
    subjects = {statement.subject for statement in labelled}
    return [*labelled, *_points(split, articles), *_contrasts(subjects, articles.values())]


def _points(split: str, articles: dict[str, Article]) -> Iterable[CheckedStatement]:
    cases = [case for case in load_cases("commentary", split) if case.answerable and case.gold and case.points]
    chance = random.Random(SEED)  # noqa: S311  (reproducible, nothing to guard)
    for case in cases:
        others = [other for other in cases if other.subject == case.subject and other is not case] or cases
        for point in case.points:
            for kind, cited_case in (("true", case), ("unrelated", chance.choice(others))):
                cited = tuple(_cite_gold(gold, articles) for group in cited_case.gold for gold in group)
                yield CheckedStatement("points", kind, case.subject, point, cited)


def _contrasts(subjects: set[str], articles: Iterable[Article]) -> Iterable[CheckedStatement]:
    of_subjects = {article.id: article for article in articles if article.id.startswith(tuple(subjects))}
    for pair in contrast_pairs(of_subjects.values()):
        article = of_subjects[pair.document]
        subject = next(subject for subject in subjects if article.id.startswith(subject))
        cited = CitedSource(" ".join(pair.evidence), "", _article_ref(article))
        kind = "true" if pair.is_supported else "contrast"
        yield CheckedStatement("contrasts", kind, subject, pair.statement, (cited,))


def _cite_gold(gold: Gold, articles: dict[str, Article]) -> CitedSource:
    return _cite(articles[gold.article], gold.quote)


def _cite(article: Article, quote: str) -> CitedSource:
    start = article.text.index(quote)
    return CitedSource(quote, article.text[max(0, start - CONTEXT_CHARACTERS) : start], _article_ref(article))


def _article_ref(article: Article) -> ArticleRef:
    return ArticleRef(article.id, article.title, article.author, article.source, article.published, article.url)


def feature_rows(checker: StatementChecker, statements: Sequence[CheckedStatement], authors: Sequence[str]) -> Matrix:
    """The checker's features of each statement.

    (statements, features), in the order of FEATURE_NAMES.
    """
    features = checker.features([(statement.statement, statement.cited) for statement in statements], authors)
    return np.array([astuple(row) for row in features])


def fit(statements: Sequence[CheckedStatement], rows: Matrix) -> FittedRegression:
    """Fits the regression.

    Each set has its weight in SET_WEIGHTS. In a set, true and false statements have the same total weight.
    """
    labels = np.array([statement.is_true for statement in statements])
    weights = np.zeros(len(statements))
    for source, share in SET_WEIGHTS.items():
        for label in (True, False):
            chosen = np.array([row.source == source and row.is_true == label for row in statements])
            weights[chosen] = share * 100 / max(1, chosen.sum())
    return fit_logistic(
        rows, labels, weights, scale=rows.std(axis=0) + 1e-9, inverse_pull=INVERSE_PULL, max_iterations=MAX_ITERATIONS
    )


def cross_validate(statements: Sequence[CheckedStatement], rows: Matrix) -> Matrix:
    """Scores each subject's statements with weights that were fitted without it."""
    subjects = np.array([statement.subject for statement in statements])
    supports = np.zeros(len(statements))
    for subject in sorted(set(subjects)):
        others = subjects != subject
        model = fit([row for row, is_other in zip(statements, others, strict=True) if is_other], rows[others])
        supports[~others] = model(rows[~others])
    return supports


def flagged_table(statements: Sequence[CheckedStatement], supports: Matrix) -> str:
    """Markdown: the share of each kind that scores below the threshold."""
    lines = ["| set | kind | pairs | flagged, % |", "|---|---|---|---|"]
    for source, kind in dict.fromkeys((statement.source, statement.kind) for statement in statements):
        chosen = np.array([row.source == source and row.kind == kind for row in statements])
        flagged = 100 * (supports[chosen] < SUPPORTED).mean()
        lines.append(f"| {source} | {kind} | {chosen.sum()} | {flagged:.0f} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Fits, measures, and compares or writes the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench checking"
    )
    parser.add_argument("--fit", action="store_true", help="write the weights that dev gives")
    options = parser.parse_args(argv)
    articles = {article.id: article for article in bundled_articles()}
    authors = sorted({article.author for article in articles.values() if article.author})
    checker = StatementChecker(Verifier(), BundledEncoder())
    dev, test = load_checked_statements("dev", articles), load_checked_statements("test", articles)
    dev_rows, test_rows = feature_rows(checker, dev, authors), feature_rows(checker, test, authors)
    model = fit(dev, dev_rows)
    print(f"dev, cross-validated by subject\n{flagged_table(dev, cross_validate(dev, dev_rows))}")
    print(f"test\n{flagged_table(test, model(test_rows))}")
    if options.fit:
        write_model(WEIGHTS_PATH, FEATURE_NAMES, model)
    else:
        print(compare_with_file(WEIGHTS_PATH, FEATURE_NAMES, model))


if __name__ == "__main__":
    main()
