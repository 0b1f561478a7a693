"""How a question was understood, as HTML: one chip a part, and nothing of a text as markup."""

import re
from dataclasses import replace

from rag.types.answer import Answer
from rag.types.understanding import QuestionScope, Understanding
from rag.ui.answers.render_understanding import understanding_html, wider_search_html

PLAIN = Answer("Why?", "Why?", "So.", False, None, (), (), "quotes")


def _parts(html: str) -> list[str]:
    return re.findall(r'data-parts="([^"]*)"', html)


def test_a_question_understood_as_typed_shows_nothing() -> None:
    assert understanding_html(PLAIN) == ""


def test_each_part_has_a_chip_that_takes_it_back() -> None:
    scope = QuestionScope(authors=("Ada",), topics=("war",))
    html = understanding_html(replace(PLAIN, understood=Understanding(scope=scope, corrected=(("wy", "why"),))))
    assert _parts(html) == ["authors", "topics", "spelling"]
    assert "Ada" in html
    assert "wy → why" in html


def test_corrections_beyond_the_first_four_are_counted() -> None:
    corrected = tuple((f"w{number}", f"v{number}") for number in range(6))
    html = understanding_html(replace(PLAIN, understood=Understanding(corrected=corrected)))
    assert "w3 → v3, 2 more" in html
    assert "w4" not in html


def test_names_are_escaped() -> None:
    html = understanding_html(replace(PLAIN, understood=Understanding(scope=QuestionScope(authors=("<b>&",)))))
    assert "<b>" not in html
    assert "&lt;b&gt;&amp;" in html


def test_only_an_abstention_within_a_scope_offers_all_the_articles() -> None:
    understood = Understanding(scope=QuestionScope(authors=("Ada",)), searched="articles by <Ada>")
    assert wider_search_html(replace(PLAIN, understood=understood)) == ""
    assert wider_search_html(replace(PLAIN, abstained=True)) == ""
    html = wider_search_html(replace(PLAIN, abstained=True, understood=understood))
    assert _parts(html) == ["authors"]
    assert "Only articles by &lt;Ada&gt; were searched." in html
