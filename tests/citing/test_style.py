"""The four citation styles, string by string, as their manuals prescribe them."""

# ruff: noqa: E501 - an entry is one line

import pytest

from rag.citing.forms import STYLES, StyleName
from rag.citing.style import bibliography, note
from rag.types.article import ArticleRef
from tests.citing import articles as of
from tests.citing.articles import READ_ON, ref


def _entry(article: ArticleRef, style: StyleName) -> str:
    return bibliography([article], style)[0].markdown.replace("<", "").replace(">", "")


@pytest.mark.parametrize(
    ("article", "entry"),
    [
        (of.ONE_AUTHOR, "Bremmer, Ian. “A Rulebook in Search of Its Standards.” *TIME*, June 30, 2024. https://example.org/a."),
        (of.TWO_AUTHORS, "Brookfield, Ada, and Ben Hill. “A Rulebook in Search of Its Standards.” *TIME*, June 30, 2024. https://example.org/a."),
        # The newspaper stands in the author's place.
        (of.NO_AUTHOR, "*The Review*. “A Rulebook in Search of Its Standards.” June 30, 2024. https://example.org/a."),
        (of.COLUMN, "Hard Power. “A Rulebook in Search of Its Standards.” *The Review*, June 30, 2024. https://example.org/a."),
        (of.NO_DATE, "Bremmer, Ian. “A Rulebook in Search of Its Standards.” *TIME*, n.d. https://example.org/a."),
        (of.NO_LINK, "Bremmer, Ian. “A Rulebook in Search of Its Standards.” *TIME*, June 30, 2024."),
        (of.NO_PUBLICATION, "Bremmer, Ian. “A Rulebook in Search of Its Standards.” June 30, 2024. https://example.org/a."),
        (of.QUOTATION, "Bremmer, Ian. “What ‘De-Risking’ Means.” *TIME*, June 30, 2024. https://example.org/a."),
        (of.QUESTION, "Bremmer, Ian. “Is the Dollar Doomed?” *TIME*, June 30, 2024. https://example.org/a."),
        (of.SUBTITLE, "Bremmer, Ian. “After Anchorage: The Swiss Account.” *TIME*, June 30, 2024. https://example.org/a."),
        (of.OTHER_LETTERS, "Żółć, José María Núñez. “Der Preis der Übermacht.” *TIME*, June 30, 2024. https://example.org/a."),
    ],
)  # fmt: skip
def test_a_bibliography_in_chicago_style(article: ArticleRef, entry: str) -> None:
    assert _entry(article, "chicago") == entry


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (of.ONE_AUTHOR, "Ian Bremmer, “A Rulebook in Search of Its Standards,” *TIME*, June 30, 2024, https://example.org/a."),
        (of.TWO_AUTHORS, "Ada Brookfield and Ben Hill, “A Rulebook in Search of Its Standards,” *TIME*, June 30, 2024, https://example.org/a."),
        (of.NO_AUTHOR, "“A Rulebook in Search of Its Standards,” *The Review*, June 30, 2024, https://example.org/a."),
        (of.COLUMN, "Hard Power, “A Rulebook in Search of Its Standards,” *The Review*, June 30, 2024, https://example.org/a."),
        (of.NO_DATE, "Ian Bremmer, “A Rulebook in Search of Its Standards,” *TIME*, n.d., https://example.org/a."),
        (of.NO_LINK, "Ian Bremmer, “A Rulebook in Search of Its Standards,” *TIME*, June 30, 2024."),
        # A comma behind a question mark stays, a full stop does not.
        (of.QUESTION, "Ian Bremmer, “Is the Dollar Doomed?,” *TIME*, June 30, 2024, https://example.org/a."),
        (of.QUOTATION, "Ian Bremmer, “What ‘De-Risking’ Means,” *TIME*, June 30, 2024, https://example.org/a."),
    ],
)  # fmt: skip
def test_a_note_in_chicago_style(article: ArticleRef, expected: str) -> None:
    assert note(article, "chicago").markdown.replace("<", "").replace(">", "") == expected


@pytest.mark.parametrize(
    ("article", "entry"),
    [
        (of.ONE_AUTHOR, "Bremmer, I. (2024, June 30). A rulebook in search of its standards. *TIME*. https://example.org/a"),
        (of.TWO_AUTHORS, "Brookfield, A., & Hill, B. (2024, June 30). A rulebook in search of its standards. *TIME*. https://example.org/a"),
        (of.NO_AUTHOR, "A rulebook in search of its standards. (2024, June 30). *The Review*. https://example.org/a"),
        (of.COLUMN, "Hard Power. (2024, June 30). A rulebook in search of its standards. *The Review*. https://example.org/a"),
        (of.NO_DATE, "Bremmer, I. (n.d.). A rulebook in search of its standards. *TIME*. https://example.org/a"),
        (of.NO_LINK, "Bremmer, I. (2024, June 30). A rulebook in search of its standards. *TIME*."),
        (of.NO_PUBLICATION, "Bremmer, I. (2024, June 30). *A rulebook in search of its standards*. https://example.org/a"),
        (of.QUOTATION, "Bremmer, I. (2024, June 30). What “de-risking” means. *TIME*. https://example.org/a"),
        (ref("The end of “de-risking”"), "Bremmer, I. (2024, June 30). The end of “de-risking.” *TIME*. https://example.org/a"),
        (of.QUESTION, "Bremmer, I. (2024, June 30). Is the dollar doomed? *TIME*. https://example.org/a"),
        (ref("Is the dollar doomed?", None), "Is the dollar doomed? (2024, June 30). *TIME*. https://example.org/a"),
        (of.SUBTITLE, "Bremmer, I. (2024, June 30). After Anchorage: The Swiss account. *TIME*. https://example.org/a"),
        (of.OTHER_LETTERS, "Żółć, J. M. N. (2024, June 30). Der Preis der Übermacht. *TIME*. https://example.org/a"),
    ],
)  # fmt: skip
def test_a_reference_list_in_apa_style(article: ArticleRef, entry: str) -> None:
    assert _entry(article, "apa") == entry


@pytest.mark.parametrize(
    ("article", "entry"),
    [
        (of.ONE_AUTHOR, "Bremmer, Ian. “A Rulebook in Search of Its Standards.” *TIME*, 30 June 2024, https://example.org/a."),
        (of.TWO_AUTHORS, "Brookfield, Ada, and Ben Hill. “A Rulebook in Search of Its Standards.” *TIME*, 30 June 2024, https://example.org/a."),
        (ref(author="Ada Brookfield, Ben Hill, and Ian Bremmer"), "Brookfield, Ada, et al. “A Rulebook in Search of Its Standards.” *TIME*, 30 June 2024, https://example.org/a."),
        (of.NO_AUTHOR, "“A Rulebook in Search of Its Standards.” *The Review*, 30 June 2024, https://example.org/a."),
        (of.COLUMN, "Hard Power. “A Rulebook in Search of Its Standards.” *The Review*, 30 June 2024, https://example.org/a."),
        (of.NO_DATE, "Bremmer, Ian. “A Rulebook in Search of Its Standards.” *TIME*, https://example.org/a."),
        (of.NO_LINK, "Bremmer, Ian. “A Rulebook in Search of Its Standards.” *TIME*, 30 June 2024."),
        (of.NO_PUBLICATION, "Bremmer, Ian. “A Rulebook in Search of Its Standards.” 30 June 2024, https://example.org/a."),
        (of.QUOTATION, "Bremmer, Ian. “What ‘De-Risking’ Means.” *TIME*, 30 June 2024, https://example.org/a."),
        (of.QUESTION, "Bremmer, Ian. “Is the Dollar Doomed?” *TIME*, 30 June 2024, https://example.org/a."),
        (of.SUBTITLE, "Bremmer, Ian. “After Anchorage: The Swiss Account.” *TIME*, 30 June 2024, https://example.org/a."),
        (of.OTHER_LETTERS, "Żółć, José María Núñez. “Der Preis der Übermacht.” *TIME*, 30 June 2024, https://example.org/a."),
    ],
)  # fmt: skip
def test_a_list_of_works_cited_in_mla_style(article: ArticleRef, entry: str) -> None:
    assert _entry(article, "mla") == entry


@pytest.mark.parametrize(
    ("article", "entry"),
    [
        (of.ONE_AUTHOR, "Bremmer, I. (2024) ‘A rulebook in search of its standards’, *TIME*, 30 June. Available at: https://example.org/a."),
        (of.TWO_AUTHORS, "Brookfield, A. and Hill, B. (2024) ‘A rulebook in search of its standards’, *TIME*, 30 June. Available at: https://example.org/a."),
        (of.NO_AUTHOR, "*The Review* (2024) ‘A rulebook in search of its standards’, 30 June. Available at: https://example.org/a."),
        (of.COLUMN, "Hard Power (2024) ‘A rulebook in search of its standards’, *The Review*, 30 June. Available at: https://example.org/a."),
        (of.NO_DATE, "Bremmer, I. (no date) ‘A rulebook in search of its standards’, *TIME*. Available at: https://example.org/a."),
        (of.NO_LINK, "Bremmer, I. (2024) ‘A rulebook in search of its standards’, *TIME*, 30 June."),
        (of.NO_PUBLICATION, "Bremmer, I. (2024) *A rulebook in search of its standards*. Available at: https://example.org/a."),
        (of.QUOTATION, "Bremmer, I. (2024) ‘What “de-risking” means’, *TIME*, 30 June. Available at: https://example.org/a."),
        (ref("What ‘de-risking’ isn’t"), "Bremmer, I. (2024) ‘What “de-risking” isn’t’, *TIME*, 30 June. Available at: https://example.org/a."),
        (of.QUESTION, "Bremmer, I. (2024) ‘Is the dollar doomed?’, *TIME*, 30 June. Available at: https://example.org/a."),
        (of.SUBTITLE, "Bremmer, I. (2024) ‘After Anchorage: the Swiss account’, *TIME*, 30 June. Available at: https://example.org/a."),
        (of.OTHER_LETTERS, "Żółć, J.M.N. (2024) ‘Der Preis der Übermacht’, *TIME*, 30 June. Available at: https://example.org/a."),
    ],
)  # fmt: skip
def test_a_reference_list_in_harvard_style(article: ArticleRef, entry: str) -> None:
    assert _entry(article, "harvard") == entry


@pytest.mark.parametrize(
    ("style", "end"),
    [
        ("chicago", "*TIME*. Accessed November 30, 2026. https://example.org/a."),
        ("apa", "*TIME*. Retrieved November 30, 2026, from https://example.org/a"),
        ("mla", "*TIME*, https://example.org/a. Accessed 30 Nov. 2026."),
        ("harvard", "*TIME*. Available at: https://example.org/a (Accessed: 30 November 2026)."),
    ],
)
def test_the_day_of_reading_dates_an_article_without_a_date(style: StyleName, end: str) -> None:
    entry = bibliography([of.NO_DATE], style, READ_ON)[0].markdown.replace("<", "").replace(">", "")
    assert entry.endswith(end)


def test_a_bibliography_has_each_article_once_in_the_order_of_the_alphabet() -> None:
    articles = [ref(author="Ada Wolf", id="w"), ref(author="Ben Hill", id="h"), ref(author="Ada Wolf", id="w")]
    assert [entry.article_id for entry in bibliography(articles, "mla")] == ["h", "w"]


HOSTILE = ref(
    title="*Bold* [x](y) <script>alert(1)</script> <span class=\"nocase\">x</span> \ue011\ue013 {%}",
    author="A <b>B</b> & Co",
    source="R&D </i><img src=x>",
    url="https://example.org/?a=1&b=](c",
)  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_no_text_of_an_article_acts_as_markup(style: StyleName) -> None:
    entry = bibliography([HOSTILE], style)[0]
    tags = {part.partition(">")[0].split(" ")[0] for part in entry.html.split("<")[1:]}
    assert tags == {"i", "/i", "a", "/a"}
    assert "&lt;script&gt;" in entry.html.lower()
    assert r"\[x\](y)" in entry.markdown.lower()
    assert "%5D(c>" in entry.markdown
    assert "nocase" in str(entry).lower()


@pytest.mark.parametrize("style", STYLES)
def test_an_article_with_a_title_alone_is_cited_by_it(style: StyleName) -> None:
    entry = _entry(ref("A note", None, None, None, None), style)
    assert "note" in entry.casefold()
    assert "None" not in entry
    assert ".." not in entry


def test_an_address_that_is_no_web_address_is_left_out() -> None:
    assert "javascript" not in _entry(ref(url="javascript:alert(1)"), "mla")
