"""Short lines about an answer: its support, its writer, what was changed."""

from collections import Counter

from rag.types.answer import Answer

_CHANGES = {
    "corrected": "corrected",
    "quoted": "replaced by a quote",
    "left out": "left out",
    "dropped": "dropped",
}


def is_verbatim(answer: Answer) -> bool:
    """Whether the answer consists of quotes that stand in the articles word for word."""
    return answer.is_quoted and all(statement.verdict == "supported" for statement in answer.statements)


def announcement(answer: Answer) -> str:
    """The text for screen readers when the answer has arrived."""
    if answer.abstained:
        return "The articles do not answer this."
    summary = support_summary(answer)
    return f"Answer ready. {summary}." if summary else "Answer ready."


def support_summary(answer: Answer) -> str:
    """The number of sentences that are supported, or quoted verbatim.

    For a computed answer it says that it is computed; for talk it is empty.
    """
    if answer.is_computed:
        return "Counted in the catalogue" if answer.kind == "collection" else ""
    total = len(answer.statements)
    sentences = f"{total} sentence{'s' if total != 1 else ''}"
    supported = sum(statement.verdict == "supported" for statement in answer.statements)
    if is_verbatim(answer):
        return f"{total} quote{'s' if total != 1 else ''}, word for word from the articles"
    return "; ".join(filter(None, (f"{supported} of {sentences} supported", answer.left_out_text)))


def writer_label(writer: str) -> str:
    """Who wrote the answer, as the page names it."""
    return "Quotes, word for word" if writer == "quotes" else f"Written by {writer.removeprefix('llm:')}"


def revisions_label(answer: Answer) -> str:
    """How many of a model's sentences were changed: "1 corrected, 2 left out"."""
    counts = Counter(_CHANGES[revision.change] for revision in answer.revisions)
    changed = ", ".join(f"{number} {words}" for words, number in counts.items())
    total = sum(counts.values())
    return (
        f"Of what was written, {total} sentence{'s were' if total != 1 else ' was'} changed: {changed}" if total else ""
    )
