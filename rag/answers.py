"""Answers put together: out of quotes, out of a model's checked statements, or the reason why there is none.

Here markers get their final numbers: 1, 2, 3 … in order of first use, each with its citation, none unused.
"""

from collections.abc import Sequence

from rag.answer import Answer, Citation, Statement, Timings, described
from rag.citations import defused
from rag.drafting import Drafted
from rag.evidence import Abstention, Evidence, Quote
from rag.retriever import Retrieval
from rag.verifier import verdict
from rag.writers import quotes


def of_quotes(
    asked: str, found: Retrieval, evidence: Evidence, texts: Sequence[str], scores: Sequence[float], timings: Timings
) -> Answer:
    """An answer made of the evidence's quotes, introduced as `texts` say and supported as `scores` say."""
    statements = tuple(
        Statement(text, (number,), round(score, 4), verdict(score))
        for number, (text, score) in enumerate(zip(texts, scores, strict=True), 1)
    )
    return Answer(
        question=asked,
        standalone_question=found.question,
        text="\n\n".join(f"{statement.text} [{statement.citations[0]}]" for statement in statements),
        abstained=False,
        reason=None,
        statements=statements,
        citations=tuple(_citation(number, quote) for number, quote in enumerate(evidence.quotes, 1)),
        writer=quotes.NAME,
        timings=timings,
    )


def of_statements(asked: str, found: Retrieval, drafted: Sequence[Drafted], writer: str, timings: Timings) -> Answer:
    """An answer made of a model's statements."""
    numbers: dict[Quote, int] = {}
    text = ""
    statements = []
    for one in drafted:
        text += one.lead
        after_marker = False
        for part in one.parts:
            if isinstance(part, str):
                text += part
            else:
                number = numbers.setdefault(part, len(numbers) + 1)
                text += f"{'' if after_marker else ' '}[{number}]"
            after_marker = not isinstance(part, str)
        cited = tuple(numbers[quote] for quote in one.quotes)
        statements.append(Statement(one.text, cited, round(one.support, 4), verdict(one.support)))
    return Answer(
        question=asked,
        standalone_question=found.question,
        text=text.lstrip("\n "),
        abstained=False,
        reason=None,
        statements=tuple(statements),
        citations=tuple(_citation(number, quote) for quote, number in numbers.items()),
        writer=writer,
        timings=timings,
    )


def abstention(asked: str, found: Retrieval, why: Abstention, writer: str, timings: Timings) -> Answer:
    """No answer, with the reason and the articles that come nearest."""
    nearest = "; ".join(described(article) for article in why.nearest)
    text = defused(f"The corpus does not answer this: {why.reason}." + (f" Nearest: {nearest}." if nearest else ""))
    return Answer(
        question=asked,
        standalone_question=found.question,
        text=text,
        abstained=True,
        reason=why.reason,
        statements=(),
        citations=(),
        writer=writer,
        nearest=why.nearest,
        timings=timings,
    )


def _citation(number: int, quote: Quote) -> Citation:
    return Citation(number, quote.passage.article, quote.text, quote.start, quote.end, quote.passage, quote.score)
