"""From what was found to an Answer: weighed, written, cited, checked.

It joins the parts in their order and says what it is doing; each decision is in the part that takes it.
"""

from collections.abc import Iterator

from rag.answer import Answer, Citation, Event, Statement, Step, described
from rag.citations import defused
from rag.clock import Clock
from rag.evidence import Abstention, Evidence, weigh
from rag.library import Library
from rag.retriever import Retrieval
from rag.settings import Settings
from rag.verifier import Verifier, verdict
from rag.writers import quotes


class Answerer:
    """Makes answers out of retrievals. Threads may share one."""

    def __init__(self, library: Library, verifier: Verifier, settings: Settings) -> None:
        self._library = library
        self._verifier = verifier
        self._settings = settings

    def events(self, asked: str, found: Retrieval, clock: Clock) -> Iterator[Event]:
        """Steps and pieces of text as they come, then the Answer to `asked`, of which `found` was retrieved."""
        retrieved = clock.lap()
        yield Step("reading", len(found.passages))
        weighed = weigh(found, self._settings.max_quotes, self._settings.abstain_below)
        if isinstance(weighed, Abstention):
            answer = _abstention(asked, found.question, weighed, clock, retrieved)
        else:
            yield Step("checking", len(weighed.quotes))
            answer = self._quoted(asked, found.question, weighed, clock, retrieved)
        yield from _pieces(answer.text)
        yield answer

    def _quoted(self, asked: str, question: str, evidence: Evidence, clock: Clock, retrieved: float) -> Answer:
        citations = _cited(evidence)
        texts = quotes.statements(evidence.quotes)
        written = clock.lap()
        held = self._library.articles([citation.article.id for citation in citations])
        # Against the article as the library has it, not against the quote's own copy of its words.
        cited = [held[one.article.id].text[one.start : one.end] if one.article.id in held else "" for one in citations]
        support = self._verifier.supports([(one.quote, [text]) for one, text in zip(citations, cited, strict=True)])
        statements = tuple(
            Statement(text, (number,), round(score, 4), verdict(score))
            for number, (text, score) in enumerate(zip(texts, support, strict=True), 1)
        )
        return Answer(
            question=asked,
            standalone_question=question,
            text="\n\n".join(f"{statement.text} [{statement.citations[0]}]" for statement in statements),
            abstained=False,
            reason=None,
            statements=statements,
            citations=citations,
            writer=quotes.NAME,
            timings=clock.timings(retrieved, written, clock.lap()),
        )


def _cited(evidence: Evidence) -> tuple[Citation, ...]:
    return tuple(
        Citation(number, quote.passage.article, quote.text, quote.start, quote.end, quote.passage, quote.score)
        for number, quote in enumerate(evidence.quotes, 1)
    )


def _abstention(asked: str, question: str, why: Abstention, clock: Clock, retrieved: float) -> Answer:
    nearest = "; ".join(described(article) for article in why.nearest)
    text = defused(f"The corpus does not answer this: {why.reason}." + (f" Nearest: {nearest}." if nearest else ""))
    return Answer(
        question=asked,
        standalone_question=question,
        text=text,
        abstained=True,
        reason=why.reason,
        statements=(),
        citations=(),
        writer=quotes.NAME,
        nearest=why.nearest,
        timings=clock.timings(retrieved, clock.lap(), 0.0),
    )


def _pieces(text: str) -> Iterator[str]:
    """The text a paragraph at a time."""
    for number, piece in enumerate(text.split("\n\n")):
        yield ("\n\n" if number else "") + piece
