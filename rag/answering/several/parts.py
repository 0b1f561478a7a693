"""Questions of several parts: each is understood and retrieved apart.

The answer holds them together: it has the quotes of each part below the part's words, and says of a part without
quotes why it is not answered. Parts that the same sentence answers best stand together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from rag.answering.evidence import UNANSWERED, Abstention, Quote, do_overlap
from rag.answering.intent.classifier import Intent
from rag.answering.intent.follow_up.detection import find_dependence
from rag.answering.intent.frames.comparison import compared_subjects
from rag.answering.intent.frames.several import several_questions
from rag.answering.intent.frames.subjects import is_bare_request
from rag.answering.intent.frames.views import COMPARED_YEARS
from rag.answering.intent.understanding import UnderstoodTurn
from rag.answering.kinds.selection import MAX_ALSO, SelectedPart, Selection, distinct_passages, merge
from rag.text.analyzer import content_terms
from rag.types.answer import Turn
from rag.types.passage import RankedPassage
from rag.types.understanding import Kind

# A part with fewer content words does not say what it is about ("What are their reasons?", "What's the deadline?").
MIN_OWN_TERMS = 2
# Quotes for a part that asks for a fact, if the settings allow as many; views of several authors keep theirs.
MAX_QUOTES_OF_A_PART = 3
# What is said of a part that refers to another: the quotes of that one may hold its answer.
NOTHING_MORE = "nothing more was found"
# These are answered from the catalogue or about this program, so they are never a part.
_ANSWERED_AT_ONCE: tuple[Kind, ...] = ("talk", "collection")
_OF_SEVERAL_ARTICLES: tuple[Kind, ...] = ("views", "timeline")


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One of several questions.

    `asked` has its own words, `turn` is the part understood: with the words of the part before that it refers to.
    """

    asked: str
    turn: UnderstoodTurn

    @property
    def is_dependent(self) -> bool:
        return self.turn.question != self.asked


def divide(
    whole: UnderstoodTurn, understand_part: Callable[[str, Sequence[Turn]], UnderstoodTurn]
) -> tuple[QuestionPart, ...]:
    """The parts of the question `whole`; empty if it is one question.

    `understand_part(question, turns)` understands a part after the parts before it. A question is not divided if one of
    its parts would not say what it asks about.
    """
    if whole.intent.kind in _ANSWERED_AT_ONCE or COMPARED_YEARS.match(whole.question.casefold()):
        return ()
    if compared := _compared(whole):
        return compared
    parts: list[QuestionPart] = []
    for asked in several_questions(whole.question):
        turn = understand_part(asked, [Turn(part.turn.question, "") for part in parts])
        says_nothing = not _stands(asked, turn, whole) if parts else is_bare_request(asked)
        if turn.intent.kind in _ANSWERED_AT_ONCE or says_nothing:
            return ()
        parts.append(QuestionPart(asked, turn))
    return tuple(parts)


def select_parts(
    whole: UnderstoodTurn,
    parts: Sequence[QuestionPart],
    select: Callable[[UnderstoodTurn], Selection | Abstention],
    select_related: Callable[[UnderstoodTurn], Selection | Abstention] | None = None,
    *,
    max_quotes: int,
) -> Selection | None:
    """The material for all `parts`; None if none of them is answered.

    A part has at most `max_quotes` quotes, as has the answer if the same sentences answer all parts.
    `select` selects for one part. A language model also reads what `select_related` selects for a part that is
    declined.
    """
    selected = [(part, select(part.turn)) for part in parts]
    answered = [selection for _, selection in selected if isinstance(selection, Selection)]
    if not answered:
        return None
    quotes: list[Quote] = []
    most_quotes = min(max_quotes, MAX_QUOTES_OF_A_PART)
    material = []
    groups: list[SelectedPart] = []
    for part, selection in selected:
        group = SelectedPart((part.asked,), (part.turn.question,))
        if isinstance(selection, Abstention):
            is_unsure = part.is_dependent and selection.reason == UNANSWERED
            groups.append(replace(group, declined=NOTHING_MORE if is_unsure else selection.reason))
            related = select_related(part.turn) if select_related else selection
            material += [related] if isinstance(related, Selection) else []
            continue
        material.append(selection)
        own = selection.quotes if selection.kind in _OF_SEVERAL_ARTICLES else selection.quotes[:most_quotes]
        shared = _holder(groups, quotes, own[0]) if own else None
        if shared is not None:
            groups[shared] = groups[shared].joined_with(group)
            continue
        new = [quote for quote in own if not any(do_overlap(quote, other) for other in quotes)]
        groups.append(replace(group, statements=tuple(range(len(quotes), len(quotes) + len(new)))))
        quotes += new
    if len(groups) == 1 and isinstance(together := select(whole), Selection):
        # The same sentences answer all parts, so the question is searched for as a whole too.
        material.insert(0, together)
        others = [quote for quote in quotes if not any(do_overlap(quote, other) for other in together.quotes)]
        quotes = [*together.quotes, *others][:max_quotes]
        groups = [replace(groups[0], statements=tuple(range(len(quotes))))]
    retrieval = material[0].retrieval
    for selection in material[1:]:
        retrieval = merge(retrieval, selection.retrieval)
        retrieval = replace(retrieval, idf={**selection.retrieval.idf, **retrieval.idf})
    kinds = {selection.kind for selection in answered}
    quoted = {quote.passage.article.id for quote in quotes}
    also = {ref.id: ref for selection in answered for ref in selection.also if ref.id not in quoted}
    return Selection(
        kinds.pop() if len(kinds) == 1 and "timeline" not in kinds else "fact",
        replace(retrieval, question=whole.question),
        tuple(quotes),
        distinct_passages(quotes, _in_turns([selection.passages for selection in material])),
        min(selection.answerability for selection in answered),
        closing=tuple(dict.fromkeys(text for selection in answered for text in selection.closing)),
        also=tuple(also.values())[:MAX_ALSO],
        parts=tuple(groups),
    )


def _compared(whole: UnderstoodTurn) -> tuple[QuestionPart, ...]:
    """A part for each of two subjects that the question compares.

    Authors that it compares are no subjects: what they write is selected by author.
    """
    subjects = () if whole.authors_named else compared_subjects(whole.question)
    return tuple(
        QuestionPart(
            subject,
            replace(
                whole,
                intent=Intent("fact", subject=subject),
                understanding=replace(whole.understanding, question=_question_on(subject)),
                search=_question_on(subject),
                narrower_search="",
            ),
        )
        for subject in subjects
    )


def _question_on(subject: str) -> str:
    return f"What is written about {subject}?"


def _stands(asked: str, turn: UnderstoodTurn, whole: UnderstoodTurn) -> bool:
    """Whether a part says what it asks about.

    It does so in its own words, or with a pronoun replaced by its antecedent.
    """
    names = set(content_terms(" ".join(turn.authors_named)))
    if len(set(content_terms(asked)) - names) >= MIN_OWN_TERMS:
        return True
    dependence = find_dependence(asked)
    is_resolved = turn.question != asked and not turn.question.endswith(")")
    is_of_views = whole.intent.kind in _OF_SEVERAL_ARTICLES
    return dependence is not None and dependence.kind == "pronoun" and is_resolved and not is_of_views


def _holder(groups: Sequence[SelectedPart], quotes: Sequence[Quote], quote: Quote) -> int | None:
    """The group that holds `quote`, or words of it."""
    return next(
        (
            position
            for position, group in enumerate(groups)
            if any(do_overlap(quotes[index], quote) for index in group.statements)
        ),
        None,
    )


def _in_turns(groups: Sequence[Sequence[RankedPassage]]) -> list[RankedPassage]:
    """The best passage of each group, then the second of each, and so on."""
    return [passage for row in zip_longest(*groups) for passage in row if passage is not None]
