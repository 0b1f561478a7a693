"""To whom a draft attributes a quotation.

It says so by a citation behind the quotation, in its sentence, or in the sentence after it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.drafts.citations import CitedDate, DraftCatalogue, DraftCitation, citations_in, parse_cited_date
from rag.drafts.quoting.quotations import Quotation
from rag.types.article import ArticleRef
from rag.types.passage import Span

# "So wrote House Rules in 2023." is a sentence of few words that says who spoke before.
MAX_NAMING_WORDS = 12
_NAMING_SENTENCE = re.compile(r"(?:So|Thus|That|This|These|Such|As|The (?:line|words|sentence))\b")
_ANAPHORA = re.compile(
    r"\b(?:it|its|he|she|his|her|the (?:same |very )?(?:column|columnist|author|writer|piece|article|essay))\b",
    re.IGNORECASE,
)
_CITING_DATE = re.compile(
    r"\b(?:wrote|writes|written|argued|argues|said|says|warned|warns)\b[^.]{0,12}\b(?:in|of) [A-Z]?[a-z]* ?\d{4}"
)


@dataclass(frozen=True, slots=True)
class DraftAttribution:
    """To whom a draft attributes words.

    `authors` are names of the catalogue, any of which may be meant; `date` is the date of a citation. `is_explicit` is
    false where only a pronoun ("the column adds") stands beside the words.
    """

    authors: tuple[str, ...] = ()
    date: CitedDate | None = None
    is_explicit: bool = True

    def admits(self, article: ArticleRef) -> bool:
        """Whether the words may come from `article`."""
        is_author = not self.authors or article.author is None or article.author in self.authors
        return is_author and (self.date is None or self.date.admits(article.published))


def attribute(
    text: str,
    quotation: Quotation,
    sentences: Sequence[Span],
    catalogue: DraftCatalogue,
    references: dict[str, DraftCitation],
) -> DraftAttribution:
    """To whom `text` attributes `quotation`; nobody where it names no author.

    `sentences` are the sentences of the text. What stands behind the quotation weighs more than what stands before it.
    """
    start, end = _sentence_bounds(sentences, quotation)
    following = _following_sentence(text, sentences, end)
    behind = text[quotation.outer[1] : end]
    cited = citations_in(text, quotation.outer[1], end, catalogue, references)
    if re.match(r"\s*[(\[]", text[end : end + 3]):
        cited += citations_in(text, end, following[1], catalogue, references)
    if cited:
        return DraftAttribution(cited[0].authors, cited[0].date)
    naming = text[slice(*following)]
    if _NAMING_SENTENCE.match(naming) and len(naming.split()) <= MAX_NAMING_WORDS and not _has_mark(naming):
        authors = catalogue.authors_in(naming)
        if authors:
            return DraftAttribution(authors, _citing_date(naming))
    before = text[start : quotation.outer[0]]
    for part in (behind, before):
        authors = catalogue.authors_in(part)
        if authors:
            return DraftAttribution(authors, _citing_date(part))
    return _by_pronoun(text, start, before or behind, catalogue)


def _by_pronoun(text: str, start: int, sentence: str, catalogue: DraftCatalogue) -> DraftAttribution:
    """The one author that the paragraph has named before the sentence."""
    paragraph = text[text.rfind("\n\n", 0, start) + 1 : start]
    authors = catalogue.authors_in(paragraph) if _ANAPHORA.search(sentence) else ()
    return DraftAttribution(authors, is_explicit=False) if len(authors) == 1 else DraftAttribution(is_explicit=False)


def _citing_date(text: str) -> CitedDate | None:
    match = _CITING_DATE.search(text)
    return parse_cited_date(match[0]) if match else None


def _sentence_bounds(sentences: Sequence[Span], quotation: Quotation) -> Span:
    """The sentences in which the quotation begins and ends."""
    start, end = quotation.outer
    overlapping = [span for span in sentences if span[0] < end and span[1] > start]
    if not overlapping:
        return start, end
    return min(start, overlapping[0][0]), max(end, overlapping[-1][1])


def _following_sentence(text: str, sentences: Sequence[Span], end: int) -> Span:
    following = next((span for span in sentences if span[0] >= end), None)
    if following is None or "\n\n" in text[end : following[0]]:
        return end, end
    return following


def _has_mark(text: str) -> bool:
    return re.search(r"[“”\"«»]", text) is not None
