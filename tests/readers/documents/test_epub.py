"""E-books: a chapter is an article, its book the publication; what is no text is left out."""

from datetime import date
from pathlib import Path

import pytest

from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.article import Article
from rag.types.ingest import LoadedArticle
from tests.support.library.files_of_formats import epub_file, paragraphs, zip_file
from tests.support.library.sources import PROSE, TEXT, failure_reason, new_file

BODY = paragraphs(*PROSE)


def _chapters(path: Path, settings: Settings) -> list[Article]:
    results = list(load_articles([path], settings))
    assert all(isinstance(result, LoadedArticle) for result in results), results
    return [result.article for result in results if isinstance(result, LoadedArticle)]


def test_each_chapter_is_an_article_of_its_book(tmp_path: Path, settings: Settings) -> None:
    book = epub_file((("On Waiting", f"<h1>On Waiting</h1>{BODY}"), ("On Paying", f"<h1>On Paying</h1>{BODY}")))
    first, second = _chapters(new_file(tmp_path / "essays.epub", book), settings)
    assert (first.title, first.author, first.source) == ("On Waiting", "Ada Brookfield", "Essays on Delay")
    assert (first.published, first.text, second.title) == (date(2024, 6, 30), TEXT, "On Paying")
    assert len({first.id, second.id}) == 2


def test_a_chapter_whose_number_stands_alone_has_its_heading_for_a_title(tmp_path: Path, settings: Settings) -> None:
    heading = "<h2>Chapter 1</h2><h1>On Waiting</h1>"
    book = epub_file((("1", f"{heading}{BODY}"), ("II.", f"<h1>II.</h1>{BODY}")), author="Brookfield, Ada")
    first, second = _chapters(new_file(tmp_path / "x.epub", book), settings)
    assert (first.title, first.text, first.author) == ("On Waiting", TEXT, "Ada Brookfield")
    assert (second.title, second.text) == ("II.", TEXT)


def test_the_translator_of_a_book_is_not_its_author(tmp_path: Path, settings: Settings) -> None:
    role = 'xmlns:opf="http://www.idpf.org/2007/opf" opf:role='
    book = epub_file((("On Waiting", BODY),), author="X")
    creators = f'<dc:creator {role}"aut">Ada Brookfield</dc:creator><dc:creator {role}"trl">Tom Reeve</dc:creator>'
    book = _changed(book, "OEBPS/book.opf", "<dc:creator>X</dc:creator>", creators)
    (chapter,) = _chapters(new_file(tmp_path / "x.epub", book), settings)
    assert chapter.author == "Ada Brookfield"


def test_cover_contents_and_imprint_are_no_chapters(tmp_path: Path, settings: Settings) -> None:
    book = epub_file((("Copyright", BODY), ("Contents", BODY), ("On Waiting", BODY)))
    assert [chapter.title for chapter in _chapters(new_file(tmp_path / "x.epub", book), settings)] == ["On Waiting"]


def test_a_chapter_in_two_files_is_joined(tmp_path: Path, settings: Settings) -> None:
    book = epub_file((("On Waiting", BODY), ("Rest", BODY)))
    # The second file is in no table of contents.
    book = _without_link(book, "chapter2.xhtml")
    (chapter,) = _chapters(new_file(tmp_path / "x.epub", book), settings)
    assert chapter.text == f"{TEXT}\n\n{TEXT}"


def _without_link(book: bytes, target: str) -> bytes:
    import io
    import re
    import zipfile

    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    navigation = files["OEBPS/nav.xhtml"]
    assert isinstance(navigation, bytes)
    files["OEBPS/nav.xhtml"] = re.sub(rb'<li><a href="%s.*?</li>' % target.encode(), b"", navigation)
    return zip_file(files)


def _changed(book: bytes, path: str, old: str, new: str) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    content = files[path]
    assert isinstance(content, bytes)
    return zip_file({**files, path: content.replace(old.encode(), new.encode())})


def _locked(book: bytes, path: str) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    files["META-INF/encryption.xml"] = (
        f'<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherReference URI="{path}"/></encryption>'
    )
    return zip_file(files)


def test_a_locked_book_is_refused_and_one_with_locked_fonts_is_read(tmp_path: Path, settings: Settings) -> None:
    book = epub_file((("On Waiting", BODY),))
    locked = new_file(tmp_path / "locked.epub", _locked(book, "OEBPS/chapter1.xhtml"))
    assert failure_reason(locked, settings) == "is locked by its shop (DRM); add a copy without the lock"
    fonts = new_file(tmp_path / "fonts.epub", _locked(book, "OEBPS/fonts/a.otf"))
    assert len(_chapters(fonts, settings)) == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (zip_file({"a": "b"}), "is not an EPUB; save it as .epub again"),
        (zip_file({"META-INF/container.xml": "<container/>"}), "names no package document"),
        (epub_file((("One", "<p>Short.</p>"),)), "holds no text, only pictures of it"),
        (b"PK", "is not a zip archive that can be read"),
    ],
)
def test_a_book_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, data: bytes, why: str
) -> None:
    assert why in failure_reason(new_file(tmp_path / "x.epub", data), settings)


def test_a_path_out_of_the_book_opens_no_file(tmp_path: Path, settings: Settings) -> None:
    new_file(tmp_path / "secret.xhtml", f"<html><body>{BODY}</body></html>")
    (tmp_path / "in").mkdir()
    container = '<c><rootfile full-path="../secret.xhtml"/></c>'
    book = new_file(tmp_path / "in" / "x.epub", zip_file({"META-INF/container.xml": container}))
    assert "names no package document" in failure_reason(book, settings)
