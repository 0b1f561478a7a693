"""Do the quotes hold the answer? Questions with exact answer spans over short articles (XQuAD's English part).

Run: python -m evals.benchmarks.answers --data FILE [--home DIR] [--limit N]. FILE is xquad.en.json as published
(google-deepmind/xquad); nothing of it is kept but in --home, where the library is reused by the next run.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag import Answer, QueryEngine, open_engine


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the article that answers it, and the answer's place in that article's text."""

    question: str
    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Shares of the questions: declined, answered by the first quote, by any quote; quotes an answer on average."""

    questions: int
    declined: float
    first: float
    any: float
    quotes: float


def load(path: Path) -> tuple[list[dict[str, str]], list[Asked]]:
    """The articles, paragraphs joined by empty lines, and the questions."""
    articles, questions = [], []
    for number, entry in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        article_id, offset, texts = f"article-{number}", 0, []
        for paragraph in entry["paragraphs"]:
            for qa in paragraph["qas"]:
                start = offset + qa["answers"][0]["answer_start"]
                end = start + len(qa["answers"][0]["text"])
                questions.append(Asked(qa["question"], article_id, start, end))
            texts.append(paragraph["context"])
            offset += len(paragraph["context"]) + 2
        title = str(entry.get("title", article_id)).replace("_", " ")
        articles.append({"id": article_id, "title": title, "text": "\n\n".join(texts)})
    return articles, questions


def holds(answer: Answer, asked: Asked) -> list[bool]:
    """For each citation, whether its quote covers the whole answer."""
    return [
        citation.article.id == asked.article_id and citation.start <= asked.start and asked.end <= citation.end
        for citation in answer.citations
    ]


def tally(answers: Sequence[Answer], questions: Sequence[Asked]) -> Tally:
    hits = [holds(answer, asked) for answer, asked in zip(answers, questions, strict=True)]
    number = len(questions) or 1
    answered = sum(not answer.abstained for answer in answers) or 1
    return Tally(
        questions=len(questions),
        declined=sum(answer.abstained for answer in answers) / number,
        first=sum(hit[:1] == [True] for hit in hits) / number,
        any=sum(any(hit) for hit in hits) / number,
        quotes=sum(len(answer.citations) for answer in answers) / answered,
    )


def _library(home: Path, articles: Sequence[dict[str, str]]) -> QueryEngine:
    engine = open_engine(home=home, empty=True)
    if not engine.counts().articles:
        source = home / "articles.jsonl"
        source.write_text("\n".join(json.dumps(one) for one in articles), encoding="utf-8")
        engine.add(source)
    return engine


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--limit", type=int)
    given = parser.parse_args(argv)
    articles, questions = load(given.data)
    questions = questions[: given.limit]
    with tempfile.TemporaryDirectory() as folder, _library(given.home or Path(folder), articles) as engine:
        found = tally([engine.ask(asked.question) for asked in questions], questions)
    print(
        f"{found.questions} questions: declined {found.declined:.1%}, answer in the first quote {found.first:.1%}, "
        f"in any quote {found.any:.1%}, {found.quotes:.1f} quotes an answer"
    )


if __name__ == "__main__":
    main()
