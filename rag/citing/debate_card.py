"""Debate cards: who says it, where, and the paragraph with the quote underlined.

The words of the paragraph are the article's, in full and unchanged.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from rag.citing.authors import csl_names
from rag.citing.forms import StyleName
from rag.citing.punctuation import FormattedCitation, escape_markdown
from rag.citing.word_document import add_runs, new_document, to_bytes, writable
from rag.types.answer import Answer, Citation
from rag.types.article import Article, ArticleRef

_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DebateCard:
    """One paragraph of evidence.

    `tag` is the claim that it is read for, `short` names author and year ("Bremmer 2024"), `author` is the author in
    full and the author's qualification; the name is left out where `short` has it already, the qualification where the
    article states none. `paragraph` is exact text of the article; `quoted` are the slices of it that the answer quotes.
    """

    tag: str
    short: str
    author: str
    citation: FormattedCitation
    paragraph: str
    quoted: tuple[Span, ...]

    @property
    def markdown(self) -> str:
        """The card as Markdown; Markdown has no underline of its own, so it has `<u>`."""
        words = "".join(f"<u>{escape_markdown(text)}</u>" if is_quoted else escape_markdown(text)
                        for text, is_quoted in self.pieces)  # fmt: skip
        head = f"**{escape_markdown(self.short)}**" + (f" ({escape_markdown(self.author)})" if self.author else "")
        return f"### {escape_markdown(self.tag)}\n\n{head}\n\n{self.citation.markdown}\n\n{words}\n"

    @property
    def html(self) -> str:
        """The card as HTML."""
        words = "".join(f"<u>{escape(text)}</u>" if is_quoted else escape(text) for text, is_quoted in self.pieces)
        head = f"<b>{escape(self.short)}</b>" + (f" ({escape(self.author)})" if self.author else "")
        return f"<h3>{escape(self.tag)}</h3><p>{head}</p><p>{self.citation.html}</p><p>{words}</p>"

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The paragraph on one line, in pieces with whether each is quoted."""
        pieces, end = [], 0
        for start, stop in self.quoted:
            pieces += [(self.paragraph[end:start], False), (self.paragraph[start:stop], True)]
            end = stop
        pieces.append((self.paragraph[end:], False))
        return [(re.sub(r"\s+", " ", text), is_quoted) for text, is_quoted in pieces if text]


def debate_cards(
    answers: Sequence[Answer], article_of: Callable[[str], Article | None], style: StyleName = "mla"
) -> list[DebateCard]:
    """A card for each paragraph that the answers quote, in the order of the answers.

    `article_of` gives the article of an id. Where there is none any more, or its text has changed, the card has the
    passage that the answer quoted in place of the paragraph.
    """
    from rag.citing.style import note

    cards: dict[tuple[str, int], DebateCard] = {}
    for answer in answers:
        for citation in answer.citations:
            paragraph, start = _paragraph(citation, article_of(citation.article.id))
            key = (citation.article.id, start)
            span = (citation.start - start, citation.end - start)
            quoted = cards[key].quoted if key in cards else ()
            if key in cards:
                paragraph = max(paragraph, cards[key].paragraph, key=len)
            tag = cards[key].tag if key in cards else _tag(answer, citation)
            cards[key] = DebateCard(
                tag=tag,
                short=_short(citation.article),
                author=_author(citation.article),
                citation=note(citation.article, style),
                paragraph=paragraph,
                quoted=_merged([*quoted, span]),
            )
    return list(cards.values())


def cards_to_word(cards: Sequence[DebateCard]) -> bytes:
    """The cards as a .docx file."""
    document = new_document("Debate cards")
    for card in cards:
        document.add_heading(writable(card.tag), level=3)
        head = document.add_paragraph()
        head.add_run(writable(card.short)).bold = True
        head.add_run(writable(f" ({card.author})" if card.author else ""))
        add_runs(document.add_paragraph(), card.citation)
        words = document.add_paragraph()
        for text, is_quoted in card.pieces:
            words.add_run(writable(text)).underline = is_quoted or None
    return to_bytes(document)


def _tag(answer: Answer, citation: Citation) -> str:
    """What the quote is read for.

    It is the sentence that a language model wrote on it; of an answer made of quotes it is the question.
    """
    sentence = next((each.text for each in answer.statements if citation.number in each.citations), "")
    return " ".join((answer.standalone_question if answer.is_quoted or not sentence else sentence).split())


def _short(article: ArticleRef) -> str:
    """Who and when, in two words: "Bremmer 2024"."""
    names = [name.get("family") or name["literal"] for name in csl_names(article.author)]
    if len(names) > 2:
        names = [f"{names[0]} et al."]
    year = str(article.published.year) if article.published else "n.d."
    return f"{' and '.join(names) or article.source or article.title} {year}"


def _author(article: ArticleRef) -> str:
    """The author as the article names and qualifies it.

    The name is left out where `_short` has it in full.
    """
    is_shortened = any("family" in name for name in csl_names(article.author))
    name = article.author if is_shortened else None
    qualification = " ".join((article.author_description or "").split())
    return "; ".join(filter(None, (name, qualification)))


def _paragraph(citation: Citation, article: Article | None) -> tuple[str, int]:
    """The paragraph around the quote, and its start in the article's text."""
    if article is None or article.text[citation.start : citation.end] != citation.quote:
        return citation.passage.text, citation.passage.start
    text = article.text
    breaks = list(_PARAGRAPH_BREAK.finditer(text)) or list(re.finditer(r"\n\s*", text))
    start = max((each.end() for each in breaks if each.end() <= citation.start), default=0)
    end = min((each.start() for each in breaks if each.start() >= citation.end), default=len(text.rstrip()))
    return text[start:end], start


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order; those that overlap are one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
