"""Folders that are synced: new, changed, renamed and deleted files, and files that cannot be read."""

import json
import os
from pathlib import Path

import pytest

from rag.ingest.sources.sync import SourceSync
from rag.maintenance.consistency import find_inconsistencies
from rag.types.ingest import SyncReport
from rag.workspace import Workspace
from tests.ingest.sources.conftest import Notes, source_sync
from tests.support.library.files_of_formats import RIS
from tests.support.library.sources import TEXT


def test_new_and_changed_files_are_stored_and_the_others_are_not_read(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    notes.write("one.md")
    two = notes.write("two.md")
    assert sources.sync([notes.folder]) == SyncReport(added=("one", "two"))
    # A file whose size and time are as before is not read: its new words are not noticed.
    time = two.stat().st_mtime
    text = two.read_text(encoding="utf-8")
    two.write_text(text.replace("winter", "summer"), encoding="utf-8")
    os.utime(two, (time, time))
    assert sources.sync([notes.folder]) == SyncReport(unchanged=("one", "two"))
    notes.settle(two)
    notes.write("three.md")
    assert sources.sync([notes.folder]) == SyncReport(added=("three",), updated=("two",), unchanged=("one",))
    stored = workspace.library.article("two")
    assert stored is not None
    assert ("summer" in stored.text, stored.version) == (True, 2)
    assert "winter" in workspace.library.versions("two")[0].article.text
    assert find_inconsistencies(workspace) == []


def test_a_renamed_file_is_the_same_article_with_its_old_id(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    old = notes.write("old.md")
    sources.sync([notes.folder])
    new = old.rename(notes.folder / "archive.md")
    report = sources.sync([notes.folder])
    assert [(rename.article_id, Path(rename.after).name) for rename in report.renamed] == [("old", "archive.md")]
    assert (report.added, report.updated, report.missing) == ((), (), ())
    version = workspace.library.stored_version("old")
    assert version is not None
    assert version.origin == str(new.resolve())
    assert workspace.library.verify_checksum("old")
    # What is written there later is that article too, for a sync and for `rag add`.
    notes.write("archive.md", "The council has changed its mind, and the ferry stops in the first week of December.")
    assert sources.sync([notes.folder]).updated == ("old",)
    assert workspace.add([new]).unchanged == ["old"]
    assert workspace.library.count_articles() == 1
    assert find_inconsistencies(workspace) == []


def test_a_file_with_an_id_of_its_own_is_recognised_in_another_folder(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    path = notes.write("ferry.md", front_matter="title: On ferries\nid: ferry-7")
    sources.sync([notes.folder])
    (notes.folder / "2025").mkdir()
    path.rename(notes.folder / "2025" / "ferry.md")
    report = sources.sync([notes.folder])
    assert [rename.article_id for rename in report.renamed] == ["ferry-7"]
    version = workspace.library.stored_version("ferry-7")
    assert version is not None
    assert version.origin.endswith("2025/ferry.md")


def test_a_copy_is_an_article_of_its_own_while_the_original_is_there(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    text = "The harbour master counted forty ships on Monday, more than in any week since the strike ended."
    notes.write("first.md", text)
    sources.sync([notes.folder])
    notes.write("second.md", text)
    report = sources.sync([notes.folder])
    assert (report.added, report.renamed) == (("second",), ())
    assert workspace.library.count_articles() == 2


def test_a_deleted_file_is_named_and_deleted_only_on_request(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    notes.write("kept.md")
    gone = notes.write("gone.md")
    sources.sync([notes.folder])
    gone.unlink()
    assert sources.sync([notes.folder]) == SyncReport(unchanged=("kept",), missing=("gone",))
    assert workspace.library.article("gone") is not None
    assert sources.sync([notes.folder], delete=True) == SyncReport(unchanged=("kept",), deleted=("gone",))
    assert workspace.library.article("gone") is None
    # A file that comes back is a new article.
    notes.write("gone.md")
    assert sources.sync([notes.folder]).added == ("gone",)


def test_only_those_ids_are_deleted_that_were_named(sources: SourceSync, notes: Notes) -> None:
    files = [notes.write(f"{name}.md") for name in ("one", "two", "three")]
    sources.sync([notes.folder])
    files[1].unlink()
    files[2].unlink()
    report = sources.sync([notes.folder], delete=["two", "one"])
    assert (report.deleted, report.missing, report.unchanged) == (("two",), ("three",), ("one",))


def test_an_article_under_another_id_than_its_file_s_is_not_missing(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    """Its id is another article's: of a file of that name elsewhere, or of one that has moved."""
    notes.write("2023/budget.md", "The first budget was kept, and the ferry with it, by a vote of nine to two.")
    notes.write("2024/budget.md", "The second budget was lost, and the ferry with it, by a vote of six to five.")
    moved = notes.write("one.md")
    assert sources.sync([notes.folder], delete=True).deleted == ()
    moved.rename(notes.folder / "moved.md")
    sources.sync([notes.folder], delete=True)
    notes.write("one.md", "A new note has the name that the old one had, and it says something else of the harbour.")
    report = sources.sync([notes.folder], delete=True)
    assert (report.deleted, report.missing) == ((), ())
    assert workspace.library.count_articles() == 4


def test_a_line_that_leaves_a_json_lines_file_is_missing(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    lines = [
        json.dumps({"id": f"line-{number}", "title": "Ferries", "text": f"Ferry number {number} sailed on time."})
        for number in range(3)
    ]
    path = notes.folder / "all.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    sources.sync([notes.folder])
    path.write_text("\n".join([lines[0], lines[2]]), encoding="utf-8")
    report = sources.sync([notes.folder])
    assert (sorted(report.unchanged), report.missing) == (["line-0", "line-2"], ("line-1",))
    # A file with a line that cannot be read may still hold it.
    path.write_text("\n".join([lines[0], "{"]), encoding="utf-8")
    report = sources.sync([notes.folder], delete=True)
    assert (len(report.failed), report.deleted, workspace.library.count_articles()) == (1, (), 3)


def test_a_file_that_cannot_be_read_keeps_its_article_and_is_read_again_later(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    path = notes.write("note.md")
    notes.write("other.md")
    sources.sync([notes.folder])
    path.write_bytes(b"")
    notes.settle(path)
    report = sources.sync([notes.folder], delete=True)
    assert [failure.what for failure in report.failed] == [str(path)]
    assert (report.deleted, workspace.library.count_articles()) == ((), 2)
    assert len(sources.sync([notes.folder]).failed) == 1


@pytest.mark.parametrize("state", ["gone", "empty"])
def test_a_folder_that_is_gone_or_empty_deletes_nothing(
    sources: SourceSync, workspace: Workspace, notes: Notes, state: str
) -> None:
    path = notes.write("note.md")
    sources.sync([notes.folder])
    path.unlink()
    if state == "gone":
        notes.folder.rmdir()
    report = sources.sync([notes.folder], delete=True)
    assert (len(report.failed), report.deleted, workspace.library.count_articles()) == (1, (), 1)


def test_articles_of_other_places_are_never_missing(
    sources: SourceSync, workspace: Workspace, notes: Notes, tmp_path: Path
) -> None:
    elsewhere = Notes(tmp_path / "notes-of-others")  # begins with the same letters
    elsewhere.write("theirs.md")
    hidden = notes.write(".drafts/draft.md")
    notes.write("mine.md")
    workspace.add([elsewhere.folder, hidden])
    (elsewhere.folder / "theirs.md").unlink()
    assert sources.sync([notes.folder], delete=True) == SyncReport(added=("mine",))
    assert workspace.library.count_articles() == 3


def test_a_second_process_continues_where_a_sync_was_stopped(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    """Nothing is lost by a stop after the articles and before the stamps: the files are read again, and unchanged."""
    for number in range(3):
        notes.write(f"note-{number}.md")
    workspace.add([notes.folder])
    assert len(source_sync(workspace).sync([notes.folder]).unchanged) == 3
    assert len(workspace.library.sources.stamps([str(path) for path in notes.folder.resolve().iterdir()])) == 3


def test_a_changed_text_that_an_export_names_keeps_the_fields_of_its_entry(
    sources: SourceSync, workspace: Workspace, notes: Notes
) -> None:
    export, attached = notes.folder / "x.ris", notes.folder / "files" / "7" / "bill.txt"
    attached.parent.mkdir(parents=True)
    export.write_text(RIS.replace("bill.pdf", "bill.txt"), encoding="utf-8")
    attached.write_text(TEXT, encoding="utf-8")
    notes.settle(export)
    notes.settle(attached)
    (article_id,) = sources.sync([notes.folder]).added
    before = workspace.library.article(article_id)
    attached.write_text(f"{TEXT} The ministry withdrew its plan on the following day.", encoding="utf-8")
    notes.settle(attached)
    assert sources.sync([notes.folder]) == SyncReport(updated=(article_id,))
    after = workspace.library.article(article_id)
    assert before is not None
    assert after is not None
    assert "withdrew its plan" in after.text
    assert (after.title, after.author, after.published) == (before.title, before.author, before.published)
    assert after.author
    assert sources.sync([notes.folder]) == SyncReport(unchanged=(article_id,))
