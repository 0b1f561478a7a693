"""Numbers the citations of a debate: 1, 2, 3 … in order of first use."""

from rag.answering.evidence import Quote
from rag.types.answer import Citation


class CitationNumbers:
    """Gives each quote its citation; the same words have one number."""

    def __init__(self) -> None:
        self._citations: dict[tuple[str, int, int], Citation] = {}

    def cite(self, quote: Quote) -> Citation:
        """The citation of `quote`."""
        article = quote.passage.article
        key = article.id, quote.start, quote.end
        if key not in self._citations:
            number = len(self._citations) + 1
            self._citations[key] = Citation(
                number, article, quote.text, quote.start, quote.end, quote.passage, quote.score
            )
        return self._citations[key]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations, by number."""
        return tuple(self._citations.values())
