"""Sources of articles to load, and the one result of loading such a source."""

import json
from pathlib import Path
from typing import Any

from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.article import Article
from rag.types.ingest import LoadedArticle, LoadFailure

PROSE = (
    "Governments that wait for a better moment to pay for their defence find that the moment has passed by then.",
    "What they refused to pay at first they pay later, and with it the price of the years in which they waited.",
    "No minister has said so in public, which is one more reason to write it down here for those who come after.",
)
TEXT = "\n\n".join(PROSE)

PDF_LINES = [
    "The Price of Delay",
    "Governments that wait for a better moment to pay for their defence usu-",
    "ally find that the moment has passed and that the bill is larger than the one",
    "they had refused. It is a well-known rule, and the naïve (there are some) do not be-",
    "lieve it.",
    "A second paragraph speaks of the café, of the \u2013 as always \u2013 late, and of a well-",
    "known minister who had never spoken to the others before this spring.",
]
PDF_TEXT = (
    "Governments that wait for a better moment to pay for their defence usually find that the moment has passed and "
    "that the bill is larger than the one they had refused. It is a well-known rule, and the naïve (there are some) do "
    "not believe it.\n\nA second paragraph speaks of the café, of the – as always – late, and of a well-known minister "
    "who had never spoken to the others before this spring."
)


def new_file(path: Path, content: str | bytes) -> Path:
    """The file `path` with `content`, text as UTF-8."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def loaded_article(source: Path | str, settings: Settings) -> LoadedArticle:
    """The one article of `source`, with its origin; fails if there is another result."""
    results = list(load_articles([source], settings))
    assert len(results) == 1, results
    assert isinstance(results[0], LoadedArticle), results[0]
    return results[0]


def article_from(source: Path | str, settings: Settings) -> Article:
    """The one article of `source`; fails if there is another result."""
    return loaded_article(source, settings).article


def failure_reason(source: Path | str, settings: Settings) -> str:
    """The one line that says why `source` gives no article; fails if there is another result."""
    results = list(load_articles([source], settings))
    assert len(results) == 1, results
    failure = results[0]
    assert isinstance(failure, LoadFailure), failure
    assert "\n" not in failure.why
    if "://" in str(source):
        assert failure.what == source
    return failure.why


def json_line(number: int, **fields: Any) -> str:
    """The line of JSON Lines of the small article a<number>, with `fields` in place of its own."""
    return json.dumps({"id": f"a{number}", "title": f"T {number}", "text": f"Text {number}.", **fields})


def text_pdf(pages: list[list[str]], **metadata: str) -> bytes:
    """A PDF of text pages, written by hand: catalogue, pages, one font, and a content stream of lines a page."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    entries = " ".join(f"/{key} ({value})" for key, value in metadata.items())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {entries} >>".encode("latin-1"),
    ]
    for number, lines in enumerate(pages):
        strings = [line.translate({92: "\\\\", 40: "\\(", 41: "\\)"}).encode("cp1252") for line in lines]
        stream = b"BT /F1 11 Tf 14 TL 72 720 Td " + b" ".join(b"(" + line + b") Tj T*" for line in strings) + b" ET"
        resources = "/MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R {resources} /Contents {6 + 2 * number} 0 R >>".encode(),
            f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
        ]
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()
