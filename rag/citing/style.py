"""Formats articles in the four citation styles, by citeproc-py.

The styles are CSL files of this project, written from the manuals for the one kind of source that a library has:
commentary in a publication or on the web. The published files for these styles cover hundreds of kinds; citeproc-py
renders 10 of 32 hard cases as the manuals have them with those (docs/decisions/citations.md).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc.source.json import CiteProcJSON

from rag.citing.forms import StyleName
from rag.citing.items import Item, csl_item, distinct
from rag.citing.punctuation import ITALIC, ROMAN, FormattedCitation, runs_of, without_marks
from rag.citing.titles import capital_after_colon, curled, headline_style, inside_double_quotes, inside_single_quotes
from rag.types.article import ArticleRef


@dataclass(frozen=True, slots=True)
class _Typography:
    """Quotation marks, and whether full stops stand inside them."""

    quotes: tuple[str, str]
    stops_inside: bool


_TYPOGRAPHY: dict[StyleName, _Typography] = {
    "chicago": _Typography(("“", "”"), stops_inside=True),
    "apa": _Typography(("“", "”"), stops_inside=True),
    "mla": _Typography(("“", "”"), stops_inside=True),
    "harvard": _Typography(("‘", "’"), stops_inside=False),
}


def bibliography(
    articles: Sequence[ArticleRef], style: StyleName, accessed: date | None = None
) -> list[FormattedCitation]:
    """The entries of the articles, each once, in the order of the alphabet."""
    entries = [_formatted(article, style, accessed, as_note=False) for article in distinct(articles)]
    return sorted(entries, key=lambda entry: str(entry).strip("“‘").removeprefix("The ").casefold())


def note(article: ArticleRef, style: StyleName, accessed: date | None = None) -> FormattedCitation:
    """The article as a footnote.

    Chicago has a form for notes; in the other styles a note is an entry of the list of references.
    """
    return _formatted(article, style, accessed, as_note=style == "chicago")


def _formatted(article: ArticleRef, style: StyleName, accessed: date | None, *, as_note: bool) -> FormattedCitation:
    item = _marked_item(csl_item(article, accessed), style)
    source = CiteProcJSON([item])
    rendered = CitationStylesBibliography(_style(style), source, _MARKUP)
    citation = Citation([CitationItem(item["id"])])
    rendered.register(citation)
    marked = str(rendered.cite(citation, lambda unknown: None) if as_note else rendered.bibliography()[0])
    typography = _TYPOGRAPHY[style]
    return FormattedCitation(article.id, runs_of(marked, typography.quotes, stops_inside=typography.stops_inside))


def _marked_item(item: Item, style: StyleName) -> Item:
    """`item` as the style's file takes it.

    Its title has the style's form, and no text acts as markup.
    """
    title: str = item["title"]
    if style in ("chicago", "mla"):
        title = inside_double_quotes(headline_style(title, long_prepositions=style == "mla"))
    elif style == "harvard":
        title = inside_single_quotes(title) if "container-title" in item else curled(title)
    else:
        title = capital_after_colon(curled(title))
    texts = {name: without_marks(value) for name, value in item.items() if isinstance(value, str)}
    names = [{part: without_marks(value) for part, value in name.items()} for name in item.get("author", [])]
    marked = {**item, **texts, "id": "item", "title": without_marks(title), "author": names}
    return marked if names else {name: value for name, value in marked.items() if name != "author"}


def _mark_italic(text: Any) -> str:
    return f"{ITALIC}{text}{ROMAN}"


# citeproc-py takes a module or any object with these names.
_MARKUP = SimpleNamespace(
    preformat=str, Italic=_mark_italic, Oblique=_mark_italic, Bold=str, Light=str, Underline=str, Superscript=str,
    Subscript=str, SmallCaps=str,
)  # fmt: skip


@cache
def _style(style: StyleName) -> Any:
    path = Path(__file__).with_name("styles") / f"{style}.csl"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CitationStylesStyle(str(path), validate=False)
