"""Articles as plain data: digests, links, ids and the line that refers to one."""

from dataclasses import replace
from datetime import date

import pytest

from rag.types.article import Article, ArticleRef, is_web_address, reference_line, slug

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
