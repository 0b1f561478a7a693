"""Measures the rewriting of follow-up questions against rewrites by people.

Run: python -m evals bench rewriting --data DIR [--half test]. DIR has rewrites.jsonl (evals.datasets.rewrites), which
is not copied. The benchmark measures three things. (1) The share of complete questions, which people left unchanged,
that are left unchanged. (2) For the other questions, the content terms of the rewrite compared with those of the
person's rewrite. (3) BM25 search for the question's own answer among the answers of all conversations, with the
question as typed, with the rewrite, and with the person's rewrite. The third needs data with answers (CANARD, CAsT
2021).
"""

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evals.datasets.rewrites import RewrittenQuestion, load_rewrites
from evals.report.tables import markdown_table
from rag.answering.intent.catalogue import CatalogueField
from rag.answering.intent.classifier import Intent, MentionSpan
from rag.answering.intent.follow_up import standalone_question
from rag.answering.intent.model_reading import QuestionReader
from rag.answering.intent.spelling.correction import SpellingCorrection
from rag.answering.intent.turns.completion import complete_turn
from rag.answering.intent.turns.slot_tagger import bundled_slot_tagger
from rag.answering.intent.turns.turn_model import TurnBefore, TurnReading, bundled_turn_model
from rag.embedding.base import Encoder
from rag.embedding.factory import open_encoder
from rag.embedding.query_vectors import QueryVectors
from rag.settings import load_settings
from rag.text.analyzer import content_terms, terms
from rag.text.overlap import bm25_idf
from rag.types.answer import Turn
from rag.types.article import ArticleRef

# The usual parameters of BM25.
_K1, _B = 1.2, 0.75
_RECALL_DEPTH = 5

# Nothing in the questions depends on the day.
TODAY = date(2025, 1, 1)
Rewrite = Callable[[RewrittenQuestion], str]


@dataclass(frozen=True, slots=True)
class RewritingScores:
    """The scores over one set of questions.

    `left_alone` is the share of the `complete` questions that were not changed, `rewritten` the share of the `others`
    that were. `recall` and `precision` are those of the content terms of the others, against the person's rewrite.
    """

    complete: int
    left_alone: float
    others: int
    rewritten: float
    recall: float
    precision: float


@dataclass(frozen=True, slots=True)
class SearchScores:
    """Recall@5 and mean reciprocal rank of one form of the questions."""

    questions: int
    recall_at_5: float
    reciprocal_rank: float


class AnswerIndex:
    """BM25 over the answers of all conversations, each with the title of its article."""

    def __init__(self, questions: Sequence[RewrittenQuestion]) -> None:
        answered = [question for question in questions if question.answer]
        self._documents = {question: number for number, question in enumerate(answered)}
        texts = [Counter(terms(f"{question.title} {question.answer}")) for question in answered]
        mean_length = sum(text.total() for text in texts) / max(len(texts), 1)
        frequencies = Counter(term for text in texts for term in text)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, text in enumerate(texts):
            norm = _K1 * (1 - _B + _B * text.total() / mean_length)
            for term, count in text.items():
                weight = bm25_idf(frequencies[term], len(texts)) * count * (_K1 + 1) / (count + norm)
                self._postings[term].append((number, weight))

    def rank(self, query: str, question: RewrittenQuestion) -> float:
        """The rank, from 1, of the answer to `question` in a search for `query`.

        Equal scores have the mean of their ranks.
        """
        scores: dict[int, float] = defaultdict(float)
        for term in _content(query):
            for number, weight in self._postings.get(term, ()):
                scores[number] += weight
        own = scores.get(self._documents[question], 0.0)
        if own == 0.0:
            return math.inf
        better = sum(score > own for score in scores.values())
        equal = sum(score == own for score in scores.values())
        return 1 + better + (equal - 1) / 2


def rewrite_by_rule(question: RewrittenQuestion) -> str:
    """The standalone question by the rules."""
    return standalone_question(question.question, [Turn(before, "") for before in question.before])


class NoCatalogue:
    """The catalogue of a library without names, titles and days.

    Implements rag.answering.intent.catalogue.Catalogue.
    """

    def values(self, field: CatalogueField) -> list[str]:
        return []

    def days(self) -> None:
        return None

    def titled(self, words: str) -> list[ArticleRef]:
        return []


def rewriter_by_engine(encoder: Encoder) -> Rewrite:
    """Completes a question as the engine does without a language model."""
    vectors = QueryVectors(encoder)
    model, fingerprint = bundled_turn_model()

    def score(masked: str, rule: Intent, mentions: Sequence[MentionSpan], before: TurnBefore) -> TurnReading | None:
        return model.read(masked, vectors.vector(masked), rule, mentions, before)

    def rewrite(question: RewrittenQuestion) -> str:
        turns = [Turn(before, "") for before in question.before]
        return complete_turn(
            question.question,
            turns,
            NoCatalogue(),
            QuestionReader(),
            SpellingCorrection,
            TODAY,
            score if fingerprint == encoder.fingerprint else None,
            bundled_slot_tagger().tag,
        ).question

    return rewrite


def score_rewrites(questions: Sequence[RewrittenQuestion], rewrite: Rewrite) -> RewritingScores:
    """Scores `rewrite` against the people's rewrites of `questions`."""
    rewritten = {question: rewrite(question) for question in questions}
    changed = {question for question, text in rewritten.items() if text.strip() != question.question.strip()}
    complete = [question for question in rewritten if question.is_complete]
    others = [question for question in rewritten if not question.is_complete]
    overlaps = [(_content(rewritten[question]), _content(question.rewrite)) for question in others]
    return RewritingScores(
        len(complete),
        _mean([question not in changed for question in complete]),
        len(others),
        _mean([question in changed for question in others]),
        _mean([len(ours & people) / len(people) for ours, people in overlaps if people]),
        _mean([len(ours & people) / len(ours) for ours, people in overlaps if ours]),
    )


def score_search(index: AnswerIndex, questions: Sequence[RewrittenQuestion], form: Rewrite) -> SearchScores:
    """Scores the search for the answers with one form of the questions."""
    ranks = [index.rank(form(question), question) for question in questions if question.answer]
    return SearchScores(
        len(ranks), _mean([rank <= _RECALL_DEPTH for rank in ranks]), _mean([1 / rank for rank in ranks])
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measures rules and engine on one half of the conversations."""
    parser = argparse.ArgumentParser(
        prog="rag eval bench rewriting", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with rewrites.jsonl")
    parser.add_argument("--half", choices=("dev", "test"), default="test", help="half of the conversations")
    options = parser.parse_args(argv)
    everything = load_rewrites(options.data)
    questions = [question for question in everything if question.half == options.half]
    rules = {question: rewrite_by_rule(question) for question in questions}
    rewrite = rewriter_by_engine(open_encoder(load_settings()))
    engine = {question: rewrite(question) for question in questions}

    groups = {"all": questions} | {
        name: [question for question in questions if question.source.startswith(name)]
        for name in ("canard", "cast", "mtrag")
    }
    rows = []
    for name, group in groups.items():
        for label, form in (("as typed", _typed), ("rules", rules.__getitem__), ("engine", engine.__getitem__)):
            scores = score_rewrites(group, form)
            shares = (scores.left_alone, scores.rewritten, scores.recall, scores.precision)
            left_alone, rewritten, recall, precision = (f"{100 * share:.1f}" for share in shares)
            counts = (str(scores.complete), left_alone, str(scores.others))
            rows.append((name, label, *counts, rewritten, recall, precision))
    headings = (
        "conversations",
        "form",
        "complete",
        "left alone, %",
        "others",
        "rewritten, %",
        "term recall",
        "precision",
    )
    print(markdown_table(headings, rows))

    index = AnswerIndex(everything)
    search_rows = []
    for name in ("canard", "cast"):
        forms = (
            ("as typed", _typed), ("rules", rules.__getitem__), ("engine", engine.__getitem__), ("people", _by_people),
        )  # fmt: skip
        for label, form in forms:
            search_scores = score_search(index, groups[name], form)
            recall, reciprocal_rank = (
                f"{100 * search_scores.recall_at_5:.1f}",
                f"{100 * search_scores.reciprocal_rank:.1f}",
            )
            search_rows.append((name, label, str(search_scores.questions), recall, reciprocal_rank))
    print(f"\n{markdown_table(('conversations', 'form', 'questions', 'recall@5', 'MRR'), search_rows)}")


def _typed(question: RewrittenQuestion) -> str:
    return question.question


def _by_people(question: RewrittenQuestion) -> str:
    return question.rewrite


def _content(text: str) -> set[str]:
    return set(content_terms(text))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    main()
