"""The material of an answer: ordered quotes, and passages for a language model.

Each kind of question has its own selection; writing and checking are the same for all kinds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.answering.evidence import Quote
from rag.retrieval.results import Retrieval
from rag.types.answer import Statement
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage
from rag.types.understanding import Kind, Section

# The number of further articles that an answer names.
MAX_ALSO = 3


@dataclass(frozen=True, slots=True)
class SelectedPart:
    """One of several questions, or several that the same sentences answer.

    `asked` are its words, `questions` the standalone questions. `statements` are the indices of the answer's statements
    that answer it; without any, `declined` is the reason.
    """

    asked: tuple[str, ...]
    questions: tuple[str, ...]
    statements: tuple[int, ...] = ()
    declined: str = ""

    @property
    def title(self) -> str:
        return " ".join(self.asked)

    @property
    def declined_text(self) -> str:
        """Says why the part is not answered."""
        return f"“{self.title}”: {self.declined}."

    def joined_with(self, other: "SelectedPart") -> "SelectedPart":
        """Both as one part, with the statements of this one."""
        return replace(self, asked=self.asked + other.asked, questions=self.questions + other.questions)

    def section(self) -> Section:
        return Section(self.statements, self.title, declined=self.declined or None)


@dataclass(frozen=True, slots=True)
class Selection:
    """The material of one answer.

    `quotes` are in the order of the answer; `passages` are those that a language model reads, in their order. `closing`
    are additional paragraphs without citations, for example that an author has written nothing on the subject. `also`
    are further articles on the subject. `answerability` in [0, 1] is the probability that the quotes answer the
    question. `parts` are the parts of a question that asks several; without a model, statement i quotes `quotes[i]`.
    """

    kind: Kind
    retrieval: Retrieval
    quotes: tuple[Quote, ...]
    passages: tuple[RankedPassage, ...]
    answerability: float
    closing: tuple[str, ...] = ()
    also: tuple[ArticleRef, ...] = ()
    parts: tuple[SelectedPart, ...] = ()


def restrict(retrieval: Retrieval, passages: Sequence[int]) -> Retrieval:
    """`retrieval` with only the passages at these positions, in this order."""
    return replace(
        retrieval,
        passages=tuple(retrieval.passages[position] for position in passages),
        sentences=tuple(retrieval.sentences[position] for position in passages),
    )


def merge(first: Retrieval, second: Retrieval) -> Retrieval:
    """The passages of `first`, followed by the other passages of `second`."""
    known = {passage.id for passage in first.passages}
    new = [position for position, passage in enumerate(second.passages) if passage.id not in known]
    added = restrict(second, new)
    return replace(first, passages=first.passages + added.passages, sentences=first.sentences + added.sentences)


def group_by(retrieval: Retrieval, key: Callable[[ArticleRef], str]) -> dict[str, Retrieval]:
    """The retrieval in parts: articles with the same `key` are in one part."""
    positions: dict[str, list[int]] = {}
    for position, passage in enumerate(retrieval.passages):
        positions.setdefault(key(passage.article), []).append(position)
    return {name: restrict(retrieval, of_part) for name, of_part in positions.items()}


def distinct_passages(quotes: Sequence[Quote], others: Sequence[RankedPassage] = ()) -> tuple[RankedPassage, ...]:
    """The passages of `quotes`, then `others`, each once."""
    passages = [*(quote.passage for quote in quotes), *others]
    return tuple({passage.id: passage for passage in passages}.values())


def sections_of(kind: Kind, statements: Sequence[Statement], cited: Sequence[ArticleRef]) -> tuple[Section, ...]:
    """The sections of an answer: one for each author, article or day.

    `cited[i]` is the article of citation i + 1. A statement belongs to the article that it cites first; one without a
    citation belongs to no section. Answers to questions of fact have no sections.
    """
    if kind not in ("views", "author", "timeline"):
        return ()
    sections: list[Section] = []
    for index, statement in enumerate(statements):
        if not statement.citations:
            continue
        article = cited[statement.citations[0] - 1]
        section = _section(kind, article, index)
        last = sections[-1] if sections else None
        same = next(
            (position for position, other in enumerate(sections) if _key(kind, other) == _key(kind, section)), None
        )
        if kind == "timeline" and (last is None or _key(kind, last) != _key(kind, section)):
            same = None  # a day that occurs again later is a new section of the timeline
        if same is None:
            sections.append(section)
        else:
            sections[same] = replace(sections[same], statements=(*sections[same].statements, index))
    return tuple(sections)


def _section(kind: Kind, article: ArticleRef, index: int) -> Section:
    title = article.title if kind != "views" or not article.author else article.author
    return Section((index,), title, article.author, article.published)


def _key(kind: Kind, section: Section) -> object:
    return section.author or section.title if kind == "views" else (section.title, section.author, section.published)
