"""Articles as plain data: digests, links, ids and the line that refers to one."""

from dataclasses import replace
from datetime import date

import pytest

from rag.types.article import (
    Article,
    ArticleRef,
    byline,
    day_in_words,
    dotted_byline,
    is_web_address,
    month_and_year,
    reference_line,
    short_reference,
    slug,
)

ARTICLE = Article("a", "On pacts", "Text.", "Ada", "The Weekly", date(2024, 6, 25), "https://example.org/a", ("war",))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "b"}, {"title": "x"}, {"text": "Text"}, {"author": None}, {"source": None}, {"published": None},
        {"url": None}, {"topics": ()}, {"topics": ("war", "x")},
    ],
)  # fmt: skip
def test_the_digest_differs_when_any_field_does(change: dict[str, object]) -> None:
    assert replace(ARTICLE, **change).sha256 != ARTICLE.sha256  # type: ignore[arg-type]
    assert replace(ARTICLE).sha256 == ARTICLE.sha256


@pytest.mark.parametrize(
    ("url", "is_shown"),
    [
        ("https://example.org/a", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://example.org/a b", False),
        ("https://example.org/<b>", False),
        ("https://[broken", False),
    ],
)
def test_only_a_plain_web_address_is_shown_as_a_link(url: str, is_shown: bool) -> None:
    assert is_web_address(url) is is_shown


def test_an_id_is_made_of_letters_digits_and_single_hyphens() -> None:
    assert slug("On Pacts & Élan, 2024!") == "on-pacts-elan-2024"
    assert len(slug("word " * 100)) <= 80


def test_a_name_without_ascii_letters_has_the_same_id_each_time() -> None:
    assert slug("漢字") == slug("漢字") != slug("字漢")


def test_the_reference_line_leaves_out_what_is_unknown() -> None:
    whole = ArticleRef("a", "On pacts", "Ada", "The Weekly", date(2024, 6, 25), None)
    assert reference_line(whole) == "Ada, “On pacts” (The Weekly, 2024-06-25)"
    assert reference_line(ArticleRef("a", "On pacts", None, None, None, None)) == "“On pacts”"


def test_a_byline_leaves_out_what_is_unknown_and_names_the_title() -> None:
    whole = ArticleRef("a", "On pacts", "Ada", "The Weekly", date(2024, 6, 5), None)
    assert byline(whole) == "Ada (The Weekly, June 2024)"
    assert dotted_byline(whole) == "Ada · The Weekly · 5 June 2024"
    assert short_reference(whole) == "Ada, “On pacts” (June 2024)"
    assert byline(ArticleRef("a", "On pacts", None, "The Weekly", None, None)) == "“On pacts” (The Weekly)"
    bare = ArticleRef("a", "On pacts", None, None, None, None)
    assert (byline(bare), dotted_byline(bare), short_reference(bare)) == ("“On pacts”", "", "“On pacts”")


def test_months_and_days_are_written_in_english() -> None:
    names = [month_and_year(date(2024, number, 1)).removesuffix(" 2024") for number in range(1, 13)]
    assert " ".join(name[:3] for name in names) == "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    assert (day_in_words(date(2024, 9, 30)), day_in_words(None)) == ("30 September 2024", "")
