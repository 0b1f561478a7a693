"""The answer to a question, and the events that lead to it.

The events are steps, pieces of text, then the Answer. An Answer consists of statements with citations, or is an
abstention with its reason.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from rag.citing.forms import CitationForm, Markup
from rag.types.article import ArticleRef, short_reference, shortened, source_line
from rag.types.catalogue import Freshness
from rag.types.passage import RankedPassage
from rag.types.revision import Revision, left_out_text
from rag.types.understanding import Kind, Section, Understanding

Verdict = Literal["supported", "partly", "unsupported"]
DeclinedBy = Literal["search", "model"]
_VERDICT_TEXT: dict[Verdict, str] = {"partly": "only partly supported", "unsupported": "not supported"}
PipelineStage = Literal["searching", "reading", "writing", "checking", "correcting"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote that an answer cites.

    `quote` is exactly `article.text[start:end]`; `start` and `end` count characters. `score` in [0, 1] says how
    relevant the quote is: to the question where the answer is made of quotes, to the statement where a model wrote it.
    """

    number: int
    article: ArticleRef
    quote: str
    start: int
    end: int
    passage: RankedPassage
    score: float

    def __repr__(self) -> str:
        return f"<Citation [{self.number}] {self.article.id}: {shortened(self.quote)!r}>"

    def to_dict(self) -> dict[str, Any]:
        """The citation as `rag ask --json` prints it."""
        passage = {
            "id": self.passage.id, "start": self.passage.start, "end": self.passage.end, "text": self.passage.text,
        }  # fmt: skip
        return {
            "number": self.number, "article_id": self.article.id, "title": self.article.title,
            "author": self.article.author, "source": self.article.source, "published": _iso(self.article.published),
            "url": self.article.url, "correction": self.article.correction, "version": self.article.version,
            "updated": _iso(self.article.updated), "quote": self.quote, "start": self.start, "end": self.end,
            "passage": passage, "score": self.score,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, with the numbers of its citations.

    `support` in [0, 1] is the calibrated score of how far the cited words support it; `verdict` is "supported" from 0.5
    on, "partly" from 0.3 on (rag.verification.verifier).
    """

    text: str
    citations: tuple[int, ...]
    support: float
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """The statement as `rag ask --json` prints it."""
        return {**asdict(self), "citations": list(self.citations)}


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds that each stage of an answer took."""

    retrieve: float = 0.0
    write: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Number of tokens that a language model read and wrote for an answer.

    They are as the model's server counts them.
    """

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """A stage that the answer has reached, and how many items it handles.

    "searching" and "reading" count passages, "checking" and "correcting" sentences; while "writing", `count` is 0.
    """

    stage: PipelineStage
    count: int

    def __str__(self) -> str:
        """The step as text: "searching 1,240 passages", "reading 6", "writing"."""
        unit = {"searching": "passage", "checking": "sentence", "correcting": "sentence"}.get(self.stage)
        count = f" {self.count:,}" if self.count or unit else ""
        return f"{self.stage}{count}" + (f" {unit}{'s' if self.count != 1 else ''}" if unit else "")


class TextDelta(str):
    """A piece of an answer's text, as it is written.

    It is a `str`, so that programs may print and join the pieces of a stream without looking for this type;
    both `isinstance(event, TextDelta)` and `isinstance(event, str)` distinguish it from the other events.
    """

    __slots__ = ()

    @property
    def text(self) -> str:
        """The piece as a plain string."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question, or the reason why there is none.

    `question` is as asked, `standalone_question` as it was understood within a conversation. `text` has the statements
    with `[1]` markers. If the corpus does not answer, `abstained` is true, `text` and `reason` say why, `declined_by`
    is "search" (the search found nothing that answers) or "model" (a language model read what was found and saw no
    answer), and `nearest` names the nearest articles. In any other answer `nearest` are further articles on the
    question, which are not quoted. `writer` is "quotes" or "llm:MODEL". `notice` is a message about how the answer was
    made, for example that the language model failed. `kind` is the question's intent, `understood` how it was
    understood, and `sections` group the statements of an answer with parts. `revisions` are the sentences of a
    language model that do not stand as it wrote them. `freshness` says how new the library was. `passages`
    are those that were retrieved, cited or not, if they were asked for.
    """

    question: str
    standalone_question: str
    text: str
    abstained: bool
    reason: str | None
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    writer: str
    notice: str | None = None
    nearest: tuple[ArticleRef, ...] = ()
    timings: Timings = field(default_factory=Timings)
    usage: Usage | None = None
    kind: Kind = "fact"
    sections: tuple[Section, ...] = ()
    understood: Understanding = field(default_factory=Understanding)
    declined_by: DeclinedBy | None = None
    revisions: tuple[Revision, ...] = ()
    freshness: Freshness | None = None
    passages: tuple[RankedPassage, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The answer as `rag ask --json` prints it."""
        return {
            "question": self.question, "standalone_question": self.standalone_question, "answer": self.text,
            "abstained": self.abstained, "reason": self.reason, "declined_by": self.declined_by,
            "statements": [statement.to_dict() for statement in self.statements],
            "citations": [citation.to_dict() for citation in self.citations],
            "kind": self.kind, "sections": [section.to_dict() for section in self.sections],
            "understood": self.understood.to_dict(),
            "writer": self.writer, "notice": self.notice,
            "revisions": [asdict(revision) for revision in self.revisions],
            "nearest": [article.to_dict() for article in self.nearest],
            "usage": asdict(self.usage) if self.usage else None,
            "freshness": self.freshness.to_dict() if self.freshness else None, "timings_ms": asdict(self.timings),
            **({} if self.passages is None else {"passages": [passage.to_dict() for passage in self.passages]}),
        }  # fmt: skip

    def __repr__(self) -> str:
        made = "abstained" if self.abstained else f"{len(self.statements)} statements, {len(self.citations)} citations"
        return f"<Answer to {shortened(self.question)!r}: {made}, {self.writer}>"

    def _repr_html_(self) -> str:
        from rag.notebooks.html import answer_html

        return answer_html(self)

    def _repr_markdown_(self) -> str:
        from rag.notebooks.markdown import answer_markdown

        return answer_markdown(self)

    @property
    def flagged(self) -> tuple[Statement, ...]:
        """The statements that their citations do not support, or support only partly."""
        return tuple(statement for statement in self.statements if statement.verdict != "supported")

    @property
    def is_quoted(self) -> bool:
        """Whether the answer consists of quotes.

        Quotes are word for word; any other answer is computed, or written by a language model.
        """
        return self.writer == "quotes" and not self.is_computed

    @property
    def is_computed(self) -> bool:
        """Whether the answer is talk, or counted in the catalogue.

        Such an answer has no quotes and needs no check.
        """
        return self.kind in ("talk", "collection")

    @property
    def is_reworded(self) -> bool:
        """Whether the question was understood in other words than it was asked."""
        return self.understood.is_reworded(self.question, self.standalone_question)

    def cite(self, form: CitationForm, *, markup: Markup = "plain", accessed: date | None = None) -> str:
        """The cited articles in a citation style, or for a reference manager.

        `form` is "chicago", "apa", "mla", "harvard", "bibtex", "ris" or "csl-json"; see rag.citing.citations.cite.
        """
        from rag.citing.citations import cite, cited_articles

        return cite(cited_articles([self]), form, markup=markup, accessed=accessed)

    def __str__(self) -> str:
        """The text with its markers, then the `footer`."""
        return "\n\n".join([self.text, *self.footer()])

    def footer(self) -> list[str]:
        """What a reader needs to judge the text: the sources, then the `remarks`."""
        sources = "\n".join(f"[{citation.number}] {source_line(citation.article)}" for citation in self.citations)
        return [sources, *self.remarks()] if sources else self.remarks()

    def remarks(self) -> list[str]:
        """What a reader needs to judge the text besides the sources, as paragraphs.

        They are further articles, how the question was understood, the failed checks, how new the library is, and the
        notice, as far as the answer has them.
        """
        parts = []
        if self.nearest and not self.abstained:
            parts.append(f"Also on this: {'; '.join(map(short_reference, self.nearest))}")
        if understood := self.understanding_lines():
            parts.append("\n".join(understood))
        if (self.flagged or self.left_out_text) and not self.is_computed:
            flags = (f"- {self.flag_text(statement)}: {statement.text}" for statement in self.flagged)
            parts.append("\n".join([f"Check: {self.check_summary()}.", *flags]))
        if self.freshness and self.kind != "talk":
            parts.append(str(self.freshness))
        if self.notice:
            parts.append(f"Note: {self.notice}")
        return parts

    def understanding_lines(self) -> list[str]:
        """How the question was understood, a line a part.

        A part that equals the typed question has no line.
        """
        corrected = ", ".join(f"{typed} → {read}" for typed, read in self.understood.corrected)
        lines = {
            "Understood as": self.standalone_question if self.is_reworded else "",
            "Searched": self.understood.searched,
            "Corrected": corrected,
        }
        return [f"{name}: {' '.join(value.split())}" for name, value in lines.items() if value.strip()]

    def check_summary(self) -> str:
        """Summarizes the result of the check.

        "4 of 5 sentences are supported by what they cite; 1 beside the question, left out"; of quotes, which are
        compared with the stored articles, "quoted verbatim", or how many of them are verbatim. Empty for a computed
        answer.
        """
        if self.is_computed:
            return ""
        total = len(self.statements)
        passed = total - len(self.flagged)
        if self.is_quoted:
            return f"{passed} of {total} quotes are verbatim" if self.flagged else "quoted verbatim"
        supported = f"{passed} of {total} sentences are supported by what they cite"
        return "; ".join(filter(None, (supported, self.left_out_text)))

    def revision_lines(self) -> list[str]:
        """The revisions, a line a sentence."""
        return [f"- {' '.join(str(revision).split())}" for revision in self.revisions]

    @property
    def left_out_text(self) -> str:
        """The sentences left out, by reason: "1 beside the question, left out"."""
        return left_out_text(self.revisions)

    def flag_text(self, statement: Statement) -> str:
        """Says what is wrong with a flagged statement.

        "not supported", "only partly supported", or of a quote "not verbatim".
        """
        return "not verbatim" if self.is_quoted else _VERDICT_TEXT[statement.verdict]


# The events of a question come in this order: steps and pieces of text as they are written, then the answer.
Event = AnswerStep | TextDelta | Answer


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# The opening of the text of an answer that abstains.
ABSTENTION_OPENING = "The corpus does not answer this: "


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, and the text of its answer.

    `question` is rewritten as a standalone question.
    """

    question: str
    answer: str

    @property
    def is_abstention(self) -> bool:
        """Whether the answer says that the articles do not answer the question."""
        return self.answer.startswith(ABSTENTION_OPENING)
