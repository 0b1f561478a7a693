"""PDFs: words and paragraphs are joined, running lines left out, and what has no text is refused in one line."""

import io
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag.readers.pdf import article_from_pdf
from rag.settings import Settings
from tests.fuzz.inputs import one_page_pdf
from tests.support.library.sources import PDF_LINES, PDF_TEXT, article_from, failure_reason, new_file, text_pdf
from tests.support.planted_errors import PLANTED_ERRORS, PlantedNumber


def _encrypted(data: bytes, user: str, algorithm: str = "RC4-128") -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(user, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_broken_words_and_lines_are_joined_into_paragraphs(tmp_path: Path, settings: Settings) -> None:
    article = article_from(new_file(tmp_path / "delay.pdf", text_pdf([PDF_LINES])), settings)
    assert (article.id, article.title, article.text) == ("delay", "The Price of Delay", PDF_TEXT)


def test_metadata_is_read_and_the_title_is_not_part_of_the_text(tmp_path: Path, settings: Settings) -> None:
    data = text_pdf([PDF_LINES], Title="The Price of Delay", Author="Jane  Doe", CreationDate="D:20240625060000Z")
    article = article_from(new_file(tmp_path / "x.pdf", data), settings)
    assert (article.title, article.text) == ("The Price of Delay", PDF_TEXT)
    assert (article.author, article.published) == ("Jane Doe", date(2024, 6, 25))


@pytest.mark.parametrize("title", ["Microsoft Word - draft3.docx", "draft.indd", "page.html", "untitled", " "])
def test_a_placeholder_title_of_a_program_is_ignored(tmp_path: Path, settings: Settings, title: str) -> None:
    assert (
        article_from(new_file(tmp_path / "x.pdf", text_pdf([PDF_LINES], Title=title)), settings).title
        == "The Price of Delay"
    )


@pytest.mark.parametrize("text", ["a" * 200_000, "ab-\ncd " * 40_000, "a-" * 100_000, "a-\n" * 60_000])
def test_endless_words_and_breaks_take_no_endless_time(text: str, tmp_path: Path, settings: Settings) -> None:
    lines = [PDF_LINES[0], *text.split("\n")]
    begin = time.process_time()
    assert len(article_from(new_file(tmp_path / "x.pdf", text_pdf([lines])), settings).text) > 1_000
    assert time.process_time() - begin < 20


def test_a_font_of_a_kind_that_is_not_known_prints_nothing(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    data = text_pdf([PDF_LINES]).replace(b"/WinAnsiEncoding", b"/WinAnsiEncodinX")
    assert article_from(new_file(tmp_path / "x.pdf", data), settings).title == "The Price of Delay"
    assert caplog.records == []


def test_page_numbers_and_running_titles_do_not_break_sentences(tmp_path: Path, settings: Settings) -> None:
    ends = "and a sentence that does not end at the foot of this page but goes on"
    pages = [[*PDF_LINES[:1], ends, "1"], ["THE REVIEW, JUNE", "over the head of the next, and then on", "2"]]
    pages += [["THE REVIEW, JUNE", "to a third page, where it finally finds its end after all of that.", "3"]]
    article = article_from(new_file(tmp_path / "x.pdf", text_pdf(pages)), settings)
    assert article.title == "The Price of Delay"
    assert article.text == f"{ends} over the head of the next, and then on {pages[2][1]}"


def test_control_characters_in_a_title_are_removed(tmp_path: Path, settings: Settings) -> None:
    article = article_from(new_file(tmp_path / "x.pdf", text_pdf([PDF_LINES], Title="The\x00 Price\x07")), settings)
    assert article.title == "The Price"


def test_a_pdf_with_a_password_is_refused_with_advice(tmp_path: Path, settings: Settings) -> None:
    path = new_file(tmp_path / "x.pdf", _encrypted(text_pdf([PDF_LINES]), user="secret"))
    assert failure_reason(path, settings) == "is encrypted; save a copy without a password and add that"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_encrypted_without_a_password_is_read(tmp_path: Path, settings: Settings, algorithm: str) -> None:
    path = new_file(tmp_path / "x.pdf", _encrypted(text_pdf([PDF_LINES]), user="", algorithm=algorithm))
    assert article_from(path, settings).text == PDF_TEXT
    path = new_file(tmp_path / "y.pdf", _encrypted(text_pdf([PDF_LINES]), user="secret", algorithm=algorithm))
    assert failure_reason(path, settings) == "is encrypted; save a copy without a password and add that"


def test_a_title_of_two_lines_is_read_whole(tmp_path: Path, settings: Settings) -> None:
    lines = ["The Price of", "Delay and of Haste", "", "By Ada Brookfield", "", *PDF_LINES[1:]]
    article = article_from(new_file(tmp_path / "x.pdf", text_pdf([lines])), settings)
    assert (article.title, article.author) == ("The Price of Delay and of Haste", "Ada Brookfield")


def _two_sizes(title: list[str], lines: list[str]) -> bytes:
    """A PDF of one page whose title is set in larger type than its text."""
    rows = [(24, line) for line in title] + [(11, line) for line in lines]
    shown = "".join(f"/F1 {size} Tf 0 -{size + 4} Td ({line}) Tj " for size, line in rows)
    return one_page_pdf(f") Tj {shown}(", is_compressed=False, damage=0)


def test_a_title_in_large_type_is_read_whole_and_alone(tmp_path: Path, settings: Settings) -> None:
    title = ["The Price", "of Delay", "and of", "Haste Both"]
    data = _two_sizes(title, ["Ada Brookfield and Tom Reeve", *PDF_LINES[1:]])
    article = article_from(new_file(tmp_path / "x.pdf", data), settings)
    assert article.title == "The Price of Delay and of Haste Both"
    assert "Haste" not in article.text
    assert article.text.startswith("Ada Brookfield and Tom Reeve")


def test_a_day_in_the_text_comes_before_that_of_the_file(tmp_path: Path, settings: Settings) -> None:
    lines = [PDF_LINES[0], "By Ada Brookfield", "June 8, 2024", *PDF_LINES[1:]]
    data = text_pdf([lines], Author="Sam Typist", CreationDate="D:20250101060000Z")
    article = article_from(new_file(tmp_path / "x.pdf", data), settings)
    assert (article.author, article.published, article.text) == ("Ada Brookfield", date(2024, 6, 8), PDF_TEXT)


def test_the_day_on_which_a_browser_printed_a_page_is_not_its_day(tmp_path: Path, settings: Settings) -> None:
    data = text_pdf([PDF_LINES], Producer="Skia/PDF m120", CreationDate="D:20250101060000Z")
    assert article_from(new_file(tmp_path / "x.pdf", data), settings).published is None


def test_a_surname_that_a_catalogue_puts_first_is_put_last(tmp_path: Path, settings: Settings) -> None:
    path = new_file(tmp_path / "x.pdf", text_pdf([PDF_LINES], Author="Brookfield, Ada"))
    assert article_from(path, settings).author == "Ada Brookfield"


@pytest.mark.parametrize("author", ["admin", "Unknown", "ada@example.org"])
def test_an_author_that_a_program_wrote_is_no_author(tmp_path: Path, settings: Settings, author: str) -> None:
    path = new_file(tmp_path / "x.pdf", text_pdf([PDF_LINES], Author=author))
    assert article_from(path, settings).author is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (text_pdf([[], []]), "holds no text, only pictures of it; run it through text recognition first"),
        (text_pdf([["The Title Alone"]], Title="The Title Alone"), "holds nothing but a title and boilerplate"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 30, "cannot be read as a PDF"),
        (b"hello, I am no PDF", "cannot be read as a PDF"),
        (text_pdf([PDF_LINES])[:700], "cannot be read as a PDF"),
        (text_pdf([["A line"]] * 2001), "has 2001 pages, more than any article (2000); split it"),
    ],
    ids=["no text", "title", "garbage", "text", "cut off", "too long"],
)
def test_a_pdf_without_an_article_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, data: bytes, why: str
) -> None:
    assert why in failure_reason(new_file(tmp_path / "x.pdf", data), settings)


@pytest.mark.parametrize("error", PLANTED_ERRORS, ids=lambda error: type(error).__name__)
def test_a_mistake_of_our_own_is_no_damaged_pdf(error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        article_from_pdf(text_pdf([PDF_LINES]), "x.pdf", "x", max_seconds=PlantedNumber(error))
    assert raised.value is error


def test_data_that_are_no_bytes_are_no_damaged_pdf() -> None:
    data: Any = "text"
    with pytest.raises(TypeError):
        article_from_pdf(data, "x.pdf", "x")
