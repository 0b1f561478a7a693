"""What a question comes back as: an answer of statements with citations, or an abstention with its reason."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from rag.article import ArticleRef

Verdict = Literal["supported", "partly", "unsupported"]
_SAID: dict[Verdict, str] = {"partly": "only partly borne out", "unsupported": "not borne out"}
Doing = Literal["searching", "reading", "writing", "checking", "correcting"]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A sentence that bears on the question: `start` and `end` count characters of the article's text."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A retrieved passage, `text == article.text[start:end]`.

    `score` ranks within one search; `vector_score` is the cosine to the question in [-1, 1], `fulltext_score` the BM25
    score, 0.0 where no word of the question occurs.
    """

    id: str
    article: ArticleRef
    start: int
    end: int
    text: str
    score: float
    vector_score: float
    fulltext_score: float
    sentences: tuple[Highlight, ...] = ()

    @property
    def article_id(self) -> str:
        return self.article.id

    def to_dict(self) -> dict[str, Any]:
        """The passage as `rag search --json` prints it."""
        return {
            "id": self.id, "article_id": self.article.id, "title": self.article.title, "author": self.article.author,
            "source": self.article.source, "published": _iso(self.article.published), "start": self.start,
            "end": self.end, "text": self.text, "score": self.score, "vector_score": self.vector_score,
            "fulltext_score": self.fulltext_score, "sentences": [asdict(sentence) for sentence in self.sentences],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote that an answer points at.

    `quote` is exactly `article.text[start:end]`; `start` and `end` count characters. `score` in [0, 1] says how well
    the quote bears on the question.
    """

    number: int
    article: ArticleRef
    quote: str
    start: int
    end: int
    passage: RankedPassage
    score: float

    def to_dict(self) -> dict[str, Any]:
        passage = {
            "id": self.passage.id, "start": self.passage.start, "end": self.passage.end, "text": self.passage.text,
        }  # fmt: skip
        return {
            "number": self.number, "article_id": self.article.id, "title": self.article.title,
            "author": self.article.author, "source": self.article.source, "published": _iso(self.article.published),
            "url": self.article.url, "quote": self.quote, "start": self.start, "end": self.end, "passage": passage,
            "score": self.score,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, with the numbers of what it cites.

    `support` in [0, 1] is the verifier's: how far the cited words bear the statement out.
    """

    text: str
    citations: tuple[int, ...]
    support: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds that each part of an answer took."""

    retrieve: float = 0.0
    write: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a language model read and wrote for an answer, as its server counts them."""

    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Step:
    """What is being done on the way to an answer, and to how many.

    Passages are searched and read; sentences are checked and corrected; `count` is 0 while writing.
    """

    doing: Doing
    count: int

    def __str__(self) -> str:
        """As a person is told: "searching 1,240 passages", "reading 6", "writing"."""
        of = {"searching": "passage", "checking": "sentence", "correcting": "sentence"}.get(self.doing)
        counted = f" {self.count:,}" if self.count or of else ""
        return f"{self.doing}{counted}" + (f" {of}{'s' if self.count != 1 else ''}" if of else "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question comes back as.

    `text` holds the statements with `[1]` markers, or says why there is no answer; then `abstained` is true, `reason`
    says it again without the nearest titles, and `nearest` names the articles that come closest. `writer` is "quotes"
    or "llm:MODEL"; `notice` says what a reader has to know about how the answer came about.
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

    def to_dict(self) -> dict[str, Any]:
        """The answer as `rag ask --json` prints it."""
        return {
            "question": self.question, "standalone_question": self.standalone_question, "answer": self.text,
            "abstained": self.abstained, "reason": self.reason,
            "statements": [{**asdict(one), "citations": list(one.citations)} for one in self.statements],
            "citations": [citation.to_dict() for citation in self.citations],
            "writer": self.writer, "notice": self.notice, "timings_ms": asdict(self.timings),
        }  # fmt: skip

    @property
    def flagged(self) -> tuple[Statement, ...]:
        """The statements that what they cite does not bear out, or not wholly."""
        return tuple(one for one in self.statements if one.verdict != "supported")

    def __str__(self) -> str:
        """The text with its markers, then what a reader has to know to judge it: `apparatus`."""
        return "\n\n".join([self.text, *self.apparatus()])

    def apparatus(self) -> list[str]:
        """The numbered sources; what the check found, where it found something; the notice. A paragraph each."""
        parts = []
        if self.citations:
            parts.append("\n".join(f"[{one.number}] {described(one.article)}" for one in self.citations))
        if self.flagged:
            good = len(self.statements) - len(self.flagged)
            lines = [f"Check: {good} of {len(self.statements)} sentences are borne out by what they cite."]
            lines += [f"- {_SAID[one.verdict]}: {one.text}" for one in self.flagged]
            parts.append("\n".join(lines))
        if self.notice:
            parts.append(f"Note: {self.notice}")
        return parts


# What comes of a question, in this order: steps and pieces of text as they are written, then the answer.
Event = Step | str | Answer


def described(article: ArticleRef) -> str:
    """The article in one line: author, title, publication, day."""
    where = ", ".join(part for part in (article.source, _iso(article.published)) if part)
    return f"{article.author + ', ' if article.author else ''}“{article.title}”{f' ({where})' if where else ''}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
