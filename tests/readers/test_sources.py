"""Batches of sources: files, folders and addresses, of which no bad one stops the rest."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rag.readers.sources import count_articles, load_articles
from rag.settings import Settings
from rag.types.ingest import LoadedArticle, LoadFailure
from rag.workspace import Workspace
from tests.support.library.sources import PROSE, TEXT, article_from, failure_reason, json_line, loaded_article, new_file
from tests.support.planted_errors import PLANTED_ERRORS, FaultyObject, PlantedPath
from tests.support.servers.web_site import html_page

EVERY_ERROR = pytest.mark.parametrize(
    "error", [*PLANTED_ERRORS, OSError("a file of ours")], ids=lambda error: type(error).__name__
)
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")


def test_a_folder_gives_its_articles_in_order_without_hidden_files(tmp_path: Path, settings: Settings) -> None:
    for name in (
        "b.md",
        "a/z.txt",
        "a/deep/er/y.MD",
        ".hidden.md",
        ".git/c.md",
        "picture.png",
        "c.markdown",
        "notes.xyz",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        new_file(tmp_path / name, f"Title\n\n{TEXT}")
    results = load_articles([tmp_path], settings)
    ids = [result.article.id for result in results if isinstance(result, LoadedArticle)]
    assert ids == ["y", "z", "b", "c"]
    assert count_articles([tmp_path]) == 4


def test_links_to_files_are_read_and_links_to_folders_are_not_followed(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "in").mkdir()
    new_file(tmp_path / "outside.md", f"# Outside\n\n{TEXT}")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "linked.md").symlink_to(tmp_path / "outside.md")
    (tmp_path / "in" / "broken.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / "in" / "itself.md").symlink_to(tmp_path / "in" / "itself.md")
    loaded = loaded_article(tmp_path / "in", settings)
    assert (loaded.article.id, loaded.origin) == ("linked", str(tmp_path / "outside.md"))
    assert "no such file or folder" in failure_reason(tmp_path / "in" / "itself.md", settings)


def test_a_folder_deeper_than_python_recurses_is_read(tmp_path: Path, settings: Settings) -> None:
    back = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1_000):
            Path("d").mkdir()
            os.chdir("d")
        Path("x.md").write_text(f"# T\n\n{TEXT}")
        assert article_from(tmp_path, settings).id == "x"
    finally:
        os.chdir(back)
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)  # Python's own way to do it recurses


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("nowhere/at/all.md", "no such file or folder; check the path"),
        ("a\0b.md", "check the path"),
        ("x" * 5000, "cannot be read (File name too long); check the path"),
        ("~nobody-of-this-name/x.md", "cannot be read (Could not determine home directory.); check the path"),
        ("", "cannot be read (an empty name); check the path"),
    ],
)
def test_a_path_to_nothing_is_refused(settings: Settings, source: str, why: str) -> None:
    assert why in failure_reason(source, settings)
    assert count_articles([source]) == 1


def test_a_folder_without_articles_is_refused_with_the_readable_suffixes(tmp_path: Path, settings: Settings) -> None:
    new_file(tmp_path / "picture.png", b"\x89PNG")
    assert failure_reason(tmp_path, settings).startswith(
        "the folder holds no article; readable are .md, .markdown, .txt"
    )


def test_a_file_whose_name_is_not_unicode_is_read_and_can_be_stored(tmp_path: Path, settings: Settings) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        new_file(tmp_path / name, PROSE[0])
    except OSError:
        pytest.skip("this file system takes no such name")
    loaded = loaded_article(tmp_path / name, settings)
    assert loaded.article.title == "caf\ufffd"
    (loaded.origin + loaded.article.title).encode("utf-8")
    assert Workspace(settings, empty=True).add([tmp_path / name]).added == ["caf"]


@not_as_root
def test_files_without_permission_are_named_and_the_others_are_read(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "locked").mkdir()
    for name in ("locked/x.md", "a.md", "b.md", "c.jsonl"):
        new_file(tmp_path / name, f"# T\n\n{TEXT} {name}")
    try:
        for name in ("locked", "a.md", "c.jsonl"):
            (tmp_path / name).chmod(0)
        results = list(load_articles([tmp_path], settings))
        assert count_articles([tmp_path]) == 4
    finally:
        (tmp_path / "locked").chmod(0o700)
    refused = {Path(result.what).name: result.why for result in results if isinstance(result, LoadFailure)}
    assert set(refused) == {"a.md", "c.jsonl", "locked"}
    assert set(refused.values()) == {"cannot be read (Permission denied); check its permissions"}
    assert [result.article.id for result in results if isinstance(result, LoadedArticle)] == ["b"]


def test_a_second_text_with_the_same_id_is_refused(tmp_path: Path, settings: Settings) -> None:
    path = new_file(
        tmp_path / "x.jsonl", "\n".join([json_line(1), json_line(1), json_line(1, text="Other."), json_line(2)])
    )
    results = list(load_articles([path], settings))
    assert [type(result) for result in results] == [LoadedArticle, LoadedArticle, LoadFailure, LoadedArticle]
    assert isinstance(results[2], LoadFailure)
    assert results[2].what == f"{path}:3"
    assert f"the id 'a1' is also that of {path}:1, with other content" in results[2].why


def test_the_same_file_name_in_two_folders_is_two_articles(tmp_path: Path, settings: Settings) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        new_file(tmp_path / folder / "column.md", f"# Column\n\nThe text of {folder}.")
    results = list(load_articles([tmp_path / "a", tmp_path / "b", tmp_path / "a" / "column.md"], settings))
    loaded = [result.article for result in results if isinstance(result, LoadedArticle)]
    assert [article.id for article in loaded] == ["column", "b-column", "column"]
    assert "The text of b." in loaded[1].text
    workspace = Workspace(settings, empty=True)
    assert workspace.add([tmp_path / "a"]).added == ["column"]
    assert workspace.add([tmp_path / "b"]).added == ["b-column"]
    assert sorted(workspace.add([tmp_path]).unchanged) == ["b-column", "column"]


def test_files_of_one_name_and_three_formats_are_three_articles(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    for suffix in ("md", "txt", "html"):
        page = f"<article><p>{TEXT}</p><p>It ends as .{suffix}.</p></article>"
        new_file(folder / f"column.{suffix}", page if suffix == "html" else f"# Column\n\nThe text of {suffix}.")
    workspace = Workspace(settings, empty=True)
    report = workspace.add([folder])
    assert (len(set(report.added)), report.failed) == (3, [])
    assert sorted(workspace.add([folder]).unchanged) == sorted(report.added)
    # One after the other, as a person adds them.
    other = Workspace(settings.model_copy(update={"home": tmp_path / "other"}), empty=True)
    added = [other.add([folder / f"column.{suffix}"]).added for suffix in ("md", "txt", "html")]
    assert len({article_id for ids in added for article_id in ids}) == 3


def test_the_same_id_of_their_own_in_two_files_is_refused_within_a_batch(tmp_path: Path, settings: Settings) -> None:
    files = [new_file(tmp_path / f"{name}.md", f"---\nid: x\n---\nThe text of {name}.") for name in ("a", "b")]
    results = list(load_articles(files, settings))
    assert [type(result) for result in results] == [LoadedArticle, LoadFailure]
    assert str(files[0]) in results[1].why  # type: ignore[union-attr]


def test_a_bad_source_does_not_stop_the_rest_of_a_batch(tmp_path: Path, settings: Settings) -> None:
    good = [new_file(tmp_path / f"good{number}.txt", f"T{number}\n\n{TEXT} {number}") for number in range(3)]
    (tmp_path / "empty").mkdir()
    bad: list[str | Path] = [
        tmp_path / "missing.md", "a\0b", "~nobody-of-this-name", "", "ftp://review.example/x", "http://[::1",
        tmp_path / "empty", new_file(tmp_path / "x.pdf", b"%PDF"), new_file(tmp_path / "x.html", b"<"),
        new_file(tmp_path / "x.xyz", b"PK"), new_file(tmp_path / "x.md", "---\na: [\n---\n"),
        new_file(tmp_path / "x.jsonl", "{"), new_file(tmp_path / "x.txt", b"\0"),
    ]  # fmt: skip
    sources = [good[0], *bad[:6], good[1], *bad[6:], good[2]]
    results = list(load_articles(sources, settings))
    assert [result.article.id for result in results if isinstance(result, LoadedArticle)] == ["good0", "good1", "good2"]
    refused = [result for result in results if isinstance(result, LoadFailure)]
    assert len(refused) == len(bad)
    assert all(failure.why and "\n" not in failure.why for failure in refused)
    report = Workspace(settings, empty=True).add(sources)
    assert (len(report.added), len(report.failed)) == (3, len(bad))


@EVERY_ERROR
def test_a_mistake_of_our_own_is_no_path_to_check(settings: Settings, error: Exception) -> None:
    planted: Any = PlantedPath(error)
    with pytest.raises(type(error)) as raised:
        list(load_articles([planted], settings))
    assert raised.value is error
    with pytest.raises(type(error)) as raised:
        count_articles([planted])
    assert raised.value is error


@EVERY_ERROR
@pytest.mark.parametrize(("name", "content"), [("x.md", f"# T\n\n{TEXT}"), ("x.jsonl", json_line(1))])
def test_a_mistake_of_our_own_is_no_file_to_check(
    tmp_path: Path, settings: Settings, name: str, content: str, error: Exception
) -> None:
    faulty: Any = FaultyObject(settings, "max_file_mb", error)
    with pytest.raises(type(error)) as raised:
        list(load_articles([new_file(tmp_path / name, content)], faulty))
    assert raised.value is error


def test_a_correction_is_read_from_a_page_a_text_and_front_matter(tmp_path: Path, settings: Settings) -> None:
    notice = "Correction: an earlier version gave the wrong year."
    (tmp_path / "page.html").write_text(html_page().replace("</article>", f"</article><p id='correction'>{notice}</p>"))
    (tmp_path / "text.txt").write_text("On ferries\n\n" + "\n\n".join([*PROSE, notice]))
    (tmp_path / "fields.md").write_text(f"---\ntitle: On ferries\ncorrection: '{notice}'\n---\n{PROSE[0]}\n")
    (tmp_path / "none.md").write_text(f"---\ntitle: On ferries\n---\n{PROSE[0]}\n")
    loaded = [item for item in load_articles([tmp_path], settings) if isinstance(item, LoadedArticle)]
    corrections = {item.article.id: item.article.correction for item in loaded}
    assert corrections == {"page": notice, "text": notice, "fields": notice, "none": None}
