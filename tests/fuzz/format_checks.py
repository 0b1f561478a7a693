"""Checks of the readers of files: whatever the bytes, each result can be stored or is a refusal of one line."""

import io
import zipfile
from functools import cache

from hypothesis import strategies as st

from rag.readers.fetch import fetch
from rag.readers.formats.loading import FileLoader
from rag.readers.parsing.source_file import file_in_memory
from rag.settings import Settings, load_settings
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.fuzz.inputs import texts
from tests.fuzz.reader_checks import assert_storable
from tests.support.library import files_of_formats as files
from tests.support.library.sources import TEXT, text_pdf

_PIECES = (
    "TY  - NEWS\n", "ER  - \n", "L1  - ../x.txt\n", "TI  - ", "@article{a, ", "title = {", 'author = "', " and ", "}",
    "{\\'e}", "\\", "$", "title,url,text\n", '"', ";", ",", "\n", "[{", '"title": ', '"text": "x"', "}]", "null",
    "<p>", "</p>", "<table><tr><td>", "<br", "style='display:none'", "<!DOCTYPE a [", "<!ENTITY", "]>", "&#0;",
    "From: ", "Content-Type: multipart/mixed; boundary=a\n", "--a\n", "--a--\n", "=?utf-8?q?=", "?=",
    "Content-Transfer-Encoding: base64\n", "From x\n\n", "\n> ", "On Monday Ada wrote:\n", "HD  ", "12 words\n",
    "Document ABCD0000202406280000x\n", "Body\n", "End of Document\n", "1 of 2 DOCUMENTS\n", "Full text: ",
    "Publication info: ", "ProQuest\n", "June 28, 2024\n", "{\\rtf1 ", "\\par ", "\\'e9", "\\u8220?", "\\bin9 ",
    "\\ansicpg", "{\\*",
)  # fmt: skip
# The texts of formats that are text: what begins them, so that they are recognised, then pieces of all of them.
TEXT_FILES = st.tuples(
    st.sampled_from(
        ("x.ris", "x.bib", "x.csv", "x.json", "x.opml", "x.eml", "x.mbox", "x.mhtml", "x.rtf", "x.txt", "x.html")
    ),
    st.lists(st.one_of(st.sampled_from(_PIECES), texts(3)), max_size=30).map("".join),
)
# The files of formats that are binary, of which bytes are changed.
CHANGED_FILES = st.tuples(
    st.sampled_from(("x.docx", "x.odt", "x.epub", "x.zip", "x.rtf", "x.eml", "x.mhtml", "x.ris", "x.bib")),
    st.lists(st.tuples(st.integers(0, 1 << 30), st.integers(0, 255)), max_size=6),
    st.booleans(),
)
_STARTS = {"x.ris": "TY  - NEWS\n", "x.opml": "<opml>", "x.rtf": "{\\rtf1 ", "x.mbox": "From a\n", "x.eml": "From: a\n"}


@cache
def _settings() -> Settings:
    return load_settings(max_file_mb=1)


@cache
def _whole_file(name: str) -> bytes:
    body = files.paragraphs(TEXT)
    made = {
        "x.docx": files.docx_file, "x.odt": files.odt_file, "x.rtf": files.rtf_file, "x.mhtml": files.mhtml_file,
        "x.epub": lambda: files.epub_file((("One", body), ("Two", body))),
        "x.zip": lambda: files.zip_file({"a.txt": f"Title\n\n{TEXT}", "b.pdf": text_pdf([["A title", TEXT]])}),
        "x.eml": lambda: bytes(files.message(html=f"<html><body>{body}</body></html>", In_Reply_To="<1@a.example>")),
        "x.ris": files.RIS.encode, "x.bib": files.BIBTEX.encode,
    }  # fmt: skip
    return made[name]()


def check_text_file(named_text: tuple[str, str]) -> None:
    name, text = named_text
    check_file(name, (_STARTS.get(name, "") + text).encode("utf-8", "surrogatepass"))


def check_changed_file(change: tuple[str, list[tuple[int, int]], bool]) -> None:
    """Changes bytes of a file, or of what is packed in it."""
    name, changes, is_inside = change
    data = _whole_file(name)
    if is_inside and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members: dict[str, str | bytes] = {member: archive.read(member) for member in archive.namelist()}
        for position, value in changes:
            member = sorted(members)[position % len(members)]
            content = members[member]
            assert isinstance(content, bytes)
            members[member] = _changed(content, position // len(members), value)
        data = files.zip_file(members)
    else:
        for position, value in changes:
            data = _changed(data, position, value)
    check_file(name, data)


def _changed(data: bytes, position: int, value: int) -> bytes:
    """`data` with a byte changed, or, for a small value, with some bytes left out."""
    place = position % max(1, len(data))
    return data[:place] + (bytes([value]) + data[place + 1 :] if value > 20 else data[place + value :])


def check_file(name: str, data: bytes) -> None:
    loader = FileLoader(_settings(), follow_links=False, fetch_page=fetch)
    for result in loader.load_source_file(file_in_memory(name, data)):
        if isinstance(result, LoadedArticle):
            assert_storable(result.article)
            result.origin.encode("utf-8")
        else:
            assert isinstance(result, LoadFailure)
            assert result.why.strip()
            assert len(f"{result.what}: {result.why}".splitlines()) == 1
            assert "Traceback" not in result.why
