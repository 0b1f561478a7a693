"""Encodings: every usual one is decoded to the same text, and bytes that are not text are refused in one line."""

from pathlib import Path

import pytest

from rag.readers.encoding import decode_text
from rag.settings import Settings
from tests.support.library.sources import article_from, failure_reason, new_file

ACCENTED = "The Minister’s Résumé\n\nA naïve café owner – in Zürich, of course – said “it’s over”. He paid €5.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_in_each_usual_encoding_is_decoded_to_the_same_text(
    tmp_path: Path, settings: Settings, encoding: str
) -> None:
    article = article_from(new_file(tmp_path / "x.txt", ACCENTED.encode(encoding)), settings)
    assert article.title == "The Minister’s Résumé"
    assert article.text == ACCENTED.split("\n\n")[1].rstrip()


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("ISO-8859-1", "cp1252", "“Élysée” – voilà."),
        ("latin-1", "cp1252", "“Élysée” – voilà."),
        ("iso-8859-9", "cp1254", "“Şimdi” – İstanbul’da ağır bir gün."),
        ("shift_jis", "cp932", "①番目の声明、髙橋大臣。"),
        ("gb2312", "gbk", "朱镕基總理說。"),
        ("x-cp1251", "cp1251", "Президент заявил."),
        ("cp437", "cp437", "naïve café ½"),
        ("replacement", "cp1252", "A naïve café."),
        ("x-user-defined", "cp1252", "A naïve café."),
    ],
)
def test_a_declared_label_means_what_browsers_understand_by_it(label: str, codec: str, text: str) -> None:
    assert decode_text(text.encode(codec), "a page", label) == text


@pytest.mark.parametrize(
    "text", ["It’s over.", "A café in Plain English.", "¿Qué pasará mañana? El presidente señaló que no.", "Élysée"]
)
def test_a_short_western_text_is_not_decoded_as_another_script(tmp_path: Path, settings: Settings, text: str) -> None:
    assert article_from(new_file(tmp_path / "x.txt", f"T\n\n{text}".encode("cp1252")), settings).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Президент заявил, что инфляция снизилась. Что будет завтра?", "cp1251"),
        ("大統領は声明を発表した。経済は回復しているという見方もある。", "shift_jis"),
    ],
)
def test_other_scripts_are_detected_by_their_bytes(
    tmp_path: Path, settings: Settings, text: str, encoding: str
) -> None:
    path = new_file(tmp_path / "x.txt", ("\n\n".join(["T"] + [text] * 3)).encode(encoding))
    assert article_from(path, settings).text == "\n\n".join([text] * 3)


def test_utf_8_with_a_broken_byte_is_refused_and_not_decoded_otherwise(tmp_path: Path, settings: Settings) -> None:
    path = new_file(tmp_path / "x.txt", (ACCENTED * 3).encode() + b"\nA broken \xe9 one")
    assert "is UTF-8 with a broken character in line 11" in failure_reason(path, settings)


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
        (b"\xff\xfeT", "begins with the byte order mark of utf-16 and is not utf-16"),
        ("Title\n\nBy Jane Doe\n\n3 minute read\n", "nothing but a title and boilerplate"),
    ],
    ids=["empty", "blanks", "wide blanks", "nul", "late nul", "escape", "png", "half utf-16", "boilerplate"],
)
def test_a_file_that_is_not_text_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, content: str | bytes, why: str
) -> None:
    assert why in failure_reason(new_file(tmp_path / "x.txt", content), settings)
