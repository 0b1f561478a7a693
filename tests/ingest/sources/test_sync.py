"""Sources that are followed: the list in the library, and the last look at each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from rag.ingest.sources.sync import SourceSync
from rag.settings import Settings
from rag.types.ingest import SyncReport
from rag.workspace import Workspace
from tests.ingest.sources.conftest import Notes, source_sync


def test_followed_sources_are_stored_in_the_library_and_synced_without_being_named(
    sources: SourceSync, workspace: Workspace, notes: Notes, settings: Settings
) -> None:
    notes.write("one.md")
    assert sources.follow([notes.folder]).added == ("one",)
    workspace.close()
    notes.write("two.md")
    with Workspace(settings) as reopened:
        again = source_sync(reopened)
        (followed,) = again.followed()
        assert (followed.source, followed.failure) == (str(notes.folder.resolve()), None)
        assert followed.looked is not None
        assert datetime.now(UTC) - followed.looked < timedelta(minutes=5)
        assert again.sync([]) == SyncReport(added=("two",), unchanged=("one",))


def test_a_source_is_followed_once_and_unfollowed_by_any_of_its_names(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    notes.write("one.md")
    sources.follow([notes.folder, notes.folder / ".." / "notes"])
    assert len(sources.followed()) == 1
    assert sources.unfollow([notes.folder / ".", "elsewhere"]) == [str(Path("elsewhere").resolve())]
    assert sources.followed() == []
    assert workspace.library.count_articles() == 1


def test_a_source_that_cannot_be_read_is_not_followed(sources: SourceSync, notes: Notes) -> None:
    report = sources.follow([notes.folder / "nothing"])
    assert [failure.why for failure in report.failed] == ["no such file or folder; check the path"]
    assert sources.followed() == []


def test_a_library_in_which_nothing_is_followed_has_nothing_to_sync(sources: SourceSync) -> None:
    assert sources.sync([]) == SyncReport()
