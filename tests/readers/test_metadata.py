"""Front matter and fields: read as they are written, or refused with the wrong line or field."""

from datetime import date
from typing import Any

import pytest

from rag.errors import ReadError
from rag.readers.front_matter import split_front_matter
from rag.readers.metadata import article_from_fields, parse_published

FULL = """---
title: "The Price of Delay: A Reckoning"
author: Jane Doe
source: The Review
published: 2024-06-30
url: https://review.example/delay
topics: [energy, sanctions]
id: delay
---
"""


def _article(fields: dict[str, Any], text: Any = "Some text.") -> Any:
    return article_from_fields({"title": "T", **fields}, text, "f.md", "The File Name")[0]


def test_every_field_is_read_in_its_type() -> None:
    fields, body = split_front_matter(FULL + "The body.\n", "f.md")
    assert fields is not None
    article, has_own_id = article_from_fields(fields, body, "f.md", "f")
    assert (article.id, has_own_id) == ("delay", True)
    assert article.title == "The Price of Delay: A Reckoning"
    assert (article.author, article.source, article.url) == ("Jane Doe", "The Review", "https://review.example/delay")
    assert article.published == date(2024, 6, 30)
    assert article.topics == ("energy", "sanctions")
    assert article.text == "The body.\n"


@pytest.mark.parametrize(
    "body", ["plain\n", "\r\n CRLF\r\nlines\r\n", "\xa0 NBSP\xa0and trailing blanks  \n\n\n", "", "---\n"]
)
def test_the_body_after_the_closing_line_is_kept_to_the_character(body: str) -> None:
    assert split_front_matter(FULL + body, "f.md")[1] == body


def test_front_matter_may_have_crlf_and_empty_lines_before_it() -> None:
    fields, body = split_front_matter("\r\n\r\n--- \r\ntitle: T\r\n---\r\nBody\r\n", "f.md")
    assert fields == {"title": "T"}
    assert body == "Body\r\n"


def test_a_text_without_front_matter_is_body_as_a_whole() -> None:
    assert split_front_matter("# Title\n\nText --- and more.\n---\n", "f.md") == (
        None,
        "# Title\n\nText --- and more.\n---\n",
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: Foo: bar\n---\nx", 2),
        ("---\ntitle: T\nauthor: [Jane\n---\nx", 3),
        ('---\ntitle: T\nsource: x\nauthor: "Jane\n---\nx', 4),
        ("---\ntitle: T\n\tauthor: x\n---\nx", 3),
        ("\n\n---\ntitle: T\nauthor: a: b\n---\nx", 5),
    ],
)
def test_broken_yaml_is_refused_with_its_line_in_the_file(text: str, line: int) -> None:
    with pytest.raises(ReadError, match=rf"^f\.md: line {line} is not YAML .*quotes around a value") as raised:
        split_front_matter(text, "f.md")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("---\ntitle: T\n\nA body that never had a fence.\n", "not closed; put a line of ---"),
        ("---\n- a\n- b\n---\nx", "not a list of fields; write `key: value`"),
        ("---\n" + "[" * 1500 + "\n---\nx", "cannot be read"),
        ("---\ntitle: !!python/object/apply:os.system [ls]\n---\nx", "line 2 is not YAML"),
    ],
)
def test_invalid_front_matter_is_refused_with_advice(text: str, why: str) -> None:
    with pytest.raises(ReadError, match=why) as raised:
        split_front_matter(text, "f.md")
    assert "\n" not in str(raised.value)


def test_values_are_not_converted_by_the_rules_of_yaml() -> None:
    fields, _ = split_front_matter(
        "---\ntitle: No\nid: 007\nauthor: ~\nsource:\ntopics: [1990s, on, 1e3]\n---\nx", "f.md"
    )
    assert fields is not None
    article, _ = article_from_fields(fields, "x", "f.md", "f")
    assert (article.title, article.id, article.topics) == ("No", "007", ("1990s", "on", "1e3"))
    assert (article.author, article.source) == (None, None)


def test_a_missing_title_is_refused() -> None:
    for fields in ({}, {"title": None}, {"title": "  "}):
        with pytest.raises(ReadError, match="has no title; add `title: …`"):
            article_from_fields(fields, "text", "f.md", "f")


def test_without_an_id_one_is_made_from_the_name() -> None:
    article, has_own_id = article_from_fields({"title": "T"}, "text", "f.md", "Über die Brücke (2)")
    assert (article.id, has_own_id) == ("uber-die-brucke-2", False)
    other_script, _ = article_from_fields({"title": "T"}, "text", "f.md", "平和の代償")
    assert other_script.id == article_from_fields({"title": "U"}, "other", "g.md", "平和の代償")[0].id != ""


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        (["energy", "sanctions"], ("energy", "sanctions")),
        ("energy, sanctions ,energy,, ", ("energy", "sanctions")),
        (["two  words", None, 1990], ("two words", "1990")),
        (None, ()),
        ("", ()),
    ],
)
def test_topics_are_a_list_or_a_string_with_commas(topics: Any, expected: tuple[str, ...]) -> None:
    assert _article({"topics": topics}).topics == expected


def test_several_authors_may_be_a_list() -> None:
    assert _article({"author": ["Jane Doe", "John Roe"]}).author == "Jane Doe, John Roe"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"topics": {"a": 1}}, "`topics` is not a list; write `topics: "),
        ({"topics": ["a\x07b"]}, "`topics` holds a control character"),
        ({"source": ["a"]}, "`source` is not one line of text; write `source: …`"),
        ({"title": {"a": "b"}}, "`title` is not one line of text"),
        ({"author": "Jane\x00Doe"}, "`author` holds a control character"),
        ({"id": "x" * 201}, "`id` is longer than 200 characters"),
        ({"published": "someday"}, "`published: someday` is not a date; write it as 2024-06-30"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(ReadError, match=why):
        _article(fields)


@pytest.mark.parametrize(("text", "why"), [(None, "has no `text`"), (7, "is not a string"), (" \n\xa0", "no text")])
def test_a_missing_or_empty_text_is_refused(text: Any, why: str) -> None:
    with pytest.raises(ReadError, match=why):
        _article({}, text)


@pytest.mark.parametrize(
    "written",
    [
        "2024-06-30", "20240630", "2024-06-30T23:30:00-05:00", "2024-06-30 10:00:00 +02:00", "June 30, 2024",
        "30 June 2024", "30th of June, 2024", "Sun, 30 Jun 2024 10:00:00 GMT", " 2024-06-30 ", date(2024, 6, 30),
    ],
)  # fmt: skip
def test_a_date_in_figures_or_words_is_parsed(written: Any) -> None:
    assert parse_published(written, "f") == date(2024, 6, 30)


@pytest.mark.parametrize(
    "written",
    [
        "2024-13-45", "2024-02-30", "2024", "June 2024", "30/06/2024", "yesterday", "2024 days ago", "tomorrow 2024",
        1712101200000, "x" * 100_000 + " June 30, 2024", True, ["2024-06-30"], "٢٠٢٤",
    ],
)  # fmt: skip
def test_an_uncertain_date_is_refused_and_never_guessed(written: Any) -> None:
    with pytest.raises(ReadError, match="is not a date; write it as 2024-06-30") as raised:
        parse_published(written, "f")
    assert len(str(raised.value)) < 150


def test_an_invalid_date_in_front_matter_is_refused() -> None:
    fields, body = split_front_matter("---\ntitle: T\npublished: 2024-13-45\n---\nx", "f.md")
    assert fields is not None
    with pytest.raises(ReadError, match="`published: 2024-13-45` is not a date"):
        article_from_fields(fields, body, "f.md", "f")
