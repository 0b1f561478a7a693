"""What is read of web pages, against what is true of each page.

Measured are the body, the title, the authors and the day.

Run: python -m evals bench reading --data DIR [--mistakes]. DIR has NAME.html, a page, and NAME.json, its truth: {"url",
"text", "with", "without", "title", "authors", "published"}. What a truth leaves out is not measured on its page; an
empty list of authors says that the page names nobody. Body recall and precision are those of the article extraction
benchmark of Zyte (Lopukhin, 2020): shares of the sequences of four words, as a mean over pages. "with" and "without"
are lists of passages that the article has and that only the rest of the page has: measured is the share of them that is
read, or left out. A page that is refused has an empty body and no title.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evals.errors import EvalError
from evals.report.tables import markdown_table
from rag.errors import ReadError
from rag.readers.pages.html import article_from_html
from rag.types.article import Article

_SEQUENCE = 4
# A word, or one character of a script that is written without spaces.
_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]|\w+")


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page with its truth; None stands for what the truth leaves out.

    `url` is the address that the page was fetched from. `article_passages` are passages of the article,
    `other_passages` passages of the rest of the page.
    """

    name: str
    data: bytes
    url: str | None = None
    text: str | None = None
    article_passages: tuple[str, ...] = ()
    other_passages: tuple[str, ...] = ()
    title: str | None = None
    authors: tuple[str, ...] | None = None
    published: date | None = None


PageReader = Callable[[SavedPage], Article | None]


@dataclass(frozen=True, slots=True)
class PageScores:
    """The scores of one page; None for what its truth leaves out.

    `recall` and `precision` are shares of the body's sequences of words. `passages_read` is the share of the article's
    passages that is read, `passages_left_out` the share of the rest's that is left out.
    """

    name: str
    recall: float | None
    precision: float | None
    passages_read: float | None
    passages_left_out: float | None
    title: bool | None
    authors: bool | None
    published: bool | None


def load_pages(folder: Path) -> list[SavedPage]:
    """Loads the pages of `folder` that have a truth, by name.

    Raises EvalError for a folder without any, or for a truth that cannot be read.
    """
    pages = [_load_page(path) for path in sorted(folder.glob("*.json")) if path.with_suffix(".html").is_file()]
    if not pages:
        raise EvalError(f"{folder} has no NAME.html with NAME.json beside it; correct --data")
    return pages


def read_page(page: SavedPage) -> Article | None:
    """The article of the page as the readers read it, None where they refuse the page."""
    try:
        return article_from_html(page.data, page.name, page.name, url=page.url)
    except ReadError:
        return None


def score_page(page: SavedPage, article: Article | None) -> PageScores:
    """Compares `article` with what is true of the page."""
    recall = precision = None
    if page.text is not None:
        true, read = _sequences(page.text), _sequences(article.text if article else "")
        common = (true & read).total()
        recall = common / true.total() if true else 1.0
        precision = common / read.total() if read else 1.0
    body = _plain(article.text if article else "")
    has_passage = [_plain(passage) in body for passage in page.article_passages]
    lacks_passage = [_plain(passage) not in body for passage in page.other_passages]
    names = {name.casefold() for name in (article.author or "").split(", ")} - {""} if article else set()
    return PageScores(
        page.name, recall, precision,
        sum(has_passage) / len(has_passage) if has_passage else None,
        sum(lacks_passage) / len(lacks_passage) if lacks_passage else None,
        None if page.title is None else _plain(article.title if article else "") == _plain(page.title),
        None if page.authors is None else names == {name.casefold() for name in page.authors},
        None if page.published is None else (article.published if article else None) == page.published,
    )  # fmt: skip


def scores_table(scores: Sequence[PageScores]) -> str:
    """A Markdown table: each measure's mean, and how many pages have it."""
    rows = []
    for label, name in (
        ("body recall", "recall"), ("body precision", "precision"),
        ("passages of the article read", "passages_read"), ("passages of the rest left out", "passages_left_out"),
        ("title right", "title"),
        ("authors right", "authors"), ("day right", "published"),
    ):  # fmt: skip
        values = [float(value) for score in scores if (value := getattr(score, name)) is not None]
        rows.append((label, f"{sum(values) / len(values):.3f}" if values else "–", str(len(values))))
    return markdown_table(("measure", "mean", "pages"), rows)


def _load_page(path: Path) -> SavedPage:
    try:
        truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return SavedPage(
            name=path.stem,
            data=path.with_suffix(".html").read_bytes(),
            url=truth.get("url"),
            text=truth.get("text"),
            article_passages=tuple(truth.get("with", ())),
            other_passages=tuple(truth.get("without", ())),
            title=truth.get("title"),
            authors=tuple(truth["authors"]) if truth.get("authors") is not None else None,
            published=date.fromisoformat(truth["published"]) if truth.get("published") else None,
        )
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise EvalError(f"{path} is not the truth of a page ({error}); correct it") from None


def _sequences(text: str) -> Counter[tuple[str, ...]]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return Counter(tuple(words[start : start + _SEQUENCE]) for start in range(max(1, len(words) - _SEQUENCE + 1)))


def _plain(text: str) -> str:
    """The text's words and punctuation in one form of quotes, dashes and letter case."""
    plain = re.sub(r"[‘’`´]", "'", re.sub(r"[“”„«»]", '"', re.sub(r"[–—]", "-", text)))
    return " ".join(plain.split()).casefold()


def _differences(page: SavedPage, article: Article | None, score: PageScores) -> str:
    """What was read and what is true, in one line; empty without a mistake."""
    parts = []
    if score.recall is not None and score.precision is not None and min(score.recall, score.precision) < 0.97:
        parts.append(f"body {score.recall:.2f} / {score.precision:.2f}")
    if score.passages_read is not None and score.passages_read < 1:
        parts.append(f"passages read {score.passages_read:.2f}")
    if score.passages_left_out is not None and score.passages_left_out < 1:
        parts.append(f"passages left out {score.passages_left_out:.2f}")
    if score.title is False:
        parts.append(f"title {article.title if article else None!r}, true {page.title!r}")
    if score.authors is False:
        parts.append(f"author {article.author if article else None!r}, true {', '.join(page.authors or ())!r}")
    if score.published is False:
        parts.append(f"day {article.published if article else None}, true {page.published}")
    return f"{page.name}: {'; '.join(parts)}" if parts else ""


def main(argv: Sequence[str] | None = None, read: PageReader = read_page) -> None:
    """Reads every page with `read`, and prints the table and the pages with mistakes."""
    parser = argparse.ArgumentParser(
        prog="rag eval bench reading", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the pages and their truths")
    parser.add_argument("--mistakes", action="store_true", help="print what was read wrongly, page by page")
    options = parser.parse_args(argv)
    pages = load_pages(options.data)
    articles = [read(page) for page in pages]
    scores = [score_page(page, article) for page, article in zip(pages, articles, strict=True)]
    print(scores_table(scores))
    for page, article, score in zip(pages, articles, scores, strict=True) if options.mistakes else ():
        if line := _differences(page, article, score):
            print(line)


if __name__ == "__main__":
    main()
