"""Damaged indexes are rebuilt from the library unasked and without encoding."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag import LibraryDamaged, QueryEngine
from rag.index.base import IndexEntry
from rag.maintenance.consistency import find_inconsistencies
from rag.settings import load_settings
from rag.workspace import Workspace
from tests.support.encoders import QuestionEncoder
from tests.support.library.small_library import assert_engine_whole, assert_whole


def _empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def _fill_with_garbage(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(random.Random(path.name).randbytes(5_000))
    (folder / "stray").write_bytes(b"\x00" * 100)


def _replace_by_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder")


@pytest.mark.parametrize(
    "damage", [_empty, _fill_with_garbage, _replace_by_a_file, shutil.rmtree], ids=["empty", "garbage", "file", "gone"]
)
@pytest.mark.parametrize("index", ["vectors-1", "fulltext"])
def test_a_damaged_index_folder_is_rebuilt_without_encoding(
    library_folder: Path, index: str, damage: Callable[[Path], None]
) -> None:
    damage(library_folder / index)
    workspace = Workspace(load_settings(home=library_folder), encoder=QuestionEncoder())
    with QueryEngine(workspace) as engine:
        assert_engine_whole(engine)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"generation": "x"}', "\x00\x01", "{}"])
def test_an_index_with_an_unreadable_manifest_is_rebuilt(library_folder: Path, text: str) -> None:
    for name in ("vectors.json", "fulltext.json"):
        (library_folder / name).write_text(text)
    assert_whole(library_folder)


def test_unknown_files_among_the_index_folders_do_no_harm(library_folder: Path) -> None:
    (library_folder / "vectors-old").write_text("a file")
    (library_folder / "vectors-9x").mkdir()
    (library_folder / "vectors.json").unlink()
    assert_whole(library_folder)


def test_a_failed_rebuild_does_not_block_the_next_in_the_same_process(library_folder: Path) -> None:
    def failing() -> Iterator[list[IndexEntry]]:
        yield from []
        raise LibraryDamaged("half way")

    with Workspace(load_settings(home=library_folder)) as workspace:
        for _ in range(70):
            with pytest.raises(LibraryDamaged, match="half way"):
                workspace.vectors.rebuild(failing(), 1)
        workspace.rebuild()
        assert find_inconsistencies(workspace) == []
