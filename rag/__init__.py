"""Questions and answers over a corpus of commentary.

from rag import open_engine

with open_engine() as engine:
    print(engine.ask("Why does China dislike the pact?"))

Every name of `__all__` is public. All but the errors are imported when they are first used, so that the command line
answers `--help` without loading the engine.
"""

from typing import TYPE_CHECKING, Any

from rag.errors import (
    EncoderError,
    EncoderMismatch,
    IndexDamaged,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
    LibraryVersion,
    ModelError,
    QuestionCancelled,
    RagError,
    ReadError,
    ServerBusy,
    ServerUnavailable,
    SettingsError,
)

if TYPE_CHECKING:
    from rag.chat import Chat
    from rag.citing.debate_card import DebateCard
    from rag.citing.punctuation import FormattedCitation, StyledText
    from rag.debate.debate import Debate, DebateRow, MonthCount, Position, QuotePair, Reply
    from rag.drafts.findings import ArticleQuote, DraftFinding, DraftReport, WordDifference
    from rag.engine import QueryEngine, open_engine
    from rag.index.base import IndexParameters
    from rag.interrupts.cancellation import Cancellation
    from rag.llama_index.node_parser import PassageNodeParser
    from rag.maintenance.consistency import Inconsistency
    from rag.settings import Settings
    from rag.types.answer import Answer, AnswerStep, Citation, Statement, TextDelta, Timings, Turn, Usage
    from rag.types.article import Article, ArticleRef, ArticleVersion
    from rag.types.catalogue import ArticleList, CatalogueEntry, CataloguePage, Freshness, LibraryCounts
    from rag.types.feedback import Feedback, FeedbackCitation
    from rag.types.ingest import AddReport, FollowedSource, IngestProgress, LoadFailure, LoadNote, Rename, SyncReport
    from rag.types.passage import Highlight, RankedPassage, SearchResults
    from rag.types.question import FilterArgs
    from rag.types.revision import Revision
    from rag.types.understanding import QuestionScope, Section, Understanding
    from rag.workspace import Tuning

    __version__: str

__all__ = [
    "AddReport",
    "Answer",
    "AnswerStep",
    "Article",
    "ArticleList",
    "ArticleQuote",
    "ArticleRef",
    "ArticleVersion",
    "Cancellation",
    "CatalogueEntry",
    "CataloguePage",
    "Chat",
    "Citation",
    "Debate",
    "DebateCard",
    "DebateRow",
    "DraftFinding",
    "DraftReport",
    "EncoderError",
    "EncoderMismatch",
    "Feedback",
    "FeedbackCitation",
    "FilterArgs",
    "FollowedSource",
    "FormattedCitation",
    "Freshness",
    "Highlight",
    "Inconsistency",
    "IndexDamaged",
    "IndexParameters",
    "IngestProgress",
    "LibraryBusy",
    "LibraryCounts",
    "LibraryDamaged",
    "LibraryError",
    "LibraryMissing",
    "LibraryVersion",
    "LoadFailure",
    "LoadNote",
    "ModelError",
    "MonthCount",
    "PassageNodeParser",
    "Position",
    "QueryEngine",
    "QuestionCancelled",
    "QuestionScope",
    "QuotePair",
    "RagError",
    "RankedPassage",
    "ReadError",
    "Rename",
    "Reply",
    "Revision",
    "SearchResults",
    "Section",
    "ServerBusy",
    "ServerUnavailable",
    "Settings",
    "SettingsError",
    "Statement",
    "StyledText",
    "SyncReport",
    "TextDelta",
    "Timings",
    "Tuning",
    "Turn",
    "Understanding",
    "Usage",
    "WordDifference",
    "open_engine",
]

_MODULES = {
    "rag.interrupts.cancellation": ("Cancellation",),
    "rag.chat": ("Chat",),
    "rag.citing.debate_card": ("DebateCard",),
    "rag.citing.punctuation": ("FormattedCitation", "StyledText"),
    "rag.debate.debate": ("Debate", "DebateRow", "MonthCount", "Position", "QuotePair", "Reply"),
    "rag.engine": ("QueryEngine", "open_engine"),
    "rag.index.base": ("IndexParameters",),
    "rag.llama_index.node_parser": ("PassageNodeParser",),
    "rag.maintenance.consistency": ("Inconsistency",),
    "rag.settings": ("Settings",),
    "rag.types.answer": (
        "Answer", "AnswerStep", "Citation", "Statement", "TextDelta", "Timings", "Turn",
        "Usage",
    ),
    "rag.types.article": ("Article", "ArticleRef", "ArticleVersion"),
    "rag.types.catalogue": ("ArticleList", "CatalogueEntry", "CataloguePage", "Freshness", "LibraryCounts"),
    "rag.drafts.findings": ("ArticleQuote", "DraftFinding", "DraftReport", "WordDifference"),
    "rag.types.feedback": ("Feedback", "FeedbackCitation"),
    "rag.types.ingest": (
        "AddReport", "FollowedSource", "IngestProgress", "LoadFailure", "LoadNote", "Rename", "SyncReport",
    ),
    "rag.types.passage": ("Highlight", "RankedPassage", "SearchResults"),
    "rag.types.question": ("FilterArgs",),
    "rag.types.revision": ("Revision",),
    "rag.types.understanding": ("QuestionScope", "Section", "Understanding"),
    "rag.workspace": ("Tuning",),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used.

    `__version__` is that of the installed distribution.
    """
    if name == "__version__":
        from importlib.metadata import version

        return version("commentary-rag")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__, "__version__"]
