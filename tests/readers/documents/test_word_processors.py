"""Word, OpenDocument and RTF: the text as a person sees it, its title, and its author rather than its typist."""

import io
import zipfile
from pathlib import Path

import pytest

from rag.settings import Settings
from tests.support.library.files_of_formats import docx_file, odt_file, rtf_file, zip_file
from tests.support.library.sources import PROSE, TEXT, article_from, failure_reason, new_file

ENTITIES = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]><a>&d;</a>'


def _docx_with(body: str) -> bytes:
    """A document by python-docx whose body is `body`, as Word's markup."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx_file("T"))) as original, zipfile.ZipFile(out, "w") as changed:
        for name in original.namelist():
            data = original.read(name)
            if name == "word/document.xml":
                start, end = data.index(b"<w:body>") + 8, data.index(b"<w:sectPr")
                data = data[:start] + body.encode() + data[end:]
            changed.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(("name", "make"), [("x.docx", docx_file), ("x.odt", odt_file)])
def test_a_document_is_its_title_its_paragraphs_and_its_author(
    tmp_path: Path, settings: Settings, name: str, make: type
) -> None:
    article = article_from(new_file(tmp_path / name, make()), settings)
    assert (article.id, article.title, article.author) == ("x", "The Price of Delay", "Ada Brookfield")
    assert article.text == TEXT


def test_rich_text_is_read_in_its_code_page_with_its_properties(tmp_path: Path, settings: Settings) -> None:
    article = article_from(new_file(tmp_path / "x.rtf", rtf_file()), settings)
    assert (article.title, article.author) == ("The Price of Delay", "Ada Brookfield")
    assert article.text == f"{TEXT}\n\nA café, “quoted”."


def test_a_byline_in_the_text_comes_before_the_person_who_typed_it(tmp_path: Path, settings: Settings) -> None:
    path = new_file(tmp_path / "x.docx", docx_file(author="Sam Typist", byline="By Ada Brookfield"))
    article = article_from(path, settings)
    assert (article.author, article.text) == ("Ada Brookfield", TEXT)


@pytest.mark.parametrize("author", ["Microsoft Office User", "Administrator", "python-docx", "ada@review.example", ""])
def test_a_program_in_the_author_field_is_nobody(tmp_path: Path, settings: Settings, author: str) -> None:
    assert article_from(new_file(tmp_path / "x.docx", docx_file(author=author)), settings).author is None


def test_what_was_deleted_is_not_read_and_what_was_inserted_is(tmp_path: Path, settings: Settings) -> None:
    body = (
        "<w:p><w:r><w:t>A heading for the text</w:t></w:r></w:p>"
        "<w:p><w:r><w:t xml:space='preserve'>It costs </w:t></w:r>"
        "<w:del><w:r><w:delText>little</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>much</w:t></w:r></w:ins><w:r><w:t>.</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Year</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>Cost</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    assert article_from(new_file(tmp_path / "x.docx", _docx_with(body)), settings).text.endswith(
        "It costs much.\n\nYear | Cost"
    )


def test_notes_of_an_open_document_follow_its_text(tmp_path: Path, settings: Settings) -> None:
    import odfdo

    document = odfdo.Document(io.BytesIO(odt_file()))
    paragraph = odfdo.Paragraph("A claim of some weight.")
    paragraph.insert_note(after="claim", note_id="n1", citation="1", body="Its source.")
    document.body.append(paragraph)
    out = io.BytesIO()
    document.save(out)
    article = article_from(new_file(tmp_path / "x.odt", out.getvalue()), settings)
    assert article.text == f"{TEXT}\n\nA claim of some weight.\n\nIts source."


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("x.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "has a password or is an old .doc; save it as .docx"),
        ("x.docx", b"hello", "is not a zip archive that can be read"),
        ("x.docx", zip_file({"a.txt": "x"}), "is not a Word document; save it as .docx again"),
        ("x.docx", zip_file({"word/document.xml": "<w"}), "is not XML that can be read"),
        ("x.docx", zip_file({"word/document.xml": ENTITIES}), "declares entities of its own"),
        ("x.docx", zip_file({"word/document.xml": "<a/>"}), "cannot be read as a Word document"),
        ("x.docx", docx_file()[:3000], "is not a zip archive that can be read"),
        ("x.odt", zip_file({"a.txt": "x"}), "is not an OpenDocument text; save it as .odt again"),
        ("x.odt", zip_file({"content.xml": ENTITIES}), "declares entities of its own"),
        ("x.odt", zip_file({"content.xml": "<a/>"}), "cannot be read as an OpenDocument text"),
        ("x.odt", zip_file({"content.xml": "<a/>", "META-INF/manifest.xml": "<encryption-data/>"}), "has a password"),
        ("x.rtf", b"no rtf", "is not RTF; save it as .rtf again, or as .txt"),
        ("x.rtf", rb"{\rtf1 }", "holds no text; are its pages pictures?"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, name: str, data: bytes, why: str
) -> None:
    assert why in failure_reason(new_file(tmp_path / name, data), settings)


def test_a_text_without_a_title_of_its_own_has_the_name_of_its_file(tmp_path: Path, settings: Settings) -> None:
    article = article_from(new_file(tmp_path / "the-name.docx", docx_file(title="")), settings)
    assert article.title in ("the-name", PROSE[0])
