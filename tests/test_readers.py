"""Files and folders into articles: what is kept, what is left out, and one plain line for whatever cannot be read."""

import io
import json
import os
import subprocess
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag.home import Home
from rag.readers import Reading, Unreadable, count, read
from rag.settings import Settings, load_settings
from tests.conftest import shared
from tests.corpora import article, write_jsonl

PROSE = (
    "Governments that wait for a better moment to pay for their defence find that the moment has passed by then.",
    "What they refused to pay at first they pay later, and with it the price of the years in which they waited.",
    "No minister has said so in public, which is one more reason to write it down here for those who come after.",
)
TEXT = "\n\n".join(PROSE)
as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything, so nothing can be withheld from it")


def _one(path: Path | str, settings: Settings) -> Reading:
    found = list(read([path], settings))
    assert len(found) == 1, found
    assert isinstance(found[0], Reading), found[0]
    return found[0]


def _why(path: Path | str, settings: Settings) -> str:
    """The one line that says why `path` gives no article."""
    found = list(read([path], settings))
    assert len(found) == 1, found
    assert isinstance(found[0], Unreadable), found[0]
    assert "\n" not in found[0].why
    return found[0].why


def _write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


# -- Markdown ----------------------------------------------------------------------------------------------------------


def test_a_markdown_file_is_its_fields_and_its_body(tmp_path: Path, settings: Settings) -> None:
    head = "---\ntitle: Delay\nauthor: Jane Doe\nsource: The Review\npublished: 2024-06-30\ntopics: [a, b]\nurl: https://r.example\n---\n"
    path = _write(tmp_path / "Some File.md", head + TEXT)
    found = _one(path, settings)
    assert found.article.id == "some-file"
    assert (found.origin, found.named) == (str(path), False)
    assert (found.article.title, found.article.author, found.article.source) == ("Delay", "Jane Doe", "The Review")
    assert (found.article.published, found.article.topics) == (date(2024, 6, 30), ("a", "b"))
    assert (found.article.url, found.article.text) == ("https://r.example", TEXT)


def test_an_id_of_its_own_is_said_to_be_named(tmp_path: Path, settings: Settings) -> None:
    found = _one(_write(tmp_path / "x.md", "---\nid: Its Own\ntitle: T\n---\nText.\n"), settings)
    assert (found.article.id, found.named) == ("Its Own", True)


def test_a_body_is_kept_to_the_character(tmp_path: Path, settings: Settings) -> None:
    body = "\r\nFirst\xa0line  \r\n\r\n  indented\ttab \n\n3 minute read\n\nBy Jo Doe\n\nShare\n\u2028\ufb01 e\u0301 \n"
    assert _one(_write(tmp_path / "x.md", "---\ntitle: T\n---\n" + body), settings).article.text == body


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The Heading #\r\n\r\nText.\r\n", "The Heading"),
        ("Some text first.\n\n## A later heading\n\nMore.\n", "A later heading"),
        ("No heading at all, and #hashtags are none.\n", "the-file"),
    ],
)
def test_without_front_matter_the_first_heading_or_the_file_names_it(
    tmp_path: Path, settings: Settings, text: str, title: str
) -> None:
    found = _one(_write(tmp_path / "the-file.md", text), settings)
    assert (found.article.title, found.article.text) == (title, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\nauthor: x\n---\nText", "has no title; add `title: …`"),
        ("---\ntitle: T\nauthor: a: b\n---\nText", "line 3 is not YAML"),
        ("---\ntitle: T\n\nText without an end of the fields\n", "the front matter is not closed"),
        ("---\ntitle: T\npublished: soon\n---\nText", "`published: soon` is not a date; write it as 2024-06-30"),
        ("---\ntitle: T\n---\n\n  \n", "has fields and no text"),
        ("---\ntitle: T\n---\n\nfine\nwith \x07 bell", "line 6 of the text holds the control character U+0007"),
        ("---\ntitle: \x07\n---\n\nfine", "line 2 of the text holds the control character U+0007"),
    ],
)
def test_wrong_markdown_is_refused_in_one_line(tmp_path: Path, settings: Settings, text: str, why: str) -> None:
    assert why in _why(_write(tmp_path / "x.md", text), settings)


def test_a_heading_of_many_blanks_takes_no_time(tmp_path: Path, settings: Settings) -> None:
    began = time.monotonic()
    assert _one(_write(tmp_path / "x.md", "# a" + " " * 2_000_000 + "b\n\nText."), settings).article.title == "a b"
    assert time.monotonic() - began < 3


# -- plain text --------------------------------------------------------------------------------------------------------


def test_the_first_line_of_a_text_is_its_title(tmp_path: Path, settings: Settings) -> None:
    found = _one(_write(tmp_path / "x.txt", f"\n\n  The   Title \r\n\r\n{TEXT}\n"), settings)
    assert (found.article.title, found.article.text, found.article.id) == ("The Title", TEXT, "x")


def test_a_text_whose_first_line_is_a_paragraph_loses_nothing(tmp_path: Path, settings: Settings) -> None:
    long = "A first paragraph that goes on and on. " * 8
    found = _one(_write(tmp_path / "the-name.txt", f"{long}\n\n{TEXT}"), settings)
    assert (found.article.title, found.article.text) == ("the-name", f"{long}\n\n{TEXT}")
    alone = _one(_write(tmp_path / "alone.txt", PROSE[0]), settings)
    assert (alone.article.title, alone.article.text) == ("alone", PROSE[0])


def test_the_boilerplate_around_a_pasted_column_is_left_out(settings: Settings) -> None:
    found = _one(shared("articles/putin-kim-connection.txt"), settings)
    assert (found.article.id, found.article.author, found.article.source) == (
        "putin-kim-connection",
        "Ian Bremmer",
        "TIME",
    )
    assert found.article.text.startswith("Vladimir Putin’s recent trip")
    assert found.article.text.endswith("that’s the worst news of all.")


ACCENTED = "The Minister’s Résumé\n\nA naïve café owner – in Zürich, of course – said “it’s over”. He paid €5.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_in_the_usual_encodings_comes_out_the_same(tmp_path: Path, settings: Settings, encoding: str) -> None:
    found = _one(_write(tmp_path / "x.txt", ACCENTED.encode(encoding)), settings)
    assert found.article.title == "The Minister’s Résumé"
    assert found.article.text == ACCENTED.split("\n\n")[1].rstrip()


@pytest.mark.parametrize(
    "text", ["It’s over.", "A café in Plain English.", "¿Qué pasará mañana? El presidente señaló que no.", "Élysée"]
)
def test_a_short_western_text_is_not_taken_for_another_script(tmp_path: Path, settings: Settings, text: str) -> None:
    assert _one(_write(tmp_path / "x.txt", f"T\n\n{text}".encode("cp1252")), settings).article.text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Президент заявил, что инфляция снизилась. Что будет завтра?", "cp1251"),
        ("大統領は声明を発表した。経済は回復しているという見方もある。", "shift_jis"),
    ],
)
def test_other_scripts_are_told_by_their_bytes(tmp_path: Path, settings: Settings, text: str, encoding: str) -> None:
    path = _write(tmp_path / "x.txt", ("\n\n".join(["T"] + [text] * 3)).encode(encoding))
    assert _one(path, settings).article.text == "\n\n".join([text] * 3)


def test_utf_8_with_one_broken_byte_is_refused_and_not_read_as_another_encoding(
    tmp_path: Path, settings: Settings
) -> None:
    path = _write(tmp_path / "x.txt", (ACCENTED * 3).encode() + b"\nA broken \xe9 one")
    assert "is UTF-8 with a broken character in line 11" in _why(path, settings)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \r\n\t \n", "is empty"),
        ("\ufeff \xa0\u2003\n".encode(), "is empty"),
        (b"Title\n\nNul \x00 here", "it holds NUL bytes"),
        (b"Title\n\n" + b"x" * 70_000 + b"\x00", "line 3 of the text holds the control character U+0000"),
        (b"Title\n\nAn escape \x1b[31m here", "line 3 of the text holds the control character U+001B"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00" + bytes(range(256)) * 20, "is not text"),
        (b"\xff\xfeT", "begins as utf-16 and does not go on so"),
        ("Title\n\nBy Jane Doe\n\n3 minute read\n", "nothing but a title and boilerplate"),
    ],
    ids=["empty", "blanks", "wide blanks", "nul", "late nul", "escape", "png", "half utf-16", "boilerplate"],
)
def test_what_is_no_text_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, content: str | bytes, why: str
) -> None:
    assert why in _why(_write(tmp_path / "x.txt", content), settings)


# -- sizes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["big.txt", "big.md", "big.html", "big.pdf", "big.jsonl"])
def test_a_file_over_the_limit_is_refused_at_once(tmp_path: Path, settings: Settings, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(50_000_000)
    began = time.monotonic()
    assert "larger than 20 MB" in (why := _why(path, settings)) or "longer than 20 MB" in why
    assert "split it, or raise RAG_MAX_FILE_MB" in why
    assert time.monotonic() - began < 2


def test_one_line_of_megabytes_just_under_the_limit_is_read(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", max_file_mb=5)
    line = "A sentence among many others. " * 166_000
    began = time.monotonic()
    for name in ("line.txt", "line.md"):
        found = _one(_write(tmp_path / name, line), settings)
        assert (found.article.title, found.article.text) == ("line", line)
    assert time.monotonic() - began < 5
    over = load_settings(home=tmp_path / "home", max_file_mb=4.9)
    assert "larger than 4.9 MB (5.0)" in _why(tmp_path / "line.txt", over)


# -- paths and folders -------------------------------------------------------------------------------------------------


def test_a_folder_gives_its_articles_in_order_without_what_is_hidden(tmp_path: Path, settings: Settings) -> None:
    for name in (
        "b.md",
        "a/z.txt",
        "a/deep/er/y.MD",
        ".hidden.md",
        ".git/c.md",
        "picture.png",
        "c.markdown",
        "notes.docx",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        _write(tmp_path / name, f"Title\n\n{TEXT}")
    found = [one.article.id for one in read([tmp_path], settings) if isinstance(one, Reading)]
    assert found == ["y", "z", "b", "c"]
    assert count([tmp_path]) == 4


def test_links_to_files_are_read_and_links_to_folders_are_not_followed(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "in").mkdir()
    _write(tmp_path / "outside.md", f"# Outside\n\n{TEXT}")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "linked.md").symlink_to(tmp_path / "outside.md")
    (tmp_path / "in" / "broken.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / "in" / "itself.md").symlink_to(tmp_path / "in" / "itself.md")
    found = _one(tmp_path / "in", settings)
    assert (found.article.id, found.origin) == ("linked", str(tmp_path / "outside.md"))
    assert "no such file or folder" in _why(tmp_path / "in" / "itself.md", settings)


def test_a_folder_deeper_than_python_recurses_is_read(tmp_path: Path, settings: Settings) -> None:
    back = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1_000):
            Path("d").mkdir()
            os.chdir("d")
        Path("x.md").write_text(f"# T\n\n{TEXT}")
        assert _one(tmp_path, settings).article.id == "x"
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
def test_a_path_to_nothing_is_said_to_be_one(settings: Settings, source: str, why: str) -> None:
    assert why in _why(source, settings)
    assert count([source]) == 1


def test_a_folder_with_nothing_to_read_says_what_can_be_read(tmp_path: Path, settings: Settings) -> None:
    _write(tmp_path / "picture.png", b"\x89PNG")
    assert _why(tmp_path, settings).startswith("the folder holds no article; readable are .md, .markdown, .txt")


def test_a_kind_that_is_not_read_is_named(tmp_path: Path, settings: Settings) -> None:
    assert "is of a kind that is not read; readable are .md" in _why(_write(tmp_path / "x.docx", b"PK"), settings)


def test_a_pipe_is_not_waited_for(tmp_path: Path, settings: Settings) -> None:
    for name in ("pipe.txt", "pipe.jsonl"):
        os.mkfifo(tmp_path / name)
        assert "is not a regular file" in _why(tmp_path / name, settings)


def test_a_file_name_that_is_not_unicode_is_read_and_can_be_stored(tmp_path: Path, settings: Settings) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        _write(tmp_path / name, PROSE[0])
    except OSError:
        pytest.skip("this file system takes no such name")
    found = _one(tmp_path / name, settings)
    assert found.article.title == "caf\ufffd"
    (found.origin + found.article.title).encode("utf-8")
    assert Home(settings, empty=True).add([tmp_path / name]).added == ["caf"]


@as_root
def test_what_may_not_be_read_is_named_and_the_rest_comes(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "locked").mkdir()
    for name in ("locked/x.md", "a.md", "b.md", "c.jsonl"):
        _write(tmp_path / name, f"# T\n\n{TEXT} {name}")
    try:
        for name in ("locked", "a.md", "c.jsonl"):
            (tmp_path / name).chmod(0)
        found = list(read([tmp_path], settings))
        assert count([tmp_path]) == 4
    finally:
        (tmp_path / "locked").chmod(0o700)
    refused = {Path(one.what).name: one.why for one in found if isinstance(one, Unreadable)}
    assert set(refused) == {"a.md", "c.jsonl", "locked"}
    assert set(refused.values()) == {"cannot be read (Permission denied); check its permissions"}
    assert [one.article.id for one in found if isinstance(one, Reading)] == ["b"]


# -- HTML --------------------------------------------------------------------------------------------------------------

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The Price of Delay | The Review</title>
<meta property="og:title" content="The Price of Delay"><meta property="og:site_name" content="The Review">
<meta name="author" content="Jane Doe"><meta property="article:published_time" content="2024-06-25T06:00:00Z">
<style>p {{ color: red }}</style><script>var tracking = "alert(1)";</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/politics">Politics</a></li></ul></nav>
<header><a href="/">The Review</a></header>
<main><article><h1>The Price of Delay</h1><p class="byline">By Jane Doe</p><p>4 minute read</p>
{paragraphs}
</article></main>
<aside><h3>Most read</h3><ul><li><a href="/cats">Ten things about cats</a></li></ul></aside>
<footer><p>© 2019 The Review. All rights reserved.</p><p>Subscribe to our newsletter</p></footer>
<script>document.write("hostile")</script></body></html>"""


def _page(*paragraphs: str, page: str = PAGE) -> str:
    return page.format(paragraphs="\n".join(f"<p>{one}</p>" for one in paragraphs or PROSE))


def test_a_page_is_its_article_and_what_it_declares(tmp_path: Path, settings: Settings) -> None:
    found = _one(_write(tmp_path / "delay.html", _page()), settings).article
    assert found.text == TEXT
    assert (found.id, found.title, found.author) == ("delay", "The Price of Delay", "Jane Doe")
    assert (found.source, found.published) == ("The Review", date(2024, 6, 25))


def test_a_page_that_declares_no_date_has_none(tmp_path: Path, settings: Settings) -> None:
    """The year in a copyright line is not the day an article came out."""
    page = _page().replace('<meta property="article:published_time" content="2024-06-25T06:00:00Z">', "")
    assert _one(_write(tmp_path / "x.html", page), settings).article.published is None


def test_broken_markup_still_gives_its_text(tmp_path: Path, settings: Settings) -> None:
    page = "<html><body><article><h1>Broken<p>" + "<p>".join(PROSE) + "<div><b><i <table>never closed"
    found = _one(_write(tmp_path / "x.html", page), settings).article
    assert all(paragraph in found.text for paragraph in PROSE)
    assert found.title == "Broken"


@pytest.mark.parametrize(
    "page",
    [
        "<html></html>",
        "<html><head><title>Shop</title></head><body><nav><a href=/>Home</a><a href=/x>Cart</a></nav></body></html>",
        "<html><body><ul>" + "".join(f"<li><a href=/{n}>Link {n}</a></li>" for n in range(50)) + "</ul></body></html>",
        "<html><body><script>"
        + "var text = 'not for reading at all, however long it may be. ';" * 20
        + "</script></body>",
        "<div>" * 50_000 + "<p>deep</p>" + "</div>" * 50_000,
    ],
    ids=["empty", "menu", "links", "script", "deep"],
)
def test_a_page_without_an_article_is_refused(tmp_path: Path, settings: Settings, page: str) -> None:
    assert "holds no article that could be told from the page around it" in _why(
        _write(tmp_path / "x.html", page), settings
    )


def test_a_page_that_is_refused_is_told_of_in_one_line_and_in_no_log(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    for name, data in (("x.html", b"<html></html>"), ("y.html", b"<p>" * 50), ("z.pdf", _pdf([LINES])[:900])):
        assert _why(_write(tmp_path / name, data), settings)
    assert caplog.records == []


def test_a_hostile_page_gives_text_and_nothing_that_runs(tmp_path: Path, settings: Settings) -> None:
    page = _page(
        '<span onclick="steal()">' + PROSE[0] + '</span><script>alert("inline")</script>',
        PROSE[1] + '<iframe src="https://evil.example"></iframe><img src=x onerror="alert(2)">',
        PROSE[2] + " It wrote &lt;script&gt;alert(3)&lt;/script&gt; on the wall.",
    )
    text = _one(_write(tmp_path / "x.html", page), settings).article.text
    assert text == TEXT + " It wrote <script>alert(3)</script> on the wall."


@pytest.mark.parametrize("declared", [True, False])
def test_a_page_in_an_old_encoding_keeps_its_accents(tmp_path: Path, settings: Settings, declared: bool) -> None:
    accented = "The café’s owner – a naïve man – said that it was over, and everybody agreed with him that it was."
    page = _page(accented, *PROSE).replace('<meta charset="utf-8">', '<meta charset="iso-8859-1">' if declared else "")
    found = _one(_write(tmp_path / "x.html", page.encode("cp1252")), settings).article
    assert found.text.startswith(accented)


def test_a_page_with_an_xml_declaration_is_read(tmp_path: Path, settings: Settings) -> None:
    page = '<?xml version="1.0" encoding="iso-8859-1"?>\n' + _page("Père Ubu said so. " + PROSE[0], *PROSE[1:])
    assert "Père Ubu" in _one(_write(tmp_path / "x.htm", page.encode("iso-8859-1", "ignore")), settings).article.text


# -- PDF ---------------------------------------------------------------------------------------------------------------


def _pdf(pages: list[list[str]], **about: str) -> bytes:
    """A PDF of text pages, written by hand: catalogue, pages, one font, and a content stream of lines a page."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    facts = " ".join(f"/{key} ({value})" for key, value in about.items())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {facts} >>".encode("latin-1"),
    ]
    for number, lines in enumerate(pages):
        shown = [line.translate({92: "\\\\", 40: "\\(", 41: "\\)"}).encode("cp1252") for line in lines]
        stream = b"BT /F1 11 Tf 14 TL 72 720 Td " + b" ".join(b"(" + line + b") Tj T*" for line in shown) + b" ET"
        resources = "/MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R {resources} /Contents {6 + 2 * number} 0 R >>".encode(),
            f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
        ]
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


LINES = [
    "The Price of Delay",
    "Governments that wait for a better moment to pay for their defence usu-",
    "ally find that the moment has passed and that the bill is larger than the one",
    "they had refused. It is a well-known rule, and the naïve (there are some) do not be-",
    "lieve it.",
    "A second paragraph speaks of the café, of the \u2013 as always \u2013 late, and of a well-",
    "known minister who had never spoken to the others before this spring.",
]
READ = (
    "Governments that wait for a better moment to pay for their defence usually find that the moment has passed and "
    "that the bill is larger than the one they had refused. It is a well-known rule, and the naïve (there are some) do "
    "not believe it.\n\nA second paragraph speaks of the café, of the – as always – late, and of a well-known minister "
    "who had never spoken to the others before this spring."
)


def _encrypted(data: bytes, user: str) -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(user, "owner", algorithm="RC4-128")  # the one that needs no further library
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_is_read_with_its_words_and_paragraphs_made_whole(tmp_path: Path, settings: Settings) -> None:
    found = _one(_write(tmp_path / "delay.pdf", _pdf([LINES])), settings).article
    assert (found.id, found.title, found.text) == ("delay", "The Price of Delay", READ)


def test_a_pdf_says_who_wrote_it_and_its_own_title_is_not_text(tmp_path: Path, settings: Settings) -> None:
    data = _pdf([LINES], Title="The Price of Delay", Author="Jane  Doe", CreationDate="D:20240625060000Z")
    found = _one(_write(tmp_path / "x.pdf", data), settings).article
    assert (found.title, found.text) == ("The Price of Delay", READ)
    assert (found.author, found.published) == ("Jane Doe", date(2024, 6, 25))


@pytest.mark.parametrize("title", ["Microsoft Word - draft3.docx", "draft.indd", "untitled", " "])
def test_a_title_that_a_program_made_up_is_not_taken(tmp_path: Path, settings: Settings, title: str) -> None:
    assert _one(_write(tmp_path / "x.pdf", _pdf([LINES], Title=title)), settings).article.title == "The Price of Delay"


def test_page_numbers_and_running_titles_do_not_break_sentences(tmp_path: Path, settings: Settings) -> None:
    ends = "and a sentence that does not end at the foot of this page but goes on"
    pages = [[*LINES[:1], ends, "1"], ["THE REVIEW, JUNE", "over the head of the next, and then on", "2"]]
    pages += [["THE REVIEW, JUNE", "to a third page, where it finally finds its end after all of that.", "3"]]
    found = _one(_write(tmp_path / "x.pdf", _pdf(pages)), settings).article
    assert found.title == "The Price of Delay"
    assert found.text == f"{ends} over the head of the next, and then on {pages[2][1]}"


def test_control_characters_in_a_title_are_left_out(tmp_path: Path, settings: Settings) -> None:
    found = _one(_write(tmp_path / "x.pdf", _pdf([LINES], Title="The\x00 Price\x07")), settings).article
    assert found.title == "The Price"


def test_a_pdf_that_asks_for_a_password_is_refused_with_the_way_out(tmp_path: Path, settings: Settings) -> None:
    path = _write(tmp_path / "x.pdf", _encrypted(_pdf([LINES]), user="secret"))
    assert _why(path, settings) == "is encrypted; save a copy without a password and add that"


def test_a_pdf_encrypted_without_a_password_is_read(tmp_path: Path, settings: Settings) -> None:
    assert _one(_write(tmp_path / "x.pdf", _encrypted(_pdf([LINES]), user="")), settings).article.text == READ


def test_a_pdf_in_a_cipher_that_is_not_known_here_is_called_encrypted_and_not_damaged(
    tmp_path: Path, settings: Settings
) -> None:
    """AES needs a library that is not installed with the package; the line must not say that the file is broken."""
    data = _encrypted(_pdf([LINES]), user="secret")
    aes = b"/V 4\n/R 4\n/CF << /StdCF << /CFM /AESV2 /AuthEvent /DocOpen /Length 16 >> >>\n/StmF /StdCF\n/StrF /StdCF"
    assert b"/V 2\n/R 3" in data
    path = _write(tmp_path / "x.pdf", data.replace(b"/V 2\n/R 3", aes))
    assert _why(path, settings) == "is encrypted; save a copy without a password and add that"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (_pdf([[], []]), "holds no text, only pictures of it; run it through text recognition first"),
        (_pdf([["The Title Alone"]], Title="The Title Alone"), "holds nothing but a title and boilerplate"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 30, "cannot be read as a PDF"),
        (b"hello, I am no PDF", "cannot be read as a PDF"),
        (_pdf([LINES])[:700], "cannot be read as a PDF"),
        (_pdf([["A line"]] * 2001), "has 2001 pages, more than any article (2000); split it"),
    ],
    ids=["no text", "title", "garbage", "text", "cut off", "too long"],
)
def test_a_pdf_that_gives_no_article_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, data: bytes, why: str
) -> None:
    assert why in _why(_write(tmp_path / "x.pdf", data), settings)


# -- JSON Lines --------------------------------------------------------------------------------------------------------


def _json(number: int, **more: Any) -> str:
    return json.dumps({"id": f"a{number}", "title": f"T {number}", "text": f"Text {number}.", **more})


def test_json_lines_give_the_articles_that_were_written(tmp_path: Path, settings: Settings) -> None:
    articles = [article(number) for number in range(5)]
    path = write_jsonl(tmp_path / "x.jsonl", articles)
    found = list(read([path], settings))
    assert [one.article for one in found if isinstance(one, Reading)] == articles
    assert [one.origin for one in found if isinstance(one, Reading)] == [f"{path}:{number}" for number in range(1, 6)]
    assert count([path]) == 5


def test_a_text_in_json_is_kept_to_the_character(tmp_path: Path, settings: Settings) -> None:
    text = "\r\n3 minute read\n\nBy Jane Doe\n\n\xa0 e\u0301 \u2028\x85 \U0001f600 trailing  \n\n"
    found = _one(_write(tmp_path / "x.jsonl", "\ufeff" + _json(1, text=text) + "\r\n"), settings)
    assert found.article.text == text


def test_a_broken_line_is_named_and_all_others_come(tmp_path: Path, settings: Settings) -> None:
    lines = [_json(number) for number in range(1, 31)]
    lines[16] = lines[16][:-5]
    path = _write(tmp_path / "x.jsonl", "\n".join(lines))
    found = list(read([path], settings))
    assert [one.what for one in found if isinstance(one, Unreadable)] == [f"{path}:17"]
    assert "is not JSON (Unterminated string" in found[16].why  # type: ignore[union-attr]
    assert "write one object on each line" in found[16].why  # type: ignore[union-attr]
    assert [one.article.id for one in found if isinstance(one, Reading)] == [f"a{n}" for n in range(1, 31) if n != 17]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"[1, 2]", 'is not a JSON object; write {"title": '),
        (b'"text"', "is not a JSON object"),
        (b'{"title": "T"}', "has no `text`; add it"),
        (b'{"title": "T", "text": 7}', "its `text` is not a string"),
        (b'{"title": "T", "text": " "}', "has fields and no text"),
        (b'{"text": "x"}', "has no title"),
        (b'{"title": "T", "text": "x\\ud800"}', "line 1 of the text holds the control character U+D800"),
        (b'{"title": "T", "text": "x\\u0000"}', "line 1 of the text holds the control character U+0000"),
        (b'{"title": "T", "text": "caf\xe9"}', "is not UTF-8; save the file as UTF-8"),
        (b'{"title": "T", "text": "x", "published": "soon"}', "`published: soon` is not a date"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"n": ' + b"1" * 5000 + b"}", "is not JSON"),
    ],
    ids=[
        "list",
        "string",
        "no text",
        "number",
        "blank",
        "no title",
        "surrogate",
        "nul",
        "latin-1",
        "date",
        "deep",
        "digits",
    ],
)
def test_a_line_that_is_no_article_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, line: bytes, why: str
) -> None:
    path = _write(tmp_path / "x.jsonl", b"\n".join([_json(1).encode(), b"", line, _json(2).encode()]))
    found = list(read([path], settings))
    assert [type(one) for one in found] == [Reading, Unreadable, Reading]
    assert isinstance(found[1], Unreadable)
    assert found[1].what == f"{path}:3"
    assert why in found[1].why
    assert "\n" not in found[1].why


def test_a_line_over_the_limit_is_passed_over(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", max_file_mb=0.01)
    path = _write(tmp_path / "x.jsonl", "\n".join([_json(1), _json(2, text="x" * 50_000), _json(3)]))
    found = list(read([path], settings))
    assert [type(one) for one in found] == [Reading, Unreadable, Reading]
    assert "is longer than 0.01 MB; split it, or raise RAG_MAX_FILE_MB" in found[1].why  # type: ignore[union-attr]


@pytest.mark.parametrize("start", ["[\n", "{\n"])
def test_json_that_is_not_by_lines_is_said_once(tmp_path: Path, settings: Settings, start: str) -> None:
    path = _write(tmp_path / "x.jsonl", start + f"  {_json(1)},\n" * 50)
    assert "is one JSON document over many lines; write one object on each line" in _why(path, settings)


@pytest.mark.parametrize("content", ["", "\n\n  \n"])
def test_an_empty_file_of_lines_is_said_to_be_empty(tmp_path: Path, settings: Settings, content: str) -> None:
    assert "is empty" in _why(_write(tmp_path / "x.jsonl", content), settings)


# -- batches -----------------------------------------------------------------------------------------------------------


def test_one_id_with_two_texts_is_refused_the_second_time(tmp_path: Path, settings: Settings) -> None:
    path = _write(tmp_path / "x.jsonl", "\n".join([_json(1), _json(1), _json(1, text="Other."), _json(2)]))
    found = list(read([path], settings))
    assert [type(one) for one in found] == [Reading, Reading, Unreadable, Reading]
    assert isinstance(found[2], Unreadable)
    assert found[2].what == f"{path}:3"
    assert f"the id 'a1' is also that of {path}:1, with other content" in found[2].why


def test_one_id_from_two_files_is_refused_within_a_batch(tmp_path: Path, settings: Settings) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        _write(tmp_path / folder / "column.md", f"# Column\n\nThe text of {folder}.")
    found = list(read([tmp_path / "a", tmp_path / "b", tmp_path / "a" / "column.md"], settings))
    assert [type(one) for one in found] == [Reading, Unreadable, Reading]
    assert str(tmp_path / "a" / "column.md") in found[1].why  # type: ignore[union-attr]


def test_no_bad_source_stops_the_rest_of_a_batch(tmp_path: Path, settings: Settings) -> None:
    good = [_write(tmp_path / f"good{number}.txt", f"T{number}\n\n{TEXT} {number}") for number in range(3)]
    (tmp_path / "empty").mkdir()
    bad: list[str | Path] = [
        tmp_path / "missing.md", "a\0b", "~nobody-of-this-name", "", "ftp://review.example/x", "http://[::1",
        tmp_path / "empty", _write(tmp_path / "x.pdf", b"%PDF"), _write(tmp_path / "x.html", b"<"),
        _write(tmp_path / "x.docx", b"PK"), _write(tmp_path / "x.md", "---\na: [\n---\n"),
        _write(tmp_path / "x.jsonl", "{"), _write(tmp_path / "x.txt", b"\0"),
    ]  # fmt: skip
    sources = [good[0], *bad[:6], good[1], *bad[6:], good[2]]
    found = list(read(sources, settings))
    assert [one.article.id for one in found if isinstance(one, Reading)] == ["good0", "good1", "good2"]
    refused = [one for one in found if isinstance(one, Unreadable)]
    assert len(refused) == len(bad)
    assert all(one.why and "\n" not in one.why for one in refused)
    report = Home(settings, empty=True).add(sources)
    assert (len(report.added), len(report.failed)) == (3, len(bad))
