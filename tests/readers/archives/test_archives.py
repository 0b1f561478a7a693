"""Archives and saved pages: what is in them is read as the files of a folder, within limits."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from rag.readers.sources import load_articles
from rag.settings import Settings, load_settings
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.support.library.files_of_formats import docx_file, mhtml_file, zip_file
from tests.support.library.sources import TEXT, article_from, failure_reason, loaded_article, new_file
from tests.support.servers.web_site import html_page


def _titles(source: Path, settings: Settings) -> list[str]:
    return [result.article.title for result in load_articles([source], settings) if isinstance(result, LoadedArticle)]


def test_the_files_of_an_archive_are_read_as_those_of_a_folder(tmp_path: Path, settings: Settings) -> None:
    files: dict[str, str | bytes] = {
        "in/x.docx": docx_file("Word"), "y.txt": f"Plain\n\n{TEXT}", "picture.png": b"\x89PNG",
        ".hidden.txt": "x", "__MACOSX/._y.txt": "x", "in/bad.pdf": b"no pdf",
    }  # fmt: skip
    path = new_file(tmp_path / "x.zip", zip_file(files))
    results = list(load_articles([path], settings))
    assert _titles(path, settings) == ["Plain", "Word"]
    (failure,) = [result for result in results if isinstance(result, LoadFailure)]
    assert failure.what == f"{path}:in/bad.pdf"
    assert [result.origin for result in results if isinstance(result, LoadedArticle)] == [
        f"{path}:y.txt",
        f"{path}:in/x.docx",
    ]


@pytest.mark.parametrize("page", ["Delay.html", "Delay.htm"])
def test_what_a_browser_saves_beside_a_page_is_not_read(tmp_path: Path, settings: Settings, page: str) -> None:
    (tmp_path / "Delay_files").mkdir()
    new_file(tmp_path / page, html_page(title="The page"))
    new_file(tmp_path / "Delay_files" / "frame.html", html_page(title="An advert"))
    assert _titles(tmp_path, settings) == ["The page"]
    files: dict[str, str | bytes] = {f"s/{page}": html_page(title="The page"), "s/Delay_files/f.html": html_page()}
    (tmp_path / "zips").mkdir()
    assert _titles(new_file(tmp_path / "zips" / "x.zip", zip_file(files)), settings) == ["The page"]


def test_a_folder_named_like_a_saved_page_without_its_page_is_read(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "my_files").mkdir()
    new_file(tmp_path / "my_files" / "x.txt", f"Plain\n\n{TEXT}")
    assert _titles(tmp_path, settings) == ["Plain"]


def test_a_page_in_one_file_has_the_address_it_was_saved_from(tmp_path: Path, settings: Settings) -> None:
    article = article_from(new_file(tmp_path / "x.mhtml", mhtml_file()), settings)
    assert (article.url, article.text) == ("https://review.example/delay", TEXT)
    script = article_from(new_file(tmp_path / "y.mhtml", mhtml_file("javascript:alert(1)")), settings)
    assert script.url is None


def test_what_may_be_missing_of_a_page_in_one_file_is_told(tmp_path: Path, settings: Settings) -> None:
    body = "".join(f"<p>The harbour board wants {n} million crowns for the new quay of the town.</p>" for n in range(9))
    metadata = json.dumps({"@type": "NewsArticle", "articleBody": "The quay is dear. " * 100})
    page = (
        f'<html><head><title>The Quay</title><script type="application/ld+json">{metadata}</script></head>'
        f"<body><article>{body}</article></body></html>"
    )
    (note,) = loaded_article(new_file(tmp_path / "x.mhtml", mhtml_file(page=page)), settings).notes
    assert note.endswith("of about 1,800 characters; the rest may be missing")


def test_an_archive_larger_than_the_limit_of_a_file_is_read_file_by_file(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", max_file_mb=0.01)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(40):
            archive.writestr(f"{number:02}.txt", f"Title {number}\n\n{TEXT}")
        archive.writestr("large.txt", "x" * 20_000)
    results = list(load_articles([new_file(tmp_path / "x.zip", out.getvalue())], settings))
    assert [type(result) for result in results] == [LoadedArticle] * 40 + [LoadFailure]
    assert "is larger than 0.01 MB" in results[40].why  # type: ignore[union-attr]


def test_a_member_s_name_is_no_path(tmp_path: Path, settings: Settings) -> None:
    files: dict[str, str | bytes] = {"../../evil\n.txt": f"Plain\n\n{TEXT}"}
    loaded = loaded_article(new_file(tmp_path / "x.zip", zip_file(files)), settings)
    assert "\n" not in loaded.origin
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.zip"]


def _encrypted_flag() -> bytes:
    data = bytearray(zip_file({"x.txt": f"Plain\n\n{TEXT}"}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no zip", "is not a zip archive that can be read"),
        (zip_file({"a.png": "x"}), "holds no readable file; unpack it and add what is in it"),
        (zip_file({"a.zip": zip_file({"x.txt": "x"})}), "is an archive within an archive; unpack it and add that"),
        (zip_file({"a.txt": " " * 8_000_000}), "expands to far more than its packed size; leave it out"),
        (zip_file({f"{n}.txt": "x" for n in range(10_001)}), "holds 10,001 files, more than 10,000; split it"),
        (_encrypted_flag(), "is encrypted; save a copy without a password and add that"),
    ],
    ids=["no zip", "nothing", "nested", "bomb", "many", "password"],
)
def test_an_archive_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, data: bytes, why: str
) -> None:
    assert why in failure_reason(new_file(tmp_path / "x.zip", data), settings)


def test_a_damaged_member_is_named_and_the_others_are_read(tmp_path: Path, settings: Settings) -> None:
    data = bytearray(zip_file({"a.txt": f"First\n\n{TEXT}", "b.txt": f"Second\n\n{TEXT}"}))
    data[60] ^= 0xFF
    results = list(load_articles([new_file(tmp_path / "x.zip", bytes(data))], settings))
    assert [type(result) for result in results] == [LoadFailure, LoadedArticle]
    assert "is damaged" in results[0].why  # type: ignore[union-attr]
