"""The questions that the classifier of intents is fitted and measured on.

They are prepared in the same way as in the engine.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evals.datasets.articles import bundled_articles
from evals.datasets.cases import load_cases
from rag.answering.intent.classifier import Intent, classify, talk_intent
from rag.answering.intent.intent_model import with_common_nouns
from rag.answering.intent.question_extraction import extract_question
from rag.answering.intent.scope import Mention, find_scope
from rag.types.article import ArticleRef
from rag.types.understanding import Kind

DATA = Path(__file__).parent / "data"
TODAY = date(2025, 11, 13)


class ListedCatalogue:
    """A catalogue of listed articles.

    Implements rag.answering.intent.catalogue.Catalogue. The list is short, so every title is a candidate.
    """

    def __init__(self, articles: Sequence[ArticleRef], authors: Sequence[str], sources: Sequence[str]) -> None:
        self._values = {"author": list(authors), "source": list(sources), "topics": []}
        self._articles = list(articles)

    def values(self, field: str) -> list[str]:
        return list(self._values[field])

    def days(self) -> tuple[date, date]:
        return date(2022, 1, 1), TODAY

    def titled(self, words: str) -> list[ArticleRef]:
        return self._articles


def invented_catalogue(entry: dict[str, Any]) -> ListedCatalogue:
    """A catalogue of the training data."""
    authors, sources = entry["authors"], entry["sources"]
    articles = [
        ArticleRef(title, title, authors[index % len(authors)], sources[0], TODAY, None)
        for index, title in enumerate(entry["titles"])
    ]
    return ListedCatalogue(articles, authors, sources)


def bundled_catalogue() -> ListedCatalogue:
    """The catalogue of the bundled articles."""
    articles = [
        ArticleRef(article.id, article.title, article.author, article.source, article.published, None)
        for article in bundled_articles()
    ]
    authors = sorted({article.author for article in articles if article.author})
    return ListedCatalogue(articles, authors, sorted({article.source for article in articles if article.source}))


@dataclass(frozen=True)
class Example:
    """A labelled question, prepared for fitting and for classification.

    `question` is the part of the text that asks, `masked` the same with common nouns for names, `rule` the rules'
    intent. `is_talk` is whether a phrase of talk decides alone, before the regression.
    """

    catalogue: str
    kinds: tuple[Kind, ...]
    action: str
    question: str
    masked: str
    mentions: tuple[Mention, ...]
    rule: Intent
    is_talk: bool


def load_examples() -> list[Example]:
    """The labelled questions, prepared as the engine prepares a question."""
    entries = json.loads((DATA / "catalogues.json").read_text(encoding="utf-8"))
    catalogues = {entry["id"]: invented_catalogue(entry) for entry in entries}
    rows = [json.loads(line) for line in (DATA / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        prepare(row["question"], catalogues[row["catalogue"]], row["catalogue"], tuple(row["kinds"]), row["action"])
        for row in rows
    ]


def load_golden_questions() -> list[Example]:
    """The golden questions (dev) of one turn.

    All are questions about the content of the bundled articles.
    """
    catalogue = bundled_catalogue()
    cases = [case for case in load_cases("commentary", "dev") if len(case.questions) == 1]
    return [prepare(case.questions[0], catalogue, "bundled", ("fact",), "") for case in cases]


def prepare(text: str, catalogue: ListedCatalogue, name: str, kinds: tuple[Kind, ...], action: str) -> Example:
    """A question with its labels, prepared as the engine prepares it."""
    asking = extract_question(text).question
    mentions = find_scope(asking, catalogue, TODAY).mentions
    talk = talk_intent(text) or talk_intent(asking)
    rule = talk or classify(asking, mentions)
    return Example(name, kinds, action, asking, with_common_nouns(asking, mentions), mentions, rule, bool(talk))
