"""Measures whether the quotes hold the exact answer, on XQuAD's English part.

Its questions have exact answer spans over short articles.

Run: python -m evals bench answers --data FILE [--home DIR] [--limit N]. FILE is xquad.en.json as published
(google-deepmind/xquad; Artetxe et al., ACL 2020). It is not copied, except into the library of --home, which the next
run uses again.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.datasets.published import XQUAD, read_published
from rag import Answer, QueryEngine, open_engine


@dataclass(frozen=True, slots=True)
class SpanQuestion:
    """A question with the span that answers it.

    `start` and `end` are characters of the article's text.
    """

    question: str
    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class QuoteTally:
    """The shares of questions whose quotes have the answer.

    `declined`, `first` (answered by the first quote) and `any` are shares, `quotes` the mean number an answer.
    """

    questions: int
    declined: float
    first: float
    any: float
    quotes: float


def load_xquad(path: Path) -> tuple[list[dict[str, str]], list[SpanQuestion]]:
    """Loads the articles and the questions.

    The articles are objects for the readers, their paragraphs joined by empty lines.
    """
    articles, questions = [], []
    for number, entry in enumerate(json.loads(read_published(path, XQUAD))["data"]):
        article_id, offset, texts = f"article-{number}", 0, []
        for paragraph in entry["paragraphs"]:
            for qa in paragraph["qas"]:
                start = offset + qa["answers"][0]["answer_start"]
                end = start + len(qa["answers"][0]["text"])
                questions.append(SpanQuestion(qa["question"], article_id, start, end))
            texts.append(paragraph["context"])
            offset += len(paragraph["context"]) + 2
        title = str(entry.get("title", article_id)).replace("_", " ")
        articles.append({"id": article_id, "title": title, "text": "\n\n".join(texts)})
    return articles, questions


def quotes_with_answer(answer: Answer, question: SpanQuestion) -> list[bool]:
    """For each citation, whether its quote covers the whole answer span."""
    return [
        citation.article.id == question.article_id and citation.start <= question.start and question.end <= citation.end
        for citation in answer.citations
    ]


def tally_quotes(answers: Sequence[Answer], questions: Sequence[SpanQuestion]) -> QuoteTally:
    """Counts over all questions."""
    hits = [quotes_with_answer(answer, question) for answer, question in zip(answers, questions, strict=True)]
    number = len(questions) or 1
    answered = sum(not answer.abstained for answer in answers) or 1
    return QuoteTally(
        questions=len(questions),
        declined=sum(answer.abstained for answer in answers) / number,
        first=sum(hit[:1] == [True] for hit in hits) / number,
        any=sum(any(hit) for hit in hits) / number,
        quotes=sum(len(answer.citations) for answer in answers) / answered,
    )


def _open_library(home: Path, articles: Sequence[dict[str, str]]) -> QueryEngine:
    engine = open_engine(home=home, empty=True)
    if not engine.counts().articles:
        source = home / "articles.jsonl"
        source.write_text("\n".join(json.dumps(article) for article in articles), encoding="utf-8")
        engine.add(source)
    return engine


def main(argv: Sequence[str] | None = None) -> None:
    """Asks every question and prints the shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench answers"
    )
    parser.add_argument("--data", type=Path, required=True, help="xquad.en.json as published")
    parser.add_argument("--home", type=Path, help="folder to keep the library in; default: a temporary one")
    parser.add_argument("--limit", type=int, help="only so many questions, the first")
    options = parser.parse_args(argv)
    articles, questions = load_xquad(options.data)
    questions = questions[: options.limit]
    with tempfile.TemporaryDirectory() as folder, _open_library(options.home or Path(folder), articles) as engine:
        tally = tally_quotes([engine.ask(question.question) for question in questions], questions)
    print(
        f"{tally.questions} questions: declined {tally.declined:.1%}, answer in the first quote {tally.first:.1%}, "
        f"in any quote {tally.any:.1%}, {tally.quotes:.1f} quotes an answer"
    )


if __name__ == "__main__":
    main()
