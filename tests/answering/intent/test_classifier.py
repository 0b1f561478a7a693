"""What a question asks for, by rule: labelled questions over two libraries that no rule has been written for."""

from datetime import date

import pytest

from rag import QueryEngine
from rag.answering.intent.classifier import MAX_FRAME_CHARACTERS, Intent, classify, mask_mentions, talk_intent
from rag.answering.intent.scope import find_scope
from rag.engine import workspace_of
from rag.retrieval.catalogue_search import CatalogueSnapshot
from tests.answering.intent.labelled_intents import LABELLED

DAY = date(2024, 9, 9)


@pytest.fixture(scope="module")
def catalogues(food_engine: QueryEngine, sport_engine: QueryEngine) -> dict[str, CatalogueSnapshot]:
    engines = {"food": food_engine, "sport": sport_engine}
    return {name: workspace_of(engine).catalogue.snapshot() for name, engine in engines.items()}


def _intent(question: str, catalogue: CatalogueSnapshot) -> Intent:
    return talk_intent(question) or classify(question, find_scope(question, catalogue, DAY).mentions)


@pytest.mark.parametrize(("library", "question", "kind", "action", "subject"), LABELLED)
def test_a_question_is_known_by_its_kind(
    catalogues: dict[str, CatalogueSnapshot], library: str, question: str, kind: str, action: str, subject: str | None
) -> None:
    intent = _intent(question, catalogues[library])
    assert (intent.kind, intent.action) == (kind, action)
    if subject is not None:
        assert intent.subject == subject


@pytest.mark.parametrize(
    ("question", "is_mention"),
    [
        ("how many articles mention olive oil?", True),
        ("which pieces contain the word passport?", True),
        ("articles that refer to Khorvash", True),
        ("how many articles are about lemonade?", False),
        ("articles on wells", False),
    ],
)
def test_articles_that_mention_words_are_not_articles_about_them(
    catalogues: dict[str, CatalogueSnapshot], question: str, is_mention: bool
) -> None:
    intent = _intent(question, catalogues["food"])
    assert (intent.kind, intent.is_mention) == ("collection", is_mention)


def test_capitals_marks_and_blanks_change_no_intent(catalogues: dict[str, CatalogueSnapshot]) -> None:
    plain = _intent("how many articles do you have", catalogues["food"])
    for typed in (
        "HOW MANY ARTICLES DO YOU HAVE???",
        "  How many articles do you have ?",
        "“How many articles do you have?”",
    ):
        assert _intent(typed, catalogues["food"]) == plain
    assert _intent("what’s the latest piece by Quiet Fork?", catalogues["food"]) == _intent(
        "what's the latest piece by Quiet Fork?", catalogues["food"]
    )


def test_the_subject_keeps_its_own_capitals(catalogues: dict[str, CatalogueSnapshot]) -> None:
    assert _intent("Which articles mention Konstanze Wiebe?", catalogues["food"]).subject == "Konstanze Wiebe"
    assert _intent("Compare the views on the VAT of Veldhaven", catalogues["food"]).subject == "VAT of Veldhaven"


def test_a_long_text_asks_for_a_fact(catalogues: dict[str, CatalogueSnapshot]) -> None:
    text = "compare the views on " + "very " * MAX_FRAME_CHARACTERS + "cheap bread"
    assert _intent(text, catalogues["food"]) == Intent("fact", subject=text)


@pytest.mark.parametrize("text", ["", " ", "\n", "…", "¿", "@authorname", "@articlename", "\ud800", "İİİİ", "ß" * 50])
def test_any_text_has_an_intent(catalogues: dict[str, CatalogueSnapshot], text: str) -> None:
    assert _intent(text, catalogues["food"]).kind


def test_a_placeholder_that_somebody_types_is_only_a_word(catalogues: dict[str, CatalogueSnapshot]) -> None:
    assert mask_mentions("why @authorname?", ()) == "why @authorname?"
    assert _intent("why is @authorname here?", catalogues["food"]).kind == "fact"
