"""Completes a model's comparison of views with the authors that it leaves out.

A model may speak of one author only, or fail on the other. An author whom the question names is then quoted. An author
whom it does not name is listed among the further articles.
"""

from collections.abc import Sequence

from rag.answering.citation_checker import CitationChecker
from rag.answering.evidence import Quote
from rag.answering.kinds import extractive_writer
from rag.answering.kinds.selection import Selection
from rag.answering.prose.draft_sentence import DraftSentence
from rag.verification.verifier import PARTLY


def missing_views(selection: Selection, sentences: Sequence[DraftSentence]) -> list[Quote]:
    """The best quote of each author whom no sentence of the answer cites.

    They are in the order of `selection`. Only a sentence that its citations support at least partly counts. An
    answer that compares no views misses none.
    """
    if selection.kind != "views" or selection.parts:
        return []
    standing = [sentence for sentence in sentences if sentence.is_in_answer and sentence.support >= PARTLY]
    cited = {_author(quote) for sentence in standing for quote in sentence.quotes}
    best: dict[str, Quote] = {}
    for quote in selection.quotes:
        best.setdefault(_author(quote), quote)
    return [quote for author, quote in best.items() if author not in cited]


def quoted_sentences(quotes: Sequence[Quote], checker: CitationChecker) -> list[DraftSentence]:
    """One attributed quote for each of `quotes`, a paragraph each."""
    supports = checker.quote_supports(quotes)
    texts = extractive_writer.statements(quotes)
    return [
        DraftSentence("\n\n", [text, quote], text, support)
        for quote, text, support in zip(quotes, texts, supports, strict=True)
    ]


def _author(quote: Quote) -> str:
    """The author of a quote; an article without one speaks for itself."""
    return quote.passage.article.author or quote.passage.article.title
