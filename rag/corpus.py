"""An engine's articles: adding, listing, removing, and the stores' consistency.

The stores are the library and its two indexes; they are compared, repaired and rebuilt here.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from rag.answering.kinds.example_questions import example_questions
from rag.citing.debate_card import DebateCard, debate_cards
from rag.citing.forms import CitationForm, Markup, StyleName
from rag.errors import RagError
from rag.ingest.sources.freshness import library_freshness
from rag.maintenance.consistency import Inconsistency, find_inconsistencies, repair
from rag.maintenance.replica import background_refresh
from rag.retrieval.filters import Filters
from rag.text.unicode import replace_unencodable
from rag.types.answer import Answer
from rag.types.article import Article, ArticleRef, ArticleVersion, reference_to
from rag.types.catalogue import ArticleList, Freshness, LibraryCounts
from rag.types.feedback import Feedback
from rag.types.ingest import AddReport, FollowedSource, ProgressCallback, SyncReport, no_progress
from rag.types.question import FilterArgs, check_filter_names
from rag.workspace import Workspace

if TYPE_CHECKING:
    from rag.ingest.sources.sync import SourceSync


class Corpus(ABC):
    """The articles of one library. Thread-safe.

    It has all public methods of the engine that do not answer questions.
    """

    @property
    @abstractmethod
    def _workspace(self) -> Workspace:
        """The opened library. Raises LibraryError when it is closed."""

    def add(self, *what: str | Path, follow_links: bool = False, progress: ProgressCallback = no_progress) -> AddReport:
        """Adds the articles of files, folders, URLs and feeds.

        With `follow_links`, the pages that exports and lists of feeds link to are fetched. Stored articles that have
        changed are replaced. `progress` is called after each finished article. Sources that
        cannot be read are in the report's `failed`. Raises LibraryBusy if another process writes for too long.
        """
        return self._workspace.add(what, progress, follow_links=follow_links)

    def sync(
        self, *sources: str | Path, delete: bool | Collection[str] = False, progress: ProgressCallback = no_progress
    ) -> SyncReport:
        """Syncs the library with folders, files, feeds and pages: `engine.sync("notes")`.

        New and changed articles are stored; one that has moved keeps its id. Articles that are no longer in a folder
        are in the report's `missing`; with `delete` they are deleted, with ids in `delete` only those of them. Without
        `sources`, syncs with those that are followed. What has not changed since the last sync is not read. Raises
        LibraryBusy as `add` does.
        """
        return self._sources.sync(sources, delete=delete, progress=progress)

    def follow(self, *sources: str | Path, progress: ProgressCallback = no_progress) -> SyncReport:
        """Syncs with folders, feeds and pages, and follows them.

        `sync()` and a running `rag serve` look at them again. A source that cannot be read is not followed.
        """
        return self._sources.follow(sources, progress)

    def unfollow(self, *sources: str | Path) -> list[str]:
        """Stops following the sources; returns those that were not followed.

        Their articles stay.
        """
        return self._sources.unfollow(sources)

    def following(self) -> list[FollowedSource]:
        """The sources that are followed, by name, with the last look at each."""
        return self._sources.followed()

    def remove(self, *article_ids: str) -> list[str]:
        """Removes articles; returns the ids that the library does not hold."""
        return self._workspace.indexer.remove(article_ids)

    def articles(self, newest: int | None = None) -> ArticleList:
        """The catalogue without the texts, newest first.

        `newest` limits it to that many articles; by default it has all.
        """
        return ArticleList(self._workspace.library.entries(newest))

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """The article with its text, or None for an id that the library does not hold.

        `version` numbers its texts from 1, the first; by default it is the newest. Also None for a version that is not
        kept.
        """
        stored = self._workspace.library.article(encodable(article_id))
        if stored is None or version is None or version == stored.version:
            return stored
        earlier = (kept.article for kept in self.versions(article_id))
        return next((article for article in earlier if article.version == version), None)

    def versions(self, article_id: str) -> list[ArticleVersion]:
        """The earlier texts of an article that has changed, oldest first."""
        return self._workspace.library.versions(encodable(article_id))

    def articles_matching(self, **filters: Unpack[FilterArgs]) -> list[ArticleRef]:
        """The articles that the filters of `ask` admit, newest first."""
        check_filter_names(filters)
        return [article.ref for article in self._workspace.catalogue.in_scope(Filters.parse(**filters))]

    def cite(
        self,
        form: CitationForm,
        article_ids: Sequence[str] = (),
        *,
        markup: Markup = "plain",
        accessed: date | None = None,
        **filters: Unpack[FilterArgs],
    ) -> str:
        """Articles in a citation style, or for a reference manager.

        They are those with the ids, or else those that the filters admit; see rag.citing.citations.cite. Raises
        RagError for an id that the library does not hold.
        """
        from rag.citing.citations import cite

        check_filter_names(filters)
        articles = [(article_id, self.article(article_id)) for article_id in article_ids]
        if missing := [article_id for article_id, article in articles if article is None]:
            raise RagError(f"no article with the id {', '.join(missing)}; see the ids with: rag articles")
        refs = [reference_to(article) for _, article in articles if article is not None]
        if not article_ids:
            refs = self.articles_matching(**filters)
        return cite(refs, form, markup=markup, accessed=accessed)

    def debate_cards(self, answers: Sequence[Answer], style: StyleName = "mla") -> list[DebateCard]:
        """A debate card for each paragraph that the answers quote, in their order.

        Each has `markdown` and `html`; rag.citing.debate_card.cards_to_word makes a Word document of them.
        """
        return debate_cards(answers, self.article, style)

    def counts(self) -> LibraryCounts:
        """The number of articles, passages and characters in the library."""
        return self._workspace.library.counts()

    def freshness(self) -> Freshness:
        """The newest article, the last look at each followed source, and warnings."""
        workspace = self._workspace
        return library_freshness(workspace.library, workspace.settings.stale_days, datetime.now(UTC))

    def background_following(self) -> AbstractContextManager[None]:
        """A context manager that looks at the followed sources in the background.

        While it is open, a thread syncs with followed folders as they change, and with every followed source at the
        interval of the settings. It deletes nothing.
        """
        from rag.maintenance.following import background_following

        return background_following(self._workspace)

    def example_questions(self) -> list[str]:
        """At most six questions that the articles answer.

        They are made from the catalogue; for the bundled corpus they are fixed.
        """
        return example_questions(self._workspace.catalogue.in_scope(Filters()))

    def values(self, field: str) -> list[str]:
        """The distinct values of a catalogue field, which a filter can name.

        `field` is "author", "source" or "topics".
        """
        return sorted(self._workspace.library.distinct_values(field), key=str.casefold)

    def rate(self, feedback: Feedback) -> None:
        """Stores a user's feedback on an answer.

        Raises LibraryBusy if another process writes for too long.
        """
        self._workspace.save_feedback(feedback)

    def feedback(self) -> list[Feedback]:
        """The stored feedback, oldest first."""
        return self._workspace.library.feedback()

    def check(self) -> list[Inconsistency]:
        """The differences between library, vectors and full text; empty when they agree."""
        return find_inconsistencies(self._workspace)

    def repair(
        self, inconsistencies: Sequence[Inconsistency], progress: ProgressCallback = no_progress
    ) -> list[Inconsistency]:
        """Repairs the inconsistencies that `check` returned; returns what is still wrong.

        The articles in the library are the source of the repair.
        """
        repair(self._workspace, inconsistencies, progress)
        return self.check()

    def rebuild(self, *, reencode: bool = False, progress: ProgressCallback = no_progress) -> None:
        """Rebuilds both indexes from the library.

        With `reencode`, every passage is encoded again first. `progress` is called as articles are done.
        """
        if reencode:
            self._workspace.reencode(progress)
        else:
            self._workspace.rebuild(progress)

    def background_refresh(self) -> AbstractContextManager[None]:
        """A context manager that applies the writes of other processes.

        While it is open, a thread applies what other processes write to a library on a server.
        """
        return background_refresh(self._workspace)

    @property
    def home(self) -> Path:
        """The folder of the library, or of the local files of a library on a server."""
        return self._workspace.path

    @property
    def encoder(self) -> str:
        """The fingerprint of the encoder that made the library's vectors."""
        return self._workspace.library.encoder

    @property
    def _sources(self) -> "SourceSync":
        # The readers, which a question does not need, are imported with it.
        from rag.ingest.sources.sync import SourceSync

        workspace = self._workspace
        return SourceSync(workspace.library, workspace.indexer, workspace.settings, workspace.write_lock)


def encodable(text: str) -> str:
    """`text` as it can be stored. Raises RagError for an argument that is not text."""
    if not isinstance(text, str):
        raise RagError(f"a question must be text, not {type(text).__name__}; pass a string")
    return replace_unencodable(text)
