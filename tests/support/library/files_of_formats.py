"""One small file of each readable format, made by other libraries or written by hand, and what has to be read of it."""

import io
import json
import mailbox
import zipfile
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.support.library.sources import PDF_LINES, PROSE, TEXT, new_file, text_pdf
from tests.support.servers.web_site import html_page

RTF_PARAGRAPHS = r"\par ".join(PROSE)


def docx_file(title: str = "The Price of Delay", author: str = "Ada Brookfield", byline: str = "") -> bytes:
    """A Word document of PROSE by python-docx, with a title in the style Title."""
    import docx

    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, author
    document.add_heading(title, 0)
    for paragraph in ([byline] if byline else []) + list(PROSE):
        document.add_paragraph(paragraph)
    return _saved(document)


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def odt_file(title: str = "The Price of Delay", author: str = "Ada Brookfield") -> bytes:
    """An OpenDocument text of PROSE by odfdo."""
    import odfdo

    document = odfdo.Document("text")
    document.body.clear()
    document.meta.title, document.meta.initial_creator = title, author
    document.body.append(odfdo.Header(1, title))
    for paragraph in PROSE:
        document.body.append(odfdo.Paragraph(paragraph))
    return _saved(document)


def rtf_file(title: str = "The Price of Delay", author: str = "Ada Brookfield") -> bytes:
    """An RTF document as Word writes it: properties, fonts, a byte of Windows-1252, a character by its number."""
    return (
        rf"{{\rtf1\ansi\ansicpg1252{{\info{{\title {title}}}{{\author {author}}}}}{{\fonttbl{{\f0 Times;}}}}"
        rf"\pard\f0 {title}\par {RTF_PARAGRAPHS}\par A caf\'e9, \u8220?quoted\u8221?.\par}}"
    ).encode("ascii")


def epub_file(chapters: tuple[tuple[str, str], ...], *, author: str = "Ada Brookfield", extra: str = "") -> bytes:
    """An EPUB 3 of a cover and `chapters` (title, XHTML of the body), with a navigation document."""
    names = [f"chapter{number}.xhtml" for number in range(1, len(chapters) + 1)]
    manifest = "".join(f'<item id="c{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in names)
    spine = "".join(f'<itemref idref="c{n}"/>' for n in names)
    links = "".join(f'<li><a href="{n}#top">{title}</a></li>' for n, (title, _) in zip(names, chapters, strict=True))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Essays on Delay</dc:title>'
        f"<dc:creator>{author}</dc:creator><dc:date>2024-06-30</dc:date>{extra}</metadata><manifest>"
        '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        f'<item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/>{manifest}</manifest>'
        f'<spine><itemref idref="cover"/><itemref idref="nav"/>{spine}</spine></package>'
    )
    head = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
        ),
        "OEBPS/book.opf": package,
        "OEBPS/nav.xhtml": f'{head}<nav epub:type="toc"><ol>{links}</ol></nav></body></html>',
        "OEBPS/cover.xhtml": f'{head}<section epub:type="cover"><img src="x.png" alt=""/></section></body></html>',
        **{f"OEBPS/{n}": f"{head}{body}</body></html>" for n, (_, body) in zip(names, chapters, strict=True)},
    }
    return zip_file(files)


def zip_file(files: dict[str, str | bytes]) -> bytes:
    """A zip archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def paragraphs(*texts: str) -> str:
    """The texts as paragraphs of HTML."""
    return "".join(f"<p>{text}</p>" for text in texts)


def message(
    subject: str = "The Price of Delay",
    sender: str = "Ada Brookfield <ada@review.example>",
    plain: str | None = TEXT,
    html: str | None = None,
    **headers: str,
) -> EmailMessage:
    """An e-mail message by the standard library."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "reader@home.example", subject
    mail["Date"], mail["Message-ID"] = "Sat, 08 Jun 2024 22:30:00 -0700", f"<{len(subject)}@review.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if plain is not None:
        mail.set_content(plain)
    if html is not None:
        mail.add_alternative(html, subtype="html") if plain is not None else mail.set_content(html, subtype="html")
    return mail


def mhtml_file(address: str = "https://review.example/delay", page: str | None = None) -> bytes:
    """A page as Chromium saves it in one file."""
    mail = EmailMessage()
    mail["From"], mail["Snapshot-Content-Location"] = "<Saved by Blink>", address
    mail["Subject"] = "The Price of Delay"
    mail.make_related()
    mail.add_related((page or html_page()).encode(), "text", "html", cte="quoted-printable")
    mail.add_related(b"\x89PNG", "image", "png")
    return bytes(mail)


def mbox_file(path: Path, messages: list[EmailMessage]) -> Path:
    """The mailbox `path` of these messages, by the standard library."""
    box = mailbox.mbox(path)
    for mail in messages:
        box.add(mail)
    box.close()
    return path


RIS = """TY  - NEWS
TI  - A Bill Comes Due
AU  - Brookfield, Ada
T2  - The Review
DA  - 2024/06/30/
UR  - https://review.example/bill
KW  - debt
L1  - files/7/bill.pdf
ER  -
"""
BIBTEX = r"""@article{brookfield_2024, title = {A {Bill} of caf\'es}, author = {Brookfield, Ada and Okoye, Ben},
  journaltitle = {The Review}, date = {2024-06-29}, url = {https://review.example/cafe_bill},
  file = {Full Text:files/8/cafe.txt:text/plain}}
"""
FACTIVA = """Opinion
The Bill for Waiting
By ADA BROOKFIELD
812 words
28 June 2024
The Review
REVW
English
Copyright 2024 The Review. All rights reserved.

{text}

Document REVW000020240628ek6s0001x
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to write, and the titles of the articles in it."""

    name: str
    content: bytes
    titles: tuple[str, ...]


def samples() -> list[Sample]:
    """One file of each format that holds its text itself, by name."""
    title = ("The Price of Delay",)
    long_body = paragraphs(*PROSE)
    wallabag = [{"title": "Saved", "url": "https://review.example/saved", "content": long_body, "tags": ["debt"]}]
    return [
        Sample("a.md", f"---\ntitle: Markdown\n---\n{TEXT}".encode(), ("Markdown",)),
        Sample("b.txt", f"Plain\n\n{TEXT}".encode(), ("Plain",)),
        Sample("c.html", html_page(title="A page").encode(), ("A page",)),
        Sample("d.pdf", text_pdf([PDF_LINES]), title),
        Sample("e.docx", docx_file("Word"), ("Word",)),
        Sample("f.odt", odt_file("OpenDocument"), ("OpenDocument",)),
        Sample("g.rtf", rtf_file("Rich"), ("Rich",)),
        Sample("h.epub", epub_file((("One", long_body), ("Two", long_body))), ("One", "Two")),
        Sample("i.eml", bytes(message("A letter")), ("A letter",)),
        Sample("k.mhtml", mhtml_file(page=html_page(title="In one file")), ("In one file",)),
        Sample("l.zip", zip_file({"in/x.md": f"# Zipped\n\n{TEXT}"}), ("Zipped",)),
        Sample("m.jsonl", json.dumps({"title": "A line", "text": TEXT}).encode(), ("A line",)),
        Sample("n.json", json.dumps(wallabag).encode(), ("Saved",)),
        Sample("o.csv", f'title,url,text\nA row,https://review.example/row,"{TEXT}"\n'.encode(), ("A row",)),
        Sample("p.ris", RIS.encode(), ("A Bill Comes Due",)),
        Sample("q.bib", BIBTEX.encode(), ("A Bill of cafés",)),
        Sample("r.txt", FACTIVA.format(text=TEXT).encode(), ("The Bill for Waiting",)),
    ]


def folder_of_formats(folder: Path) -> list[str]:
    """Writes every sample into `folder`, with the texts that exports name; returns the titles of their articles."""
    for sample in samples():
        new_file(folder / sample.name, sample.content)
    mbox_file(folder / "j.mbox", [message("First letter"), message("The second letter")])
    for name, content in (("7/bill.pdf", text_pdf([PDF_LINES])), ("8/cafe.txt", f"Bill\n\n{TEXT}".encode())):
        (folder / "files" / name).parent.mkdir(parents=True)
        new_file(folder / "files" / name, content)
    return sorted([title for sample in samples() for title in sample.titles] + ["First letter", "The second letter"])
