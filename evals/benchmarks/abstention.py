"""Is a question declined when its library does not hold the answer, and only then?

Run: python -m evals.benchmarks.abstention --data DIR [--fit] [--plot FILE]. DIR holds qa/squad/xquad/xquad.en.json,
qa/squad/search_datasets/squad2 and chunking/ as published; the commentary suite is always measured. Needs the extra
`evals`. --fit prints how the present logit would have to be scaled and moved, by all sets but the suite's test split;
--plot draws the curves.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.benchmarks.answers import load as load_xquad
from evals.benchmarks.chunking import load_documents, load_questions
from evals.suite import SPLITS
from evals.suite import load as load_suite
from rag import QueryEngine, open_engine
from rag.settings import bundled

Array = NDArray[np.float64]
# The share of answerable questions that may be declined.
WRONGLY = 0.05
Asked = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The engine's answerability in [0, 1] of each question of a set, and whether its library answers it."""

    name: str
    scores: Array
    answerable: NDArray[np.bool_]

    def declined(self, threshold: float) -> tuple[float, float]:
        """Shares declined of the unanswerable (better high) and of the answerable (better low) questions."""
        low = self.scores < threshold
        return float(low[~self.answerable].mean()), float(low[self.answerable].mean())


def halves_of_xquad(data: Path) -> tuple[list[dict[str, str]], Asked]:
    """Every other article in the library: the questions about the others have no answer there."""
    articles, asked = load_xquad(data / "qa" / "squad" / "xquad" / "xquad.en.json")
    held = articles[::2]
    ids = {article["id"] for article in held}
    return held, [(one.question, one.article_id in ids) for one in asked]


def documents_left_out(data: Path, held: Sequence[str]) -> tuple[list[dict[str, str]], Asked]:
    """The chunking benchmark with some of its documents in the library."""
    documents = load_documents(data / "chunking")
    questions = load_questions(data / "chunking" / "questions_dev.csv")
    articles = [{"id": name, "title": name, "text": documents[name]} for name in held]
    return articles, [(one.text, one.document in held) for one in questions]


def squad2(data: Path) -> tuple[list[dict[str, str]], Asked]:
    """SQuAD 2.0 (Rajpurkar et al., 2018): those without an answer were written to resemble a paragraph."""
    folder = data / "qa" / "squad" / "search_datasets" / "squad2"
    rows = json.loads((folder / "queries.json").read_text(encoding="utf-8"))["queries"]
    truth = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    texts = list(dict.fromkeys(row["context"] for row in rows))
    articles = [{"id": f"paragraph-{at}", "title": f"paragraph {at}", "text": text} for at, text in enumerate(texts)]
    return articles, [(row.get("query") or row["question"], not truth[row["id"]]["is_impossible"]) for row in rows]


def outcome(name: str, engine: QueryEngine, asked: Asked) -> Outcome:
    scores = [engine.answerability(question) for question, _ in asked]
    return Outcome(name, np.array(scores), np.array([answerable for _, answerable in asked]))


def outcomes(data: Path) -> Iterator[Outcome]:
    """Each set over its own library."""
    sets = {
        "subject absent (XQuAD)": halves_of_xquad(data),
        "document absent (chunking, A)": documents_left_out(data, ("finance", "wikitexts", "pubmed")),
        "document absent (chunking, B)": documents_left_out(data, ("chatlogs", "state_of_the_union", "pubmed")),
        "made to mislead (SQuAD 2.0)": squad2(data),
    }
    for name, (articles, asked) in sets.items():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "articles.jsonl"
            source.write_text("\n".join(json.dumps(one) for one in articles), encoding="utf-8")
            with open_engine(Path(folder) / "home", empty=True) as engine:
                engine.add(source)
                yield outcome(name, engine, asked)
    with tempfile.TemporaryDirectory() as folder, open_engine(Path(folder) / "home", empty=True) as engine:
        engine.add(bundled("corpus") / "articles")
        for split in SPLITS:
            cases = [case for case in load_suite("commentary", split) if case.question]
            asked = [(case.question or "", case.answerable) for case in cases if case.kind != "false_premise"]
            yield outcome(f"commentary {split}", engine, asked)


def fitted(found: Sequence[Outcome]) -> tuple[float, float]:
    """Slope and offset on the present logit that calibrate it over `found`, each set weighing the same.

    Logistic regression, with the offset then put where `WRONGLY` of the answerable questions fall under 0.5.
    """
    from sklearn.linear_model import LogisticRegression

    logits = [np.log(np.clip(one.scores, 1e-9, 1 - 1e-9) / (1 - np.clip(one.scores, 1e-9, 1 - 1e-9))) for one in found]
    labels = [one.answerable.astype(float) for one in found]
    weights = np.concatenate([np.where(y > 0.5, 0.5 / y.mean(), 0.5 / (1 - y.mean())) / len(y) for y in labels])
    model = LogisticRegression(C=1e6).fit(
        np.concatenate(logits)[:, None], np.concatenate(labels), sample_weight=weights * len(weights) / weights.sum()
    )
    lines = [np.quantile(x[y > 0.5], WRONGLY) for x, y in zip(logits, labels, strict=True)]
    return float(model.coef_[0, 0]), float(np.mean(lines))


def table(found: Sequence[Outcome], threshold: float) -> str:
    from sklearn.metrics import roc_auc_score

    lines = [f"{'':32} questions  unanswerable  rightly declined  wrongly declined  ROC AUC  declined at 5% wrongly"]
    for one in found:
        right, wrong = one.declined(threshold)
        at_five, _ = one.declined(float(np.quantile(one.scores[one.answerable], WRONGLY)))
        area = roc_auc_score(one.answerable, one.scores)
        lines.append(
            f"{one.name:32} {len(one.scores):9}  {int((~one.answerable).sum()):12}  {right:16.1%}  {wrong:16.1%}  "
            f"{area:7.3f}  {at_five:22.1%}"
        )
    return "\n".join(lines)


def plot(found: Sequence[Outcome], path: Path) -> None:
    """For every threshold the share of unanswerable questions declined over that of answerable ones declined."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "abstention"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 5))
    thresholds = np.linspace(0, 1, 501)
    for one in found:
        curve = np.array([one.declined(threshold) for threshold in thresholds])
        (line,) = axes.plot(curve[:, 1], curve[:, 0], label=one.name)
        right, wrong = one.declined(0.5)
        axes.plot([wrong], [right], "o", color=line.get_color())
    axes.axvline(WRONGLY, color="grey", linestyle=":", linewidth=1)
    axes.set(xlabel="answerable questions declined", ylabel="unanswerable questions declined")
    axes.set(xlim=(0, 0.5), ylim=(0, 1.02))
    axes.legend(loc="lower right", fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args(argv)
    found = list(outcomes(given.data))
    print(table(found, given.threshold))
    if given.fit:
        slope, line = fitted([one for one in found if not one.name.endswith("test")])
        print(f"logit' = {slope:.3f} * (logit - {line:.3f})")
    if given.plot:
        plot(found, given.plot)


if __name__ == "__main__":
    main()
