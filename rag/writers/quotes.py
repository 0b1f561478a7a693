"""The writer that needs no model: an answer made of verbatim quotes, each introduced by who says it, where and when."""

from collections.abc import Sequence

from rag.attribution import introduced
from rag.citations import defused
from rag.evidence import Quote

NAME = "quotes"


def statement(quote: Quote) -> str:
    """The quote as one sentence of an answer, without its marker.

    White space inside is a single blank here; the citation keeps the words exactly as they stand.
    """
    words = " ".join(quote.text.split())
    # The author's and the publication's names come from files too, and are no more trusted than the text.
    return defused(f"{introduced(quote.passage.article, quote.text)}: “{_inner_marks(words)}”")


def statements(quotes: Sequence[Quote]) -> list[str]:
    return [statement(quote) for quote in quotes]


def _inner_marks(words: str) -> str:
    """Double quotation marks inside a quotation become single ones, as English print has it."""
    return words.replace("“", "‘").replace("”", "’").replace('"', "'")
