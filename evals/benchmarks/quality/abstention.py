"""Measures whether the engine declines exactly the questions it cannot answer.

A question should be declined if and only if the library does not have the answer.

Run: python -m evals bench abstention --data DIR [--fit] [--plot FILE]. DIR holds qa/squad/xquad/xquad.en.json,
qa/squad/search_datasets/squad2 and chunking/ as published; the commentary suite is always measured. --fit prints the
weights of rag.answering.answerability, fitted on all sets but the suite's test split. --plot draws the
curves. Needs the extra `evals`.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.benchmarks.quality.xquad import load_xquad
from evals.datasets.cases import SPLITS, load_cases
from evals.datasets.chunking import load_documents, load_questions
from evals.datasets.published import SQUAD, read_published
from evals.training.reader.measures import MAX_WRONGLY_DECLINED
from rag import QueryEngine, open_engine
from rag.answering.answerability import (
    GATE_SLOPE,
    GATE_THRESHOLD,
    READ_OFFSET,
    READ_SLOPE,
    READING_SLOPE,
    AnswerabilityFeatures,
    answerability,
    answerability_features,
)
from rag.engine import workspace_of
from rag.package_data import bundled_folder
from rag.reading.passage_reader import PassageReader
from rag.retrieval.filters import Filters
from rag.retrieval.passage_readings import read_passages

Array = NDArray[np.float64]
# Questions, each with a flag that says whether its library answers it.
LabelledQuestions = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class AbstentionOutcome:
    """The answerability of each question of a set.

    `features` are those of each question, `answerable` says whether the set's library answers it.
    """

    name: str
    features: Sequence[AnswerabilityFeatures]
    answerable: NDArray[np.bool_]

    @property
    def scores(self) -> Array:
        """The answerability of each question, in [0, 1]."""
        return np.array([answerability(features) for features in self.features])

    def declined(self, threshold: float) -> tuple[float, float]:
        """Shares declined of the unanswerable and of the answerable questions.

        The first should be high, the second low.
        """
        is_declined = self.scores < threshold
        return float(is_declined[~self.answerable].mean()), float(is_declined[self.answerable].mean())


def halve_xquad(data: Path) -> tuple[list[dict[str, str]], LabelledQuestions]:
    """XQuAD with every other article in the library.

    The questions about the others have no answer there.
    """
    articles, questions = load_xquad(data / "qa" / "squad" / "xquad" / "xquad.en.json")
    kept = articles[::2]
    ids = {article["id"] for article in kept}
    return kept, [(question.question, question.article_id in ids) for question in questions]


def leave_documents_out(data: Path, kept: Sequence[str]) -> tuple[list[dict[str, str]], LabelledQuestions]:
    """The chunking benchmark with only the documents `kept` in the library."""
    documents = load_documents(data / "chunking")
    questions = load_questions(data / "chunking" / "questions_dev.csv")
    articles = [{"id": name, "title": name, "text": documents[name]} for name in kept]
    return articles, [(question.text, question.document in kept) for question in questions]


def load_squad2(data: Path) -> tuple[list[dict[str, str]], LabelledQuestions]:
    """SQuAD 2.0 (Rajpurkar et al., 2018).

    Its unanswerable questions were written to resemble a paragraph.
    """
    folder = data / "qa" / "squad" / "search_datasets" / "squad2"
    rows = json.loads(read_published(folder / "queries.json", SQUAD))["queries"]
    truth = json.loads(read_published(folder / "ground_truth.json", SQUAD))
    texts = list(dict.fromkeys(row["context"] for row in rows))
    articles = [
        {"id": f"paragraph-{number}", "title": f"paragraph {number}", "text": text} for number, text in enumerate(texts)
    ]
    return articles, [(row.get("query") or row["question"], not truth[row["id"]]["is_impossible"]) for row in rows]


def score_questions(name: str, engine: QueryEngine, questions: LabelledQuestions) -> AbstentionOutcome:
    """Every question's features over the engine's library, as the engine has them."""
    workspace, settings = workspace_of(engine), engine.settings
    reader = PassageReader(settings.threads)
    features = []
    for question, _ in questions:
        retrieval = workspace.retrieve(question, settings.passages, Filters())
        features.append(answerability_features(read_passages(reader, retrieval, settings.read_passages)))
    return AbstentionOutcome(name, features, np.array([answerable for _, answerable in questions]))


def measure_sets(data: Path) -> Iterator[AbstentionOutcome]:
    """Measures each set over a library of its own."""
    sets = {
        "subject absent (XQuAD)": halve_xquad(data),
        "document absent (chunking, A)": leave_documents_out(data, ("finance", "wikitexts", "pubmed")),
        "document absent (chunking, B)": leave_documents_out(data, ("chatlogs", "state_of_the_union", "pubmed")),
        "made to mislead (SQuAD 2.0)": load_squad2(data),
    }
    for name, (articles, questions) in sets.items():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "articles.jsonl"
            source.write_text("\n".join(json.dumps(article) for article in articles), encoding="utf-8")
            with open_engine(Path(folder) / "home", empty=True) as engine:
                engine.add(source)
                yield score_questions(name, engine, questions)
    with tempfile.TemporaryDirectory() as folder, open_engine(Path(folder) / "home", empty=True) as engine:
        engine.add(bundled_folder("corpus") / "articles")
        for split in SPLITS:
            cases = [case for case in load_cases("commentary", split) if case.question]
            questions = [(case.question or "", case.answerable) for case in cases if case.kind != "false_premise"]
            yield score_questions(f"commentary {split}", engine, questions)


def fit_weights(outcomes: Sequence[AbstentionOutcome]) -> tuple[float, float, float]:
    """Fits READ_SLOPE, READING_SLOPE and READ_OFFSET of the answerability.

    Maximum likelihood with fixed GATE_ weights; each set has the same total weight, and so has each class of a set. The
    offset is then chosen so that MAX_WRONGLY_DECLINED of the answerable questions score below 0.5, on average over the
    sets.
    """
    from scipy.optimize import brentq, minimize
    from scipy.special import expit, xlogy

    rows = [
        np.array([[case.relevance, case.best_reading or 0.0, case.penalty] for case in outcome.features])
        for outcome in outcomes
    ]

    def scores(values: Array, weights: Array) -> Array:
        gate = expit(GATE_SLOPE * (values[:, 0] - GATE_THRESHOLD))
        scored: Array = gate * expit(weights[0] * values[:, 0] + weights[1] * values[:, 1] + weights[2] - values[:, 2])
        return scored

    def loss(weights: Array) -> float:
        total = 0.0
        for values, outcome in zip(rows, outcomes, strict=True):
            chance, answered = np.clip(scores(values, weights), 1e-6, 1 - 1e-6), outcome.answerable
            for share in (xlogy(1, chance[answered]), xlogy(1, 1 - chance[~answered])):
                total -= float(share.mean())
        return total

    slope, reading_slope, _ = minimize(loss, np.array([READ_SLOPE, READING_SLOPE, READ_OFFSET]), method="BFGS").x

    def excess(offset: float) -> float:
        """The share of answerable questions declined, minus the target share."""
        weights = np.array([slope, reading_slope, offset])
        declined = [
            (scores(values, weights)[outcome.answerable] < 0.5).mean()
            for values, outcome in zip(rows, outcomes, strict=True)
        ]
        return float(np.mean(declined)) - MAX_WRONGLY_DECLINED

    return float(slope), float(reading_slope), float(brentq(excess, -20, 20, xtol=1e-3))


def outcomes_table(outcomes: Sequence[AbstentionOutcome], threshold: float) -> str:
    """A table with one line for each set.

    It has the shares declined at `threshold`, ROC AUC, and the share that would be rightly declined at 5% wrongly
    declined.
    """
    from sklearn.metrics import roc_auc_score

    lines = [f"{'':32} questions  unanswerable  rightly declined  wrongly declined  ROC AUC  declined at 5% wrongly"]
    for outcome in outcomes:
        right, wrong = outcome.declined(threshold)
        at_five, _ = outcome.declined(float(np.quantile(outcome.scores[outcome.answerable], MAX_WRONGLY_DECLINED)))
        area = roc_auc_score(outcome.answerable, outcome.scores)
        lines.append(
            f"{outcome.name:32} {len(outcome.scores):9}  {int((~outcome.answerable).sum()):12}  {right:16.1%}  "
            f"{wrong:16.1%}  {area:7.3f}  {at_five:22.1%}"
        )
    return "\n".join(lines)


def plot_outcomes(outcomes: Sequence[AbstentionOutcome], path: Path) -> None:
    """Draws the trade-off of every set to a file.

    For every threshold, it is the share of unanswerable questions declined over that of answerable ones.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "abstention"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 5))
    thresholds = np.linspace(0, 1, 501)
    for outcome in outcomes:
        curve = np.array([outcome.declined(threshold) for threshold in thresholds])
        (line,) = axes.plot(curve[:, 1], curve[:, 0], label=outcome.name)
        right, wrong = outcome.declined(0.5)
        axes.plot([wrong], [right], "o", color=line.get_color())
    axes.axvline(MAX_WRONGLY_DECLINED, color="grey", linestyle=":", linewidth=1)
    axes.set(xlabel="answerable questions declined", ylabel="unanswerable questions declined")
    axes.set(xlim=(0, 0.5), ylim=(0, 1.02))
    axes.legend(loc="lower right", fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main(argv: Sequence[str] | None = None) -> None:
    """Measures every set and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench abstention"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with qa/ and chunking/ as published")
    parser.add_argument("--threshold", type=float, default=0.5, help="answerability below which is declined")
    parser.add_argument("--fit", action="store_true", help="print the weights, fitted again")
    parser.add_argument("--plot", type=Path, help="file to draw the curves to")
    options = parser.parse_args(argv)
    outcomes = list(measure_sets(options.data))
    print(outcomes_table(outcomes, options.threshold))
    if options.fit:
        fitted = fit_weights([outcome for outcome in outcomes if not outcome.name.endswith("test")])
        print("READ_SLOPE {:.2f}, READING_SLOPE {:.2f}, READ_OFFSET {:.2f}".format(*fitted))
    if options.plot:
        plot_outcomes(outcomes, options.plot)


if __name__ == "__main__":
    main()
