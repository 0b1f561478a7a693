"""Bombs: packed pages, PDF streams, mailboxes, saved pages, press downloads. Time and memory stay bounded."""

import gzip
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from rag.errors import ReadError
from rag.readers.fetch import fetch
from rag.readers.pdf import MAX_PAGES, article_from_pdf
from rag.readers.sources import load_articles
from rag.settings import load_settings
from rag.types.ingest import LoadFailure

MEGABYTE = 1_000_000
PAGE = b"<html><body><p>A page of a few words.</p></body></html>"
# Peak memory of a process of its own over what it has after its imports, in megabytes.
MEASURED = """
import resource, sys, pathlib
from rag.errors import ReadError
{imports}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    {read}
    print("read", end=" ")
except ReadError as error:
    print("refused", end=" ")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.fixture(scope="module")
def packed() -> Iterator[tuple[str, dict[str, tuple[str, bytes]]]]:
    """A server whose answers are what the test puts into the dictionary: path to (encoding, bytes)."""
    answers: dict[str, tuple[str, bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            encoding, data = answers[self.path]
            self.send_response(200)
            for name, value in (
                ("Content-Type", "text/html"),
                ("Content-Encoding", encoding),
                ("Content-Length", str(len(data))),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", answers
    server.shutdown()


def _blown(times: int) -> bytes:
    """200 MB of blanks, packed once or twice."""
    data = gzip.compress(b" " * 200 * MEGABYTE, 1, mtime=0)
    return data if times == 1 else gzip.compress(data, mtime=0)


def _measured(imports: str, read: str, **environment: str) -> tuple[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(imports=imports, read=read)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
        check=True,
    )
    outcome, megabytes = done.stdout.split()
    return outcome, int(megabytes)


def test_a_page_that_unpacks_to_gigabytes_is_given_up_at_the_limit(
    packed: tuple[str, dict[str, tuple[str, bytes]]],
) -> None:
    address, answers = packed
    answers["/bomb"] = ("gzip", _blown(1))
    imports = "from rag.readers.fetch import fetch; from rag.settings import load_settings; import httpx"
    read = f"fetch('{address}/bomb', load_settings(max_file_mb=5, fetch_timeout=60))"
    outcome, megabytes = _measured(imports, read, RAG_ALLOW_PRIVATE_URLS="1")
    assert outcome == "refused"
    assert megabytes < 60


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "compress", "gzip;q=1", "identity, gzip"])
def test_a_packing_that_was_not_asked_for_is_refused_unread(
    packed: tuple[str, dict[str, tuple[str, bytes]]], encoding: str
) -> None:
    address, answers = packed
    answers["/other"] = (encoding, _blown(2) if encoding == "gzip, gzip" else b"x")
    with pytest.raises(ReadError, match="against our request"):
        fetch(f"{address}/other", load_settings(allow_private_urls=True, fetch_timeout=60))


def _bare(data: bytes) -> bytes:
    made = zlib.compressobj(wbits=-15)
    return made.compress(data) + made.flush()


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(PAGE, mtime=0)),
        ("x-gzip", gzip.compress(PAGE, mtime=0)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", _bare(PAGE)),
        ("identity", PAGE),
    ],
)
def test_a_page_packed_as_it_says_is_read(
    packed: tuple[str, dict[str, tuple[str, bytes]]], encoding: str, data: bytes
) -> None:
    address, answers = packed
    answers["/page"] = (encoding, data)
    assert fetch(f"{address}/page", load_settings(allow_private_urls=True, fetch_timeout=60)).data == PAGE


@pytest.mark.parametrize("data", [gzip.compress(PAGE, mtime=0)[:-12], PAGE, b"\x1f\x8b\x08" + b"\xff" * 40])
def test_a_page_that_is_not_packed_as_it_says_is_refused(
    packed: tuple[str, dict[str, tuple[str, bytes]]], data: bytes
) -> None:
    address, answers = packed
    answers["/broken"] = ("gzip", data)
    with pytest.raises(ReadError, match=r"is declared as .* and is not|broke off"):
        fetch(f"{address}/broken", load_settings(allow_private_urls=True, fetch_timeout=60))


# -- PDF ---------------------------------------------------------------------------------------------------------------

TEXT = b"BT /F1 12 Tf 72 700 Td (Hello world, this is text.) Tj ET\n"


def _pdf(stream: bytes, filters: bytes, pages: int = 1) -> bytes:
    kids = b" ".join(b"%d 0 R" % (5 + at) for at in range(pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 3 0 R/Resources<</Font<</F1 4 0 R>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(stream), filters, stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *[page] * pages,
    ]
    made, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return (
        made + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(made))
    )


def _packed_often(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


@pytest.mark.parametrize("kind", ["blanks", "text", "predictor", "often"])
def test_a_stream_that_unpacks_to_much_is_refused_in_bounded_memory(tmp_path: Path, kind: str) -> None:
    stream, filters = {
        "blanks": (_packed_often(b" " * 300 * MEGABYTE, 1), b"/Filter/FlateDecode"),
        "text": (_packed_often(TEXT * 1_000_000, 1), b"/Filter/FlateDecode"),
        "predictor": (
            _packed_often(b"\x02" * 60 * MEGABYTE, 1),
            b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 1>>",
        ),
        "often": (_packed_often(b" " * 300 * MEGABYTE, 3), b"/Filter[/FlateDecode/FlateDecode/FlateDecode]"),
    }[kind]
    path = tmp_path / "bomb.pdf"
    path.write_bytes(_pdf(stream, filters))
    imports = "from rag.readers.pdf import article_from_pdf; import pypdf"
    began = time.monotonic()
    outcome, megabytes = _measured(imports, f"article_from_pdf(pathlib.Path({str(path)!r}).read_bytes(), 'a', 'a')")
    assert outcome == "refused"
    assert megabytes < 150
    assert time.monotonic() - began < 60


def test_many_pages_that_draw_one_stream_are_given_up_in_time() -> None:
    """A second here; 60 as it ships. A page that has been begun is read to its end."""
    bomb = _pdf(_packed_often(TEXT * 2_000, 1), b"/Filter/FlateDecode", pages=1_900)
    began = time.process_time()
    with pytest.raises(ReadError, match="takes longer than 1 s to read"):
        article_from_pdf(bomb, "a.pdf", "a", max_seconds=1.0)
    assert time.process_time() - began < 30


def test_pages_without_number_are_refused() -> None:
    with pytest.raises(ReadError, match="more than any article"):
        article_from_pdf(_pdf(TEXT, b"", pages=MAX_PAGES + 1), "a.pdf", "a")


MESSAGE = b"From: Ada <ada@a.example>\nSubject: Ferry\nDate: Fri, 28 Jun 2024 10:00:00 +0000\n"
RELATED = b"From: <Saved>\nContent-Type: multipart/related; boundary=a\n"
PART = b"--a\nContent-Type: text/html\n"
FACTIVA = b"HD  Title\nWC  12 words\nPD  28 June 2024\nSN  Gazette\nLP  x\nDocument ABCD0000202406280000x\n"
# Each is repeated up to BOMB_BYTES: its name, what stands before, what is repeated.
BOMB_BYTES = 2_000_000
BOMBS = [
    ("many.mbox", b"", b"From a@a.example Fri Jun 28 10:00:00 2024\n\nx\n"),
    ("quoted.mbox", b"From a@a.example Fri Jun 28 10:00:00 2024\n" + MESSAGE + b"\n", b"> a line\n"),
    ("deep.eml", MESSAGE + b"\n", b"> "),
    ("wrote.eml", MESSAGE + b"In-Reply-To: <1@a.example>\n\n", b"On Monday, Ada wrote:\n> x\n"),
    ("wrote-in-one-line.eml", MESSAGE + b"In-Reply-To: <1@a.example>\n\n", b"On Mon, Jun 3, 2024 Ada <a@a.example> "),
    ("original.eml", MESSAGE + b"\n", b"-----Original Message-----\n"),
    ("forwarded.eml", MESSAGE + b"\n", b"---------- Forwarded message ---------\nFrom: a\n"),
    ("signatures.eml", MESSAGE + b"\n", b"-- \n"),
    ("blockquotes.eml", MESSAGE + b"Content-Type: text/html\n\n", b"<blockquote type=cite>"),
    ("parts.mhtml", RELATED + b"\n", PART + b"\n<p>x\n"),
    ("boundaries.mhtml", RELATED + b"\n", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
    ("base64.mhtml", RELATED + b"\n" + PART + b"Content-Transfer-Encoding: base64\n\n", b"PHA+eDwvcD4=\n"),
    ("quoted-printable.mhtml", RELATED + b"\n" + PART + b"Content-Transfer-Encoding: quoted-printable\n\n", b"=\n=3D"),
    ("addresses.mhtml", RELATED, b"Snapshot-Content-Location: x\n"),
    ("lexisnexis.txt", b"", b"1 of 2 DOCUMENTS\n\nHerald\n\nJune 28, 2024\n\nTitle\n\nLENGTH: 9 words\n\nBODY:\nx\n\n"),
    ("lexisnexis-ends.txt", b"", b"Title\nThe Gazette\nJune 28, 2024\nLength: 9 words\nBody\nx\nEnd of Document\n"),
    ("factiva.txt", b"", FACTIVA),
    ("factiva-codes.txt", b"", b"HD  x\n"),
    ("proquest.txt", b"ProQuest\n", b"____________________________________________________________\nTitle: T\n"
     b"Publication info: Gazette; June 28, 2024\nFull text: x\n"),
    ("proquest-fields.txt", b"ProQuest\n", b"Publication info: "),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "repeated"), BOMBS, ids=[name for name, _, _ in BOMBS])
def test_mail_saved_pages_and_press_downloads_are_read_in_bounded_time_and_memory(
    tmp_path: Path, name: str, before: bytes, repeated: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(before + repeated * (BOMB_BYTES // len(repeated)))
    imports = (
        "import time; from rag.readers.sources import load_articles; from rag.settings import load_settings; "
        "import trafilatura, htmldate, mailparser_reply; settings = load_settings()"
    )
    read = f"""
    for count, _ in enumerate(load_articles([{str(path)!r}], settings)):
        if count > 100_000: break
    assert time.process_time() < 30, time.process_time()"""
    outcome, megabytes = _measured(imports, read)
    assert outcome == "read"
    assert megabytes < 300


@pytest.mark.parametrize(
    ("name", "before", "repeated", "why"),
    [
        ("parts.mhtml", RELATED + b"\n", PART + b"\n<p>x\n", "parts, more than any message"),
        ("factiva.txt", b"", FACTIVA, "has more than 5,000 articles; split it"),
    ],
)
def test_what_is_too_much_is_refused_in_one_line(
    tmp_path: Path, name: str, before: bytes, repeated: bytes, why: str
) -> None:
    path = tmp_path / name
    path.write_bytes(before + repeated * (BOMB_BYTES // len(repeated)))
    (failure,) = load_articles([path], load_settings())
    assert isinstance(failure, LoadFailure)
    assert why in failure.why
