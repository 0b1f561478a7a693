"""The chunking benchmark: recall of gold spans in the top passages.

It is that of "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024).

Run: python -m evals bench chunking --data DIR [--questions questions_dev.csv] [-k 5] [--fit] [--alone]. DIR has the
documents as *.md and the questions as brandonstarxel/chunking_evaluation publishes them; they are not copied. The five
documents are in one library. LlamaIndex's quickstart is measured in the same process.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from evals.datasets.chunking import ChunkingQuestion, load_documents, load_questions, write_articles
from evals.metrics.passages import PassageScores, SearchSystem, mean_scores, score_passages
from evals.metrics.significance import CaseValues, bootstrap_interval, format_p, paired_interval, permutation_p
from evals.report.tables import markdown_table


def score_system(system: SearchSystem, questions: Sequence[ChunkingQuestion], k: int) -> list[PassageScores]:
    """Scores each question's top `k` passages, retrieved by `system`."""
    return [score_passages(question, system.search(question.text, k=k)) for question in questions]


def scores_table(questions: Sequence[ChunkingQuestion], scores: Sequence[PassageScores]) -> str:
    """The mean of each score, in percent, over all questions and by document."""
    lines = [f"{'':20} questions recall precision   iou | sentences: recall precision | passage length"]
    for name in ["all", *sorted({question.document for question in questions})]:
        of_document = [
            score for score, question in zip(scores, questions, strict=True) if name in ("all", question.document)
        ]
        mean = mean_scores(of_document)
        lines.append(
            f"{name:20} {len(of_document):9} {100 * mean.recall:6.1f} {100 * mean.precision:9.1f} "
            f"{100 * mean.iou:5.1f} | {100 * mean.sentence_recall:17.1f} {100 * mean.sentence_precision:9.1f} | "
            f"{mean.passage_length:14.0f}"
        )
    return "\n".join(lines)


def systems_table(systems: Mapping[str, Sequence[PassageScores]]) -> str:
    """A Markdown table: a row a system, with 95% intervals over questions.

    The last column has the difference in recall between the first system and this one, paired by question, with its
    interval and the p of a permutation test (evals.metrics.significance).
    """
    first = _recalls(next(iter(systems.values())))
    rows = []
    for position, (name, scores) in enumerate(systems.items()):
        mean, recalls = mean_scores(scores), _recalls(scores)
        ahead = "–"
        if position and (span := paired_interval(recalls, first)) is not None:
            difference = 100 * float(first[0].mean() - recalls[0].mean())
            p = format_p(permutation_p(recalls, first))
            ahead = f"{difference:+.1f} [{100 * span.low:+.1f}, {100 * span.high:+.1f}], p {p}"
        interval = bootstrap_interval(*recalls)
        shown_interval = f" [{100 * interval.low:.1f}, {100 * interval.high:.1f}]" if interval else ""
        shares = (mean.precision, mean.iou, mean.sentence_recall, mean.sentence_precision)
        cells = (f"{100 * share:.1f}" if share else "–" for share in shares)
        rows.append((name, f"{100 * mean.recall:.1f}{shown_interval}", *cells, f"{mean.passage_length:.0f}", ahead))
    headings = ("system", "recall", "precision", "IoU", "sentence recall", "sentence precision", "mean passage",
                "ours ahead by")  # fmt: skip
    return markdown_table(headings, rows)


def _recalls(scores: Sequence[PassageScores]) -> CaseValues:
    return np.array([score.recall for score in scores]), np.ones(len(scores))


def main(argv: Sequence[str] | None = None) -> None:
    """Measures this project and the quickstart, and prints both tables."""
    from evals.benchmarks.quality.llamaindex_quickstart import SIZES, InMemoryQuickstart
    from evals.benchmarks.quality.ranking_weights import describe_fit
    from rag import open_engine
    from rag.embedding.factory import open_encoder

    parser = argparse.ArgumentParser(
        prog="rag eval bench chunking", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the documents and the questions")
    parser.add_argument("--questions", default="questions_dev.csv", help="the questions' file in that folder")
    parser.add_argument("-k", type=int, default=5, help="passages retrieved for a question")
    parser.add_argument("--fit", action="store_true", help="fit the ranking's weights and cross-validate them")
    parser.add_argument("--alone", action="store_true", help="without the LlamaIndex quickstart")
    options = parser.parse_args(argv)
    documents, questions = load_documents(options.data), load_questions(options.data / options.questions)
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder) / "chunking.jsonl"
        write_articles(documents, articles)
        with open_engine(Path(folder) / "home", empty=True) as engine:
            engine.add(articles)
            counts = engine.counts()
            print(f"{counts.passages} passages of {counts.characters / counts.passages:.0f} characters on average")
            systems = {"ours": score_system(engine, questions, options.k)}
            print(scores_table(questions, systems["ours"]), flush=True)
            if options.fit:
                print(describe_fit(engine, questions, options.k))
            encoder = open_encoder(engine.settings)
    for size, overlap in () if options.alone else SIZES:
        quickstart = InMemoryQuickstart(documents, encoder, size, overlap)
        name = f"LlamaIndex quickstart, {size} tokens, overlap {overlap} ({quickstart.chunks} chunks)"
        systems[name] = score_system(quickstart, questions, options.k)
    if len(systems) > 1:
        print(f"\n{systems_table(systems)}")


if __name__ == "__main__":
    main()
