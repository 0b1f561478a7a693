"""Writes an answer without a language model, from verbatim quotes.

Each quote is introduced by its author, publication and date.
"""

from collections.abc import Sequence

from rag.answering.evidence import Quote
from rag.text.attribution import introduction
from rag.text.citation_markers import escape_markers

NAME = "quotes"


def statement(quote: Quote) -> str:
    """The quote as one sentence of an answer, without its marker.

    White space inside becomes a single blank here; the citation keeps the exact words.
    """
    words = " ".join(quote.text.split())
    # The names of author and publication come from files too, so they are escaped like the text.
    return escape_markers(f"{introduction(quote.passage.article, quote.text)}: “{_single_quotation_marks(words)}”")


def statements(quotes: Sequence[Quote]) -> list[str]:
    """One statement for each quote, in their order."""
    return [statement(quote) for quote in quotes]


def _single_quotation_marks(words: str) -> str:
    """Replaces double quotation marks inside a quotation with single ones.

    This is the convention of English print.
    """
    return words.replace("“", "‘").replace("”", "’").replace('"', "'")
