"""Results and progress of adding articles, as plain data."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

from rag.types.article import Article, slug

# Folders of the system for temporary files, and of uploads, whose names are digests.
_TEMPORARY_FOLDER = re.compile(r"tmp[a-z0-9_]{6,}|[0-9a-f]{32,}")


@dataclass(frozen=True, slots=True)
class LoadedArticle:
    """An article as it was loaded from a source.

    `origin` is the source (a path, a path with a line, or a URL). `has_own_id` says whether the source gives the
    article an id. `notes` say what a person should know of how it was read: what may be missing, what was left out.
    """

    article: Article
    origin: str
    has_own_id: bool
    notes: tuple[str, ...] = ()

    def with_folder_in_id(self, *, with_suffix: bool = False) -> "LoadedArticle | None":
        """The article under an id that also has the name of the file's folder.

        Files of the same name in two folders are two articles. So are two files of one name in a folder, of which one
        is a PDF and one a page; `with_suffix` tells them apart. None for an article with an id of its own, and for one
        that is not a file in a folder that a person named.
        """
        folder = PurePath(self.origin).parent.name
        if self.has_own_id or "://" in self.origin or not folder or _TEMPORARY_FOLDER.fullmatch(folder):
            return None
        suffix = PurePath(self.origin).suffix if with_suffix else ""
        return replace(self, article=replace(self.article, id=slug(f"{folder} {self.article.id} {suffix}")))


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """A source that could not be read.

    `what` names the source, `why` says in one line what is wrong and what to do.
    """

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class LoadNote:
    """Something to know about a source that was read.

    `what` names the source, `note` says in one line what may be missing or was left out.
    """

    what: str
    note: str


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """Progress of a long operation on articles.

    `articles` of `total` articles are done (None: unknown), and `passages` are encoded so far.
    """

    articles: int
    total: int | None
    passages: int


ProgressCallback = Callable[[IngestProgress], None]


def no_progress(step: IngestProgress) -> None:
    """A ProgressCallback that does nothing."""


@dataclass(slots=True)
class AddReport:
    """The outcome of adding articles.

    It has the ids of the added, updated and unchanged articles, the sources that failed, and notes about the sources of
    articles that were added or updated.
    """

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[LoadFailure] = field(default_factory=list)
    notes: list[LoadNote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FollowedSource:
    """A feed or folder that is looked at again.

    `source` is its address or path. `looked` is the moment, in UTC, of the last look that succeeded, None before the
    first; `failure` says in one line why the last look failed, None where it did not.
    """

    source: str
    looked: datetime | None = None
    failure: str | None = None

    @property
    def is_on_the_web(self) -> bool:
        """Whether the source is a web address, not a path."""
        return "://" in self.source

    @property
    def look(self) -> str:
        """The moment of the last look, in words, and whether an attempt after it failed."""
        moment = f"{self.looked:%Y-%m-%d %H:%M} UTC" if self.looked else "none yet"
        return f"{moment}, and a later attempt failed" if self.failure else moment

    def __str__(self) -> str:
        """The source with the last look at it, in one line."""
        return f"{self.source}: last look {self.look}" + (f" ({self.failure})" if self.failure else "")

    def to_dict(self) -> dict[str, str | None]:
        """The source as `rag following --json` prints it."""
        return {
            "source": self.source,
            "looked": self.looked.isoformat() if self.looked else None,
            "failure": self.failure,
        }


@dataclass(frozen=True, slots=True)
class Rename:
    """An article that is now at another place, with the same text and the same id.

    `before` and `after` are its origins.
    """

    article_id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """The outcome of a sync.

    `added`, `updated`, `unchanged` and `deleted` have ids of articles. `missing` has the ids of articles that are no
    longer at their source and are still in the library. `failed` has what could not be read.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    renamed: tuple[Rename, ...] = ()
    missing: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    failed: tuple[LoadFailure, ...] = ()
    notes: tuple[LoadNote, ...] = ()

    @classmethod
    def of(cls, report: AddReport, renamed: Sequence[Rename] = ()) -> "SyncReport":
        """The report of a sync that added articles.

        A renamed article is neither updated nor unchanged.
        """
        ids = {rename.article_id for rename in renamed}
        return cls(
            added=tuple(report.added),
            updated=tuple(article_id for article_id in report.updated if article_id not in ids),
            unchanged=tuple(article_id for article_id in report.unchanged if article_id not in ids),
            renamed=tuple(renamed),
            failed=tuple(report.failed),
            notes=tuple(report.notes),
        )

    def __add__(self, other: "SyncReport") -> "SyncReport":
        return SyncReport(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    def __str__(self) -> str:
        """The counts in one line: "3 added, 1 updated, 54 unchanged"."""
        counts = {part.name: len(getattr(self, part.name)) for part in fields(self)}
        always = ("added", "updated", "unchanged")
        return ", ".join(f"{count} {name}" for name, count in counts.items() if count or name in always)

    def to_dict(self) -> dict[str, Any]:
        """The report as `rag sync --json` prints it."""
        renamed = [{"id": rename.article_id, "from": rename.before, "to": rename.after} for rename in self.renamed]
        return {
            "added": self.added, "updated": self.updated, "unchanged": self.unchanged,
            "renamed": renamed, "missing": self.missing, "deleted": self.deleted,
            "failed": [asdict(failure) for failure in self.failed], "notes": [asdict(note) for note in self.notes],
        }  # fmt: skip
