"""Downloads of LexisNexis, Factiva and ProQuest: each of their articles is an article, with its head as metadata."""

import io
import re
from datetime import date
from pathlib import Path

import pytest

from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.article import Article
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.support.library.files_of_formats import FACTIVA
from tests.support.library.sources import PROSE, TEXT, new_file

NEXIS = """User Name: Reader
Date and Time: Monday, July 1, 2024 10:00:00 AM
Job Number: 1
Documents (2)
1. The Bill for Waiting
2. A Second Bill
Client/Matter: -None-
Search Terms: bill
About LexisNexis | Privacy Policy | Terms & Conditions

The Bill for Waiting
The Review
June 28, 2024 Friday

Copyright 2024 The Review All Rights Reserved

Section: OPINION; Pg. 9
Length: 812 words
Byline: Ada Brookfield
Body

{text}

Graphic

A photograph of a bill.

Load-Date: June 29, 2024

End of Document

A Second Bill
The Review
June 29, 2024 Saturday
Copyright 2024 The Review
Length: 100 words
Body
{text}
Load-Date: June 30, 2024
End of Document
"""
OLD_NEXIS = """                               1 of 2 DOCUMENTS

                              The Review

                           June 28, 2024 Friday

The Bill for Waiting

BYLINE: ADA BROOKFIELD

SECTION: OPINION; Pg. 9

LENGTH: 812 words

{text}

LOAD-DATE: June 29, 2024

LANGUAGE: ENGLISH

                         Copyright 2024 The Review
                            All Rights Reserved

                               2 of 2 DOCUMENTS

                              The Review

                          June 29, 2024 Saturday

A Second Bill

LENGTH: 100 words

{text}

LOAD-DATE: June 30, 2024
"""
FACTIVA_FIELDS = """HD  The Bill for Waiting
BY  By Ada Brookfield
WC  812 words
PD  28 June 2024
SN  The Review
SC  REVW
LA  English
CY  Copyright 2024
LP
{first}
TD
{rest}
CO  debt : A company
AN  Document REVW000020240628ek6s0001x

HD  A Second Bill
WC  100 words
PD  29 June 2024
SN  The Review
TD
{first}
AN  Document REVW000020240629ek6t0001x
"""
PROQUEST = """____________________________________________________________

Report Information from ProQuest
July 1, 2024 10:00
____________________________________________________________

Document 1 of 2

The Bill for Waiting

Author: Brookfield, Ada
Publication info: The Review ; London [London]. 28 June 2024: 9.
ProQuest document link: https://www.proquest.com/1
Abstract: A summary of it.
Full text: {text}

Subject: Debt
Title: The Bill for Waiting
Publication title: The Review; London
Publication year: 2024
Publication date: Jun 28, 2024
Document type: Commentary
ProQuest document ID: 1
Document URL: https://www.proquest.com/docview/1
____________________________________________________________

Document 2 of 2

A Second Bill

Publication info: The Review ; London [London]. 29 June 2024: 3.
Full text: {text}

Publication title: The Review; London
Publication date: Jun 29, 2024
ProQuest document ID: 2
____________________________________________________________
"""
FACTIVA_TWO = FACTIVA + FACTIVA.replace("The Bill for Waiting", "A Second Bill").replace(
    "By ADA BROOKFIELD\n", ""
).replace("28 June", "29 June").replace("0628ek6s", "0629ek6t")
DOWNLOADS = {
    "Nexis": NEXIS, "older Nexis": OLD_NEXIS, "Factiva": FACTIVA_TWO, "Factiva's fields": FACTIVA_FIELDS,
    "ProQuest": PROQUEST,
}  # fmt: skip


def _download(name: str) -> str:
    return DOWNLOADS[name].format(text=TEXT, first=PROSE[0], rest="\n\n".join(PROSE[1:]))


def _articles(path: Path, settings: Settings) -> list[Article]:
    results = list(load_articles([path], settings))
    assert [result for result in results if isinstance(result, LoadFailure)] == []
    return [result.article for result in results if isinstance(result, LoadedArticle)]


@pytest.mark.parametrize("name", DOWNLOADS)
def test_each_article_of_a_download_has_its_title_author_publication_and_day(
    tmp_path: Path, settings: Settings, name: str
) -> None:
    first, second = _articles(new_file(tmp_path / "x.txt", _download(name)), settings)
    assert (first.title, first.author, first.source) == ("The Bill for Waiting", "Ada Brookfield", "The Review")
    assert (first.published, first.text) == (date(2024, 6, 28), TEXT)
    assert (second.title, second.author, second.source) == ("A Second Bill", None, "The Review")
    assert (second.published, second.id != first.id) == (date(2024, 6, 29), True)
    assert second.text.startswith(PROSE[0])


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_download_as_a_word_document_is_split_too(tmp_path: Path, settings: Settings, name: str) -> None:
    import docx

    document, out = docx.Document(), io.BytesIO()
    for line in _download(name).split("\n"):
        document.add_paragraph(line)
    document.save(out)
    articles = _articles(new_file(tmp_path / "x.docx", out.getvalue()), settings)
    assert [article.title for article in articles] == ["The Bill for Waiting", "A Second Bill"]
    assert articles[0].text == TEXT


def test_a_download_as_rich_text_is_split_too(tmp_path: Path, settings: Settings) -> None:
    lines = r"\par ".join(_download("Nexis").split("\n"))
    path = new_file(tmp_path / "x.rtf", rf"{{\rtf1\ansi {lines}}}")
    assert [article.title for article in _articles(path, settings)] == ["The Bill for Waiting", "A Second Bill"]


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("By Ada Brookfield, New York", "Ada Brookfield"),
        ("ADA BROOKFIELD AND TOM REEVE, STAFF WRITERS", "Ada Brookfield, Tom Reeve"),
        ("Ada Brookfield; Tom Reeve", "Ada Brookfield, Tom Reeve"),
        ("By ADA BROOKFIELD; Tom Reeve contributed reporting", "Ada Brookfield"),
        ("Brookfield, Ada", "Ada Brookfield"),
        ("Staff Reporter", None),
        ("REUTERS", "Reuters"),
    ],
)
def test_a_byline_of_a_download_names_the_persons(
    tmp_path: Path, settings: Settings, byline: str, author: str | None
) -> None:
    text = _download("Nexis").replace("Byline: Ada Brookfield", f"Byline: {byline}")
    assert _articles(new_file(tmp_path / "x.txt", text), settings)[0].author == author


def test_the_owner_below_an_article_of_factiva_is_left_out(tmp_path: Path, settings: Settings) -> None:
    text = _download("Factiva")
    owner = re.search(r"^Copyright \d+ (?:by )?(.+?)[.,]?$", text, re.MULTILINE)
    assert owner is not None
    text = text.replace("\n\nDocument ", f"\n\n{owner[1]}\n\nDocument ")
    assert next(article.text for article in _articles(new_file(tmp_path / "x.txt", text), settings)) == TEXT


@pytest.mark.parametrize(
    "text",
    [
        f"A Column\n\n{TEXT}\n\nDocument everything, she wrote.\n",
        f"A Column on ProQuest\n\n{TEXT}\n\nFull text: a phrase.\n",
        f"A Column\n\nEnd of Document\n\n{TEXT}",
        f"A Column\n\nLength: 100 words\n\n{TEXT}",
    ],
)
def test_a_text_that_only_uses_a_database_s_words_stays_whole(tmp_path: Path, settings: Settings, text: str) -> None:
    (article,) = _articles(new_file(tmp_path / "x.txt", text), settings)
    assert article.title.startswith("A Column")
    assert PROSE[0] in article.text
    assert PROSE[2] in article.text


def test_an_article_without_its_text_is_named_and_the_others_are_read(tmp_path: Path, settings: Settings) -> None:
    text = _download("ProQuest").replace(f"Full text: {TEXT}", "Full text: ", 1)
    results = list(load_articles([new_file(tmp_path / "x.txt", text)], settings))
    assert [type(result) for result in results] == [LoadFailure, LoadedArticle]
    assert results[0].why == "has no text; download it again with the full text"  # type: ignore[union-attr]
