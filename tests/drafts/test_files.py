"""The text of a draft in a file: to the character, or as the readers extract it."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from rag.drafts.files import read_draft
from rag.errors import ReadError
from rag.settings import Settings
from tests.support.library.sources import text_pdf

WORDS = "House Rules wrote: “Communiqués do not stop tanks.”"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def with_footnote(text: str, note: str) -> bytes:
    """A Word document with a footnote behind its only paragraph, as Word writes it."""
    document = docx.Document()
    document.add_paragraph(text)
    plain = io.BytesIO()
    document.save(plain)
    changed = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            part = source.read(name).decode("utf-8") if name.endswith((".xml", ".rels")) else source.read(name)
            if name == "word/document.xml":
                reference = '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
                part = part.replace("</w:p>", reference, 1)
            if name == "word/_rels/document.xml.rels":
                relation = f'<Relationship Id="rIdNotes" Type="{_RELATION}" Target="footnotes.xml"/></Relationships>'
                part = part.replace("</Relationships>", relation)
            target.writestr(name, part)
        target.writestr(
            "word/footnotes.xml",
            f'<w:footnotes {_NAMESPACE}><w:footnote w:id="2"><w:p><w:r><w:t>{note}</w:t></w:r></w:p></w:footnote>'
            "</w:footnotes>",
        )
    return changed.getvalue()


def test_a_word_draft_keeps_the_marks_of_its_footnotes(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "draft.docx"
    path.write_bytes(with_footnote(WORDS, "House Rules, June 2024."))
    lines = [line for line in read_draft(path, settings).splitlines() if line.strip()]
    assert lines[0] == f"{WORDS}[1]"
    assert lines[1].startswith("[1] House Rules, June 2024.")


@pytest.mark.parametrize("page", [f"<p>{WORDS}</p>", f"<html><body><h1>A note</h1><p>{WORDS}</p></body></html>"])
def test_a_short_page_is_a_draft(tmp_path: Path, settings: Settings, page: str) -> None:
    path = tmp_path / "draft.html"
    path.write_text(f'<meta charset="utf-8">{page}<script>hidden()</script>', encoding="utf-8")
    text = read_draft(path, settings)
    assert WORDS in text
    assert "hidden" not in text


def test_a_pdf_is_a_draft(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "draft.pdf"
    filler = ["The weather in the mountains was mild, and the guests walked along the lake."] * 4
    path.write_bytes(text_pdf([[*filler, "House Rules wrote: “Communiqués do not stop tanks.”"]]))
    assert "Communiqués do not stop tanks" in read_draft(path, settings)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.docx", b"no archive", "zip archive"), ("a.html", b"<p></p>", "no text"), ("a.pdf", b"%PDF-1.4", "a.pdf"),
        ("a.md", b"\n \n", "empty"), ("a.txt", b"\x00\x01\x02" * 100, "a.txt"),
    ],
)  # fmt: skip
def test_what_has_no_text_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, name: str, data: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ReadError, match=message) as refusal:
        read_draft(path, settings)
    assert "\n" not in str(refusal.value)
