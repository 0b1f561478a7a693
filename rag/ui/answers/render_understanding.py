"""How a question was understood, as HTML with buttons that take parts back.

A button's `data-parts` name the parts to leave out; static/turns.js asks the question again without them.
"""

from collections.abc import Iterable
from html import escape

from rag.answering.intent.scope_wording import describe_scope
from rag.types.answer import Answer
from rag.types.understanding import QuestionScope, Understanding, UnderstoodPart

# Further corrections are only counted.
MAX_CORRECTIONS_SHOWN = 4


def understanding_html(answer: Answer) -> str:
    """The standalone question, and a chip for each part of the understanding.

    Empty if the question was understood as typed.
    """
    line = ""
    if answer.is_reworded:
        is_follow_up = answer.understood.adds_words(answer.question, answer.standalone_question)
        alone = _take_back(("conversation",), "Ask without the conversation") if is_follow_up else ""
        question = escape(answer.standalone_question)
        edit = f'<button type="button" class="edit-understood quiet" data-question="{question}">Edit it</button>'
        line = f'<p class="understood">Understood as: {question}{alone}{edit}</p>'
    chips = "".join(
        f"<li>{escape(words)}{_take_back((part,), '×', name=f'Ask again without: {words}')}</li>"
        for part, words in _parts_in_words(answer.understood)
    )
    return line + (f'<ul class="parts" aria-label="How the question was understood">{chips}</ul>' if chips else "")


def wider_search_html(answer: Answer) -> str:
    """For an abstention within a scope: a button that asks without the scope."""
    parts = answer.understood.scope.parts if answer.abstained else ()
    if not parts:
        return ""
    searched = escape(answer.understood.searched)
    within = f"Only {searched} {'was' if len(answer.understood.titles) == 1 else 'were'} searched. " if searched else ""
    return f'<p class="wider">{within}{_take_back(parts, "Ask all the articles")}</p>'


def _parts_in_words(understood: Understanding) -> Iterable[tuple[UnderstoodPart, str]]:
    """Each part that can be taken back, in words."""
    scope = understood.scope
    titles = dict(zip(scope.articles, understood.titles, strict=False))
    by_part: dict[UnderstoodPart, QuestionScope] = {
        "articles": QuestionScope(articles=scope.articles),
        "authors": QuestionScope(authors=scope.authors),
        "sources": QuestionScope(sources=scope.sources),
        "topics": QuestionScope(topics=scope.topics),
        "dates": QuestionScope(since=scope.since, until=scope.until),
    }
    for part, of_part in by_part.items():
        if of_part:
            yield part, describe_scope(of_part, titles)
    if understood.corrected:
        shown = [f"{typed} → {read}" for typed, read in understood.corrected[:MAX_CORRECTIONS_SHOWN]]
        more = len(understood.corrected) - len(shown)
        yield "spelling", ", ".join([*shown, *([f"{more} more"] if more else [])])


def _take_back(parts: Iterable[UnderstoodPart], label: str, name: str = "") -> str:
    aria = f' aria-label="{escape(name)}"' if name else ""
    css_class = "take-back" if name else "take-back quiet"
    named = " ".join(parts)
    return f'<button type="button" class="{css_class}" data-parts="{named}"{aria}>{escape(label)}</button>'
