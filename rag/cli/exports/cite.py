"""`rag cite`: citations of articles and answers, and debate cards."""

import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.exports.save import write_file
from rag.cli.options import HomeOption, open_library, with_filters
from rag.cli.output import print_message, print_text
from rag.errors import RagError
from rag.types.question import FilterArgs

if TYPE_CHECKING:
    from rag.citing.forms import CitationForm
    from rag.engine import QueryEngine
    from rag.types.answer import Answer
    from rag.types.article import Article, ArticleRef

MAX_FILE_BYTES = 50_000_000


class Markup(StrEnum):
    """How a bibliography or a card is written."""

    plain = "plain"
    markdown = "markdown"
    html = "html"


@with_filters
def cite(
    context: typer.Context,
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHAT]...",
            help="Ids of articles, or files of `rag ask --json` and `rag chat --json` (- for standard input).",
            show_default=False,
        ),
    ] = None,
    style: Annotated[
        str,
        typer.Option("--style", metavar="STYLE", help="chicago, apa, mla, harvard, bibtex, ris or csl-json."),
    ] = "chicago",
    card: Annotated[
        bool, typer.Option("--card", help="Debate cards: the quoted paragraphs, the quoted words underlined.")
    ] = False,
    markup: Annotated[Markup, typer.Option("--markup", help="How a bibliography or card is written.")] = Markup.plain,
    accessed: Annotated[
        str | None,
        typer.Option("--accessed", metavar="DATE", help="The day on which you read the pages.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write to FILE; .docx is a Word document.", show_default=False),
    ] = None,
    *,
    filters: FilterArgs,
    home: HomeOption = None,
) -> None:
    """Cites articles: by id, of a filter, or those that an answer quotes."""
    from rag.citing.forms import check_form

    form, day = check_form(style), _day(accessed)
    answers, ids = _read(what or [])
    if not ids and not answers and not any(filters.values()):
        raise RagError("nothing to cite; name articles, a file of `rag ask --json`, or a filter such as --author")
    if card:
        _write_cards(context, home, answers, form, markup, out)
        return
    articles = _cited(answers)
    if ids or any(filters.values()):
        with open_library(context, home) as engine:
            articles += _articles(engine, ids, filters)
    _write_list(articles, form, markup, day, out)


def _write_list(
    articles: "Sequence[ArticleRef]", form: "CitationForm", markup: Markup, accessed: date | None, out: Path | None
) -> None:
    from rag.citing.citations import cite as cite_articles
    from rag.citing.citations import cite_in_word

    if out is not None and out.suffix.lower() == ".docx":
        write_file(out, cite_in_word(articles, form, accessed=accessed))
    else:
        text = cite_articles(articles, form, markup=markup.value, accessed=accessed).rstrip("\n")
        _print(text, out)
    if not articles:
        print_message("No article matches.")


def _write_cards(
    context: typer.Context,
    home: str | None,
    answers: "Sequence[Answer]",
    form: "CitationForm",
    markup: Markup,
    out: Path | None,
) -> None:
    from rag.citing.debate_card import cards_to_word, debate_cards
    from rag.citing.forms import STYLES, style_of

    style = style_of(form)
    if style is None:
        raise RagError(f"a card has no form in {form}; choose {', '.join(STYLES)}")
    if not answers:
        raise RagError("a card needs a quote; name a file of `rag ask --json`")
    with open_library(context, home) as engine:
        cards = debate_cards(answers, engine.article, style)
    if out is not None and out.suffix.lower() == ".docx":
        write_file(out, cards_to_word(cards))
    else:
        _print("\n".join(card.html if markup is Markup.html else card.markdown for card in cards).rstrip("\n"), out)
    if not cards:
        print_message("The answer quotes nothing.")


def _print(text: str, out: Path | None) -> None:
    if out is not None:
        write_file(out, f"{text}\n".encode("utf-8", "replace"))
    elif text:
        print_text(text)


def _read(what: Sequence[str]) -> "tuple[list[Answer], list[str]]":
    """The answers in the files that `what` names, and the ids that it names."""
    from rag.cli.exports.answer_file import answers_in

    answers: list[Answer] = []
    ids: list[str] = []
    for name in what:
        path = Path(name)
        if name == "-":
            answers += answers_in(sys.stdin.read(MAX_FILE_BYTES), "standard input")
        elif path.suffix.lower() in (".json", ".jsonl"):
            answers += answers_in(_text_of(path), name)
        else:
            ids.append(name)
    return answers, ids


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise RagError(f"{path} is larger than {MAX_FILE_BYTES // 1_000_000} MB; name a file of `rag ask --json`")
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise RagError(f"{path} cannot be read ({error.strerror}); name a file of `rag ask --json`") from error


def _cited(answers: "Sequence[Answer]") -> "list[ArticleRef]":
    from rag.citing.citations import cited_articles

    return cited_articles(answers)


def _articles(engine: "QueryEngine", ids: Sequence[str], filters: FilterArgs) -> "list[ArticleRef]":
    """The articles with the ids, and those that the filters admit.

    Raises RagError for an id that the library does not hold.
    """
    from rag.types.article import reference_to

    refs = [reference_to(_existing(engine, article_id)) for article_id in ids]
    return refs + (engine.articles_matching(**filters) if any(filters.values()) else [])


def _existing(engine: "QueryEngine", article_id: str) -> "Article":
    article = engine.article(article_id)
    if article is None:
        raise RagError(f"no article with the id {article_id}; see the ids with: rag articles")
    return article


def _day(text: str | None) -> date | None:
    from rag.text.dates import parse_day

    if text is None:
        return None
    day = date.today() if text.casefold() == "today" else parse_day(text)  # noqa: DTZ011 - the reader's own day
    if day is None:
        raise RagError(f"--accessed {text}: not a day; write it as 2024-06-30")
    return day
