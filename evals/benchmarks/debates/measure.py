"""Measures debates against the labels of evals/suites/debates.

Run: python -m evals bench debates [--split test] [--home DIR] [--wrong] [--pairs-only]. Each labelled pair of quotes is
judged as a debate judges it. Each labelled position is looked up in the debate on its question. No language model is
asked.
"""

import argparse
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.benchmarks.debates.labels import (
    LabelledPosition,
    LabelledQuotePair,
    PairQuote,
    load_pairs,
    load_positions,
)
from evals.datasets.articles import bundled_articles
from evals.datasets.cases import SPLITS
from evals.report.tables import markdown_table
from rag import open_engine
from rag.debate.debate import Debate
from rag.debate.relations import QuoteInContext, relation_between
from rag.embedding.bundled import BundledEncoder
from rag.engine import QueryEngine
from rag.text.entities import authors_named_in
from rag.text.sentences import sentence_spans
from rag.types.article import Article, reference_to

# The verdicts that are shown to a reader, by the label that each has to have.
RELATIONS = {"agreement": "agree", "contradiction": "contradict"}
STANCES = ("for", "against", "mixed", "changed")


def main(arguments: Sequence[str]) -> None:
    """Runs the benchmark on the command line."""
    parser = argparse.ArgumentParser(prog="rag eval bench debates", description=__doc__)
    parser.add_argument("--split", choices=SPLITS, default="dev")
    parser.add_argument("--home", type=Path, help="a library of the bundled articles; by default one is built")
    parser.add_argument("--wrong", action="store_true", help="list the verdicts that are wrong; only for dev")
    parser.add_argument("--pairs-only", action="store_true", help="leave the positions out")
    options = parser.parse_args(arguments)
    if options.wrong and options.split != "dev":
        parser.error("the labels of the test half are not shown; tune on dev")
    articles = {article.id: article for article in bundled_articles()}
    judged = judge_pairs(load_pairs(options.split), articles)
    rows = table_rows([(pair.label, verdict) for pair, verdict in judged], ("agree", "contradict"))
    print(markdown_table((f"pairs, {options.split}", "shown", "right", "precision %", "labels", "recall %"), rows))
    wrong = [f"{pair.id}: {pair.label} → {verdict}" for pair, verdict in judged if verdict not in (None, pair.label)]
    if not options.pairs_only:
        with TemporaryDirectory() as folder, open_engine(options.home or folder) as engine:
            judged_positions = find_stances(load_positions(options.split), engine)
        stances = [(position.label, stance) for position, stance in judged_positions]
        print()
        print(markdown_table(("positions", "shown", "right", "precision %", "labels", "recall %"),
                             table_rows(stances, STANCES)))  # fmt: skip
        wrong += [
            f"{each.id}: {each.label} → {stance}"
            for each, stance in judged_positions
            if stance not in (None, each.label)
        ]
    if options.wrong:
        print("\n" + "\n".join(wrong))


def judge_pairs(
    pairs: Iterable[LabelledQuotePair], articles: Mapping[str, Article]
) -> list[tuple[LabelledQuotePair, str | None]]:
    """Each pair with the label that the package gives it; None where it shows nothing."""
    encoder = BundledEncoder()
    judged = []
    for pair in pairs:
        relation = relation_between(_in_context(pair.earlier, articles), _in_context(pair.later, articles), encoder)
        judged.append((pair, RELATIONS[relation] if relation else None))
    return judged


def find_stances(
    positions: Sequence[LabelledPosition], engine: QueryEngine
) -> list[tuple[LabelledPosition, str | None]]:
    """Each position with the stance that is shown; None where none is."""
    debates: dict[str, Debate] = {}
    judged_positions: list[tuple[LabelledPosition, str | None]] = []
    for position in positions:
        if position.question not in debates:
            debates[position.question] = engine.debate(position.question)
        stances = [
            shown.stance
            for row in debates[position.question].rows
            for shown in row.positions
            if shown.citation.article.id == position.article
        ]
        judged_positions.append((position, stances[0] if stances else None))
    return judged_positions


def table_rows(verdicts: Sequence[tuple[str, str | None]], shown: Sequence[str]) -> list[tuple[str, ...]]:
    """Rows of a table: each verdict with its precision and recall, then all.

    `verdicts` are pairs of a label and of the verdict that is shown, or None.
    """
    rows = [_row(name, verdicts, (name,)) for name in shown]
    return [*rows, _row("all", verdicts, shown)]


def _row(name: str, verdicts: Sequence[tuple[str, str | None]], of: Sequence[str]) -> tuple[str, ...]:
    given = [(label, verdict) for label, verdict in verdicts if verdict in of]
    right = sum(label == verdict for label, verdict in given)
    labels = sum(label in of for label, _ in verdicts)
    return (
        name, str(len(given)), str(right), _per_cent(right, len(given)), str(labels), _per_cent(right, labels),
    )  # fmt: skip


def _per_cent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"


def _in_context(quote: PairQuote, articles: Mapping[str, Article]) -> QuoteInContext:
    article = articles[quote.article]
    start = article.text.index(quote.quote)
    end = start + len(quote.quote)
    paragraph = article.text.rfind("\n\n", 0, start) + 1
    after = article.text.find("\n\n", end)
    others = list({other.author for other in articles.values() if other.author and other.author != article.author})
    following = _sentences(article.text[end : after if after >= 0 else len(article.text)])
    # A sentence that names an author begins another reply.
    own = list(itertools.takewhile(lambda sentence: not authors_named_in(sentence, others), following))
    before = _sentences(article.text[paragraph:start])
    return QuoteInContext(reference_to(article), _sentences(quote.quote), before, own)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]
