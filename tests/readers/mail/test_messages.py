"""Letters: who wrote what and when, without what they answer and what a program adds."""

from datetime import date
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.readers.mail.messages import parse_message
from rag.readers.sources import count_articles, load_articles
from rag.settings import Settings, load_settings
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.support.library.files_of_formats import mbox_file, message, paragraphs
from tests.support.library.sources import PROSE, TEXT, article_from, failure_reason, new_file

NEWSLETTER = (
    "<html><body><div style='display:none'>Preview of the letter&zwnj; &#847;</div>"
    "<p>View this email in your browser</p>"
    f"<table><tr><td><h1>The Price of Delay</h1>{paragraphs(*PROSE)}</td></tr></table>"
    "<p>You're receiving this because you signed up.</p>"
    "<p>You receive this letter every week. Unsubscribe</p><p><a href='x'>Unsubscribe</a></p><script>x()</script>"
    "</body></html>"
)


def test_a_letter_has_its_sender_its_subject_and_its_day_as_written(tmp_path: Path, settings: Settings) -> None:
    article = article_from(new_file(tmp_path / "x.eml", bytes(message())), settings)
    assert (article.title, article.author, article.text) == ("The Price of Delay", "Ada Brookfield", TEXT)
    assert article.published == date(2024, 6, 8)


def test_of_a_newsletter_the_letter_is_read_and_nothing_around_it(tmp_path: Path, settings: Settings) -> None:
    mail = message(plain="Read it online: https://x.example", html=NEWSLETTER, List_Id="The Review <r.example>")
    article = article_from(new_file(tmp_path / "x.eml", bytes(mail)), settings)
    assert article.text == TEXT
    assert article.source == "The Review"


@pytest.mark.parametrize(
    ("sender", "author", "source"),
    [
        ("Ada Brookfield from The Review <a@r.example>", "Ada Brookfield", "The Review"),
        ("Ada Brookfield at Slow Letters <a@r.example>", "Ada Brookfield", "Slow Letters"),
        ('"Ada Brookfield, The Review" <a@r.example>', "Ada Brookfield", "The Review"),
        ("The Review <a@r.example>", None, "The Review"),
        ("Jan van der Berg <j@r.example>", "Jan van der Berg", None),
        ("ada@review.example", None, None),
        ("'ada@review.example' <ada@review.example>", None, None),
    ],
)
def test_a_sender_is_a_person_a_publication_or_nobody(
    tmp_path: Path, settings: Settings, sender: str, author: str | None, source: str | None
) -> None:
    article = article_from(new_file(tmp_path / "x.eml", bytes(message(sender=sender))), settings)
    assert (article.author, article.source) == (author, source)


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 3 Jun 2024 at 10:00, Ben Okoye <b@r.example> wrote:\n> An old question\n> in two lines\n",
        "-----Original Message-----\nFrom: Ben Okoye\nSent: Monday, June 3, 2024\nTo: Ada\nSubject: Delay\n\n"
        "An old question\n",
    ],
)
def test_the_message_that_a_reply_answers_is_left_out(tmp_path: Path, settings: Settings, quoted: str) -> None:
    mail = message(subject="Re: The Price of Delay", plain=f"{TEXT}\n\n{quoted}", In_Reply_To="<1@r.example>")
    article = article_from(new_file(tmp_path / "x.eml", bytes(mail)), settings)
    assert (article.title, article.text) == ("The Price of Delay", TEXT)


@pytest.mark.parametrize(
    "quoted",
    [
        "<div class='gmail_quote'>On Monday Ben wrote:<blockquote>An old question</blockquote></div>",
        "<blockquote type='cite'>An old question</blockquote>",
        "<div id='divRplyFwdMsg'>From: Ben</div><div>An old question</div>",
    ],
)
def test_what_a_program_marks_as_quoted_is_left_out(tmp_path: Path, settings: Settings, quoted: str) -> None:
    html = f"<html><body>{paragraphs(*PROSE)}{quoted}</body></html>"
    mail = message(subject="Re: Delay", plain=None, html=html)
    assert article_from(new_file(tmp_path / "x.eml", bytes(mail)), settings).text == TEXT


def test_a_letter_that_is_no_reply_keeps_its_quotations(tmp_path: Path, settings: Settings) -> None:
    text = f"{TEXT}\n\n> A quotation in the letter itself."
    assert article_from(new_file(tmp_path / "x.eml", bytes(message(plain=text))), settings).text == text


def test_a_forwarded_letter_is_its_first_sender_s(tmp_path: Path, settings: Settings) -> None:
    plain = (
        "---------- Forwarded message ---------\nFrom: Ada Brookfield <ada@r.example>\n"
        f"Date: Fri, Jun 7, 2024 at 9:00 AM\nSubject: The Price of Delay\nTo: <list@r.example>\n\n{TEXT}\n"
    )
    mail = message(subject="Fwd: The Price of Delay", sender="Sam Reader <sam@home.example>", plain=plain)
    article = article_from(new_file(tmp_path / "x.eml", bytes(mail)), settings)
    assert (article.author, article.published, article.text) == ("Ada Brookfield", date(2024, 6, 7), TEXT)


def test_an_attachment_is_not_the_letter(tmp_path: Path, settings: Settings) -> None:
    mail = message()
    mail.add_attachment("An old text that is attached.", filename="old.txt")
    assert article_from(new_file(tmp_path / "x.eml", bytes(mail)), settings).text == TEXT


def test_a_mailbox_gives_each_message_and_names_the_empty_one(tmp_path: Path, settings: Settings) -> None:
    messages = [message("First"), message("An empty one", plain=""), message("The third of them")]
    path = mbox_file(tmp_path / "x.mbox", messages)
    results = list(load_articles([path], settings))
    assert [type(result) for result in results] == [LoadedArticle, LoadFailure, LoadedArticle]
    assert isinstance(results[1], LoadFailure)
    assert results[1].what == f"{path}:2"
    assert results[1].why == "has no text that a person reads; save its attachments and add those"
    assert count_articles([path]) is None


def test_a_mailbox_larger_than_the_limit_of_a_file_is_read(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", max_file_mb=0.01)
    path = mbox_file(
        tmp_path / "x.mbox", [message(f"Letter {'x' * n}") for n in range(20)] + [message(plain="x " * 9000)]
    )
    results = list(load_articles([path], settings))
    assert path.stat().st_size > 20_000
    assert [type(result) for result in results] == [LoadedArticle] * 20 + [LoadFailure]
    assert "is larger than 0.01 MB; raise RAG_MAX_FILE_MB" in results[20].why  # type: ignore[union-attr]


def test_the_same_letter_in_two_mailboxes_is_one_article(tmp_path: Path, settings: Settings) -> None:
    new_file(tmp_path / "x.eml", bytes(message()))
    mbox_file(tmp_path / "y.mbox", [message("Another"), message()])
    ids = [result.article.id for result in load_articles([tmp_path], settings) if isinstance(result, LoadedArticle)]
    assert len(ids) == 3
    assert ids[0] == ids[2] != ids[1]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("x.eml", b"just some words", "is not a message (it has no From, Subject or Date); save its text as .txt"),
        ("x.eml", b"From: a@b.example\n\n", "has no text that a person reads"),
        ("x.mbox", b"no mailbox", "holds no message; is it a mailbox (mbox)?"),
        ("x.mhtml", b"From: a\n\nno page", "holds no page; save it again"),
    ],
)
def test_what_is_no_letter_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, name: str, data: bytes, why: str
) -> None:
    assert why in failure_reason(new_file(tmp_path / name, data), settings)


def test_an_endless_line_of_addresses_is_refused() -> None:
    """Its memory would grow with the square of the encoded words."""
    data = b"From: " + b"=?utf-8?q?a?= " * 60_000 + b"\n\nThe ferry sails."
    with pytest.raises(ReadError, match="has an endless line of addresses"):
        parse_message(data, "x.eml")
