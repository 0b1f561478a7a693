"""How new a library is: what is stale, and what never is."""

from datetime import UTC, date, datetime, timedelta

from rag.ingest.sources.freshness import library_freshness
from rag.ingest.sources.sync import SourceSync
from rag.workspace import Workspace
from tests.ingest.sources.conftest import Notes

FIELDS = "title: On ferries\npublished: 2024-06-01"


def test_a_collection_that_nothing_is_added_to_does_not_age(workspace: Workspace, notes: Notes) -> None:
    notes.write("one.md", front_matter=FIELDS)
    workspace.add([notes.folder])
    fresh = library_freshness(workspace.library, 30, datetime(2034, 1, 1, tzinfo=UTC))
    assert (fresh.newest, fresh.sources, fresh.warnings) == (date(2024, 6, 1), (), ())
    assert str(fresh) == "Newest article: 1 June 2024."


def test_what_is_followed_is_stale_after_the_days_of_the_setting(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    notes.write("one.md", front_matter=FIELDS)
    sources.follow([notes.folder])
    now = datetime.now(UTC)
    folder = str(notes.folder.resolve())
    age = (now.date() - date(2024, 6, 1)).days
    assert library_freshness(workspace.library, age, now).warnings == ()
    assert library_freshness(workspace.library, 30, now).warnings == (f"the newest article is {age} days old",)
    later = now + timedelta(days=31, hours=1)
    assert library_freshness(workspace.library, 30, later).warnings[1:] == (f"{folder} was not looked at for 31 days",)
    assert library_freshness(workspace.library, 0, later).warnings == ()


def test_a_failure_since_the_last_look_is_said_with_the_look(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    path = notes.write("one.md", front_matter=FIELDS)
    sources.follow([notes.folder])
    path.unlink()
    assert len(sources.sync([]).failed) == 1
    fresh = library_freshness(workspace.library, 30, datetime.now(UTC) + timedelta(days=40))
    assert "UTC, and a later attempt failed." in str(fresh)
    assert fresh.warnings[1].endswith("was not looked at for 40 days (holds no article; is its disk mounted?)")


def test_an_empty_library_has_no_newest_article(workspace: Workspace) -> None:
    fresh = library_freshness(workspace.library, 30, datetime.now(UTC))
    assert str(fresh) == "Newest article: none has a date."
    assert fresh.to_dict() == {"newest": None, "sources": [], "warnings": []}
