"""What a check of a draft finds, as plain data.

All offsets of findings count characters of the draft's text; those of a source count characters of the article's text.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from rag.types.article import ArticleRef

FindingKind = Literal["quotation", "claim", "citation", "name"]
FindingVerdict = Literal[
    # Of quotations.
    "verbatim", "altered", "misattributed", "cut", "not_found",
    # Of claims; "misattributed" too.
    "supported", "contradicted", "partly", "not_covered", "opinion",
    # Of citations and names.
    "resolved", "unresolved", "not_supporting", "misspelt",
]  # fmt: skip
DifferenceKind = Literal["changed", "added", "dropped", "moved", "joined", "omitted"]
# The verdicts for which `rag check-draft` has the exit code 1.
ERROR_VERDICTS: frozenset[FindingVerdict] = frozenset(("altered", "misattributed", "contradicted"))
# The verdicts that need no action of the writer.
SOUND_VERDICTS: frozenset[FindingVerdict] = frozenset(("verbatim", "supported", "opinion", "resolved"))
_PLURALS = {"quotation": "quotations", "claim": "claims", "citation": "citations", "name": "names"}
_WORDING: dict[FindingVerdict, str] = {
    "not_found": "not in the collection", "not_covered": "not covered",
    "not_supporting": "does not support the sentence",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArticleQuote:
    """Words of an article: `quote` is `text[start:end]` of the text of `article`."""

    article: ArticleRef
    quote: str
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """The source as JSON."""
        published = self.article.published
        return {
            "article_id": self.article.id, "title": self.article.title, "author": self.article.author,
            "source": self.article.source, "published": published.isoformat() if published else None,
            "url": self.article.url, "quote": self.quote, "start": self.start, "end": self.end,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class WordDifference:
    """One difference between the draft's words and the article's.

    `draft` and `article` are the differing words, "" for none. `is_hard` is true if the sense changes: another number
    or name, a negation or a reservation that is dropped or added.
    """

    kind: DifferenceKind
    draft: str
    article: str
    is_hard: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The difference as JSON."""
        return {"kind": self.kind, "draft": self.draft, "article": self.article, "hard": self.is_hard}


@dataclass(frozen=True, slots=True)
class DraftFinding:
    """One finding: `text` is `draft[start:end]`.

    `message` says in one line what was found. `suggestion` is what could stand in place of `text`, None if there is
    nothing to replace. `support` is the verifier's score of a claim, in [0, 1].
    """

    kind: FindingKind
    verdict: FindingVerdict
    start: int
    end: int
    text: str
    message: str
    source: ArticleQuote | None = None
    differences: tuple[WordDifference, ...] = ()
    suggestion: str | None = None
    support: float | None = None

    @property
    def is_error(self) -> bool:
        """Whether the draft says something that the articles show to be wrong."""
        return self.verdict in ERROR_VERDICTS

    @property
    def is_sound(self) -> bool:
        """Whether the writer has nothing to do."""
        return self.verdict in SOUND_VERDICTS

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON."""
        return {
            "kind": self.kind, "verdict": self.verdict, "start": self.start, "end": self.end, "text": self.text,
            "message": self.message, "source": self.source.to_dict() if self.source else None,
            "differences": [difference.to_dict() for difference in self.differences],
            "suggestion": self.suggestion, "support": self.support,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DraftReport:
    """The findings about one draft, in the order of its text."""

    text: str
    findings: tuple[DraftFinding, ...]

    @classmethod
    def of(cls, text: str, findings: Iterable[DraftFinding]) -> "DraftReport":
        """The report on `text`, its findings in the order of the text."""
        order = list(_PLURALS)
        return cls(text, tuple(sorted(findings, key=lambda finding: (finding.start, order.index(finding.kind)))))

    @property
    def has_errors(self) -> bool:
        """Whether something is altered, misattributed or contradicted."""
        return any(finding.is_error for finding in self.findings)

    @property
    def summary(self) -> str:
        """The counts in one line: "7 quotations: 4 verbatim, 2 altered, …"."""
        parts = []
        for kind, plural in _PLURALS.items():
            verdicts = Counter(finding.verdict for finding in self.findings if finding.kind == kind)
            if verdicts:
                counts = ", ".join(f"{count} {verdict_in_words(verdict)}" for verdict, count in verdicts.most_common())
                total = verdicts.total()
                parts.append(f"{total} {plural if total > 1 else kind}: {counts}")
        return "; ".join(parts) or "no quotation and no claim to check"

    def to_dict(self) -> dict[str, Any]:
        """The report as `rag check-draft --json` prints it."""
        return {
            "text": self.text,
            "summary": self.summary,
            "has_errors": self.has_errors,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def verdict_in_words(verdict: FindingVerdict) -> str:
    """The verdict as a reader reads it: "not in the collection"."""
    return _WORDING.get(verdict, verdict)
