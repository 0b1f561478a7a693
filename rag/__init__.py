"""Questions and answers over a corpus of commentary.

from rag import open_engine

with open_engine() as engine:
    print(engine.ask("Why does China dislike the pact?"))
"""

from typing import TYPE_CHECKING, Any

from rag.errors import (
    EncoderError,
    EncoderMismatch,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
    LibraryVersion,
    RagError,
    ReadError,
    SettingsError,
)

if TYPE_CHECKING:
    from rag.answer import Answer, Citation, RankedPassage, Statement
    from rag.article import Article
    from rag.chat import Chat
    from rag.engine import QueryEngine, open_engine
    from rag.settings import Settings

__all__ = [
    "Answer",
    "Article",
    "Chat",
    "Citation",
    "EncoderError",
    "EncoderMismatch",
    "LibraryBusy",
    "LibraryDamaged",
    "LibraryError",
    "LibraryMissing",
    "LibraryVersion",
    "QueryEngine",
    "RagError",
    "RankedPassage",
    "ReadError",
    "Settings",
    "SettingsError",
    "Statement",
    "open_engine",
]

_ROOMS = {
    "Answer": "rag.answer", "Citation": "rag.answer", "RankedPassage": "rag.answer", "Statement": "rag.answer",
    "Article": "rag.article", "Chat": "rag.chat", "QueryEngine": "rag.engine", "open_engine": "rag.engine",
    "Settings": "rag.settings",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Brings in a public name when it is first used: the command line must answer --help without the engine."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ROOMS[name]), name)
