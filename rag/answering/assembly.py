"""Assembles an Answer from quotes, checked sentences or an abstention.

The sentences are a model's, after the check. An abstention has its reason. Markers get their final numbers here: 1, 2,
3 … in order of first use. Each marker has its citation, and each citation has a marker. The pipeline adds notice, usage
and timings.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.answering.evidence import RELATED_THRESHOLD, Abstention, Quote, select_evidence
from rag.answering.intent.understanding import UnderstoodTurn
from rag.answering.kinds import extractive_writer
from rag.answering.kinds.collection import CatalogueAnswer
from rag.answering.kinds.selection import Selection, sections_of
from rag.answering.prose.draft_sentence import DraftSentence
from rag.retrieval.results import Retrieval
from rag.text.citation_markers import escape_markers
from rag.types.answer import ABSTENTION_OPENING, Answer, Citation, DeclinedBy, Statement
from rag.types.article import ArticleRef, reference_line
from rag.verification.verifier import verdict_for


def quoted_answer(
    asked: str, turn: UnderstoodTurn, selection: Selection, texts: Sequence[str], supports: Sequence[float]
) -> Answer:
    """An answer made of the quotes of `selection`.

    Each statement is the text in `texts` that introduces the quote, with its support in [0, 1].
    """
    statements = tuple(
        Statement(text, (number,), round(support, 4), verdict_for(support))
        for number, (text, support) in enumerate(zip(texts, supports, strict=True), 1)
    )
    paragraphs = [f"{statement.text} [{statement.citations[0]}]" for statement in statements]
    for part in reversed([part for part in selection.parts if part.statements]):
        paragraphs.insert(part.statements[0], escape_markers(part.title))
    citations = tuple(_citation(number, quote) for number, quote in enumerate(selection.quotes, 1))
    return _answer(asked, turn, selection, paragraphs, statements, citations, extractive_writer.NAME)


def cited_answer(
    asked: str, turn: UnderstoodTurn, selection: Selection, sentences: Sequence[DraftSentence], writer: str
) -> Answer:
    """An answer made of a model's checked sentences.

    It has a marker for each quote that the sentences cite. Sentences that were left out or dropped are among its
    revisions.
    """
    numbers: dict[Quote, int] = {}
    text = ""
    statements = []
    for sentence in sentences:
        if not sentence.is_in_answer:
            continue
        text += sentence.lead
        is_after_marker = False
        for part in sentence.parts:
            if isinstance(part, str):
                text += part
            else:
                number = numbers.setdefault(part, len(numbers) + 1)
                text += f"{'' if is_after_marker else ' '}[{number}]"
            is_after_marker = not isinstance(part, str)
        cited = tuple(numbers[quote] for quote in sentence.quotes)
        statements.append(Statement(sentence.text, cited, round(sentence.support, 4), verdict_for(sentence.support)))
    citations = tuple(_citation(number, quote) for quote, number in numbers.items())
    answer = _answer(asked, turn, selection, [text.lstrip("\n ")], tuple(statements), citations, writer)
    return replace(answer, revisions=tuple(sentence.revision for sentence in sentences if sentence.revision))


def catalogue_answer(
    asked: str, turn: UnderstoodTurn, computed: CatalogueAnswer, opening: Callable[[ArticleRef], Quote | None]
) -> Answer:
    """An answer that is computed from the catalogue.

    A line that names an article cites `opening`, the article's first sentence. If the article has been removed since,
    the line has no citation.
    """
    citations: list[Citation] = []
    statements: list[Statement] = []
    written: list[str] = []
    for line in (computed.heading, *computed.lines):
        quote = opening(line.article) if line.article else None
        numbers: tuple[int, ...] = ()
        if quote:
            citations.append(_citation(len(citations) + 1, quote))
            numbers = (len(citations),)
        text = escape_markers(line.text)
        statements.append(Statement(text, numbers, 1.0, "supported"))
        written.append(text + "".join(f" [{number}]" for number in numbers))
    rows = [f"- {row}" for row in written[1:]]
    return Answer(
        question=asked,
        standalone_question=turn.question,
        text="\n".join([written[0], *([""] if rows else []), *rows]),
        abstained=False,
        reason=None,
        statements=tuple(statements),
        citations=tuple(citations),
        writer=extractive_writer.NAME,
        kind="collection",
        understood=turn.understanding,
    )


def abstaining_answer(
    asked: str, turn: UnderstoodTurn, abstention: Abstention, writer: str, declined_by: DeclinedBy = "search"
) -> Answer:
    """An abstention, with its reason, who declined, and the nearest articles."""
    nearest = "; ".join(reference_line(article) for article in abstention.nearest)
    text = f"{ABSTENTION_OPENING}{abstention.reason}." + (f" Nearest: {nearest}." if nearest else "")
    return Answer(
        question=asked,
        standalone_question=turn.question,
        # Names and titles come from files and people: text in them that looks like a marker must not become one.
        text=escape_markers(text),
        abstained=True,
        reason=abstention.reason,
        statements=(),
        citations=(),
        writer=writer,
        nearest=abstention.nearest,
        kind=turn.intent.kind,
        understood=turn.understanding,
        declined_by=declined_by,
    )


def nearest_citation(retrieval: Retrieval, abstain_below: float) -> Citation | None:
    """The words nearest to answering the question; None if none is related."""
    evidence = select_evidence(retrieval, 1, min(RELATED_THRESHOLD, abstain_below))
    return None if isinstance(evidence, Abstention) or not evidence.quotes else _citation(1, evidence.quotes[0])


def _answer(
    asked: str,
    turn: UnderstoodTurn,
    selection: Selection,
    paragraphs: Sequence[str],
    statements: tuple[Statement, ...],
    citations: tuple[Citation, ...],
    writer: str,
) -> Answer:
    declined = [part.declined_text for part in selection.parts if not part.statements]
    closing = [escape_markers(paragraph) for paragraph in (*selection.closing, *declined)]
    sections = sections_of(selection.kind, statements, [citation.article for citation in citations])
    return Answer(
        question=asked,
        standalone_question=turn.question,
        text="\n\n".join([*paragraphs, *closing]),
        abstained=False,
        reason=None,
        statements=statements,
        citations=citations,
        writer=writer,
        nearest=selection.also,
        kind=selection.kind,
        sections=tuple(part.section() for part in selection.parts) or sections,
        understood=turn.understanding,
    )


def _citation(number: int, quote: Quote) -> Citation:
    return Citation(number, quote.passage.article, quote.text, quote.start, quote.end, quote.passage, quote.score)
