"""Looking up articles by words, subject, title and scope: what is found can be counted."""

from collections.abc import Iterator
from datetime import date

import pytest

from rag import QueryEngine
from rag.engine import workspace_of
from rag.retrieval.catalogue_search import MIN_OCCURRENCES, CatalogueSearch, FoundArticles
from rag.retrieval.filters import Filters
from rag.types.understanding import QuestionScope
from tests.support.library.columns import FOOD, ids_with, opened

EVERYTHING = Filters()
NEWEST_FIRST = [each.id for each in sorted(FOOD, key=lambda each: each.day or "", reverse=True)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    with opened(FOOD, tmp_path_factory.mktemp("catalogue")) as opened_engine:
        yield opened_engine


@pytest.fixture
def catalogue(engine: QueryEngine) -> CatalogueSearch:
    return workspace_of(engine).catalogue


def _ids(found: FoundArticles) -> list[str]:
    return [article.ref.id for article in found.articles]


def _in_words(**scope: object) -> Filters:
    return Filters(in_words=QuestionScope(**scope))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (EVERYTHING, NEWEST_FIRST),
        (Filters(author="quiet fork"), ["bread-night", "green"]),
        (_in_words(authors=("Quiet Fork",)), ["bread-night", "green"]),
        (_in_words(authors=("Quiet Fork", "Ruben Achterberg"), since=date(2022, 2, 1)), ["tax-late", "tax-early"]),
        (_in_words(topics=("health",)), ["tax-late", "tax-works"]),
        (_in_words(articles=("green", "notebook")), ["green", "notebook"]),
        (_in_words(until=date(2021, 12, 31)), ["bread-law", "green"]),
        (Filters(author="Quiet Fork", in_words=QuestionScope(authors=("Ruben Achterberg",))), []),
        (Filters(since=date(2024, 1, 1), in_words=QuestionScope(until=date(2024, 3, 1))), ["oil-harvest"]),
        (Filters(author="Nobody"), []),
    ],
)
def test_the_articles_in_scope_are_those_of_filter_and_words_newest_first(
    catalogue: CatalogueSearch, filters: Filters, ids: list[str]
) -> None:
    assert [article.ref.id for article in catalogue.in_scope(filters)] == ids


@pytest.mark.parametrize(
    "phrase",
    ["olive oil", "olive", "oil", "Konstanze Wiebe", "the sugar tax", "notebook from the cellar", "A DRY YEAR"],
)
def test_articles_that_mention_a_phrase_have_its_words_one_after_the_other(
    catalogue: CatalogueSearch, phrase: str
) -> None:
    found = catalogue.mentioning(phrase, EVERYTHING)
    # "olive" and "olives" are one index term.
    wanted = ids_with(FOOD, phrase) | (ids_with(FOOD, "olives") if phrase == "olive" else set())
    assert set(_ids(found)) == wanted
    assert found.is_complete
    assert _ids(found) == [id for id in NEWEST_FIRST if id in wanted]


@pytest.mark.parametrize("phrase", ["oil olive", "olive wells", "Euroclear", "", "…", "the dairy of the old"])
def test_a_phrase_that_stands_nowhere_is_mentioned_nowhere(catalogue: CatalogueSearch, phrase: str) -> None:
    assert catalogue.mentioning(phrase, EVERYTHING).articles == ()


def test_a_mention_is_counted_within_the_scope_alone(catalogue: CatalogueSearch) -> None:
    assert _ids(catalogue.mentioning("sugar tax", _in_words(authors=("Ruben Achterberg",)))) == [
        "tax-late",
        "tax-early",
    ]
    assert _ids(catalogue.mentioning("sugar tax", Filters(source="The Marrowgate Review"))) == ["tax-works"]


@pytest.mark.parametrize(
    ("subject", "ids"),
    [
        ("olive oil", ["oil-fraud", "oil-harvest", "green"]),
        ("the sugar tax", ["tax-late", "tax-fails", "tax-works", "tax-early"]),
        ("bread law", ["bread-law"]),
        ("kiosks", ["tax-fails"]),
    ],
)
def test_articles_about_a_subject_name_it_in_the_title_or_topics_or_often(
    catalogue: CatalogueSearch, subject: str, ids: list[str]
) -> None:
    assert _ids(catalogue.about(subject, EVERYTHING)) == ids


def test_where_no_article_is_about_a_subject_those_that_use_it_are_found(catalogue: CatalogueSearch) -> None:
    text = next(each.text for each in FOOD if each.id == "oil-harvest")
    assert 0 < text.count("monastery") < MIN_OCCURRENCES
    assert _ids(catalogue.about("the monastery", EVERYTHING)) == ["oil-harvest"]


@pytest.mark.parametrize("subject", ["", "of the", "submarines", "olive submarines"])
def test_a_subject_without_articles_finds_none(catalogue: CatalogueSearch, subject: str) -> None:
    assert catalogue.about(subject, EVERYTHING).articles == ()


def test_words_are_known_where_the_library_has_them(catalogue: CatalogueSearch) -> None:
    assert catalogue.knows(["Wiebe", "olives", "submarine", "?", "Khorvash"]) == [True, True, False, False, True]


def test_a_snapshot_names_values_days_and_titles(catalogue: CatalogueSearch) -> None:
    snapshot = catalogue.snapshot()
    assert set(snapshot.values("author")) == {each.author for each in FOOD if each.author}
    assert set(snapshot.values("source")) == {"The Marrowgate Review", "Table and Cellar"}
    assert set(snapshot.values("topics")) == {topic for each in FOOD for topic in each.topics}
    assert snapshot.days() == (date(2021, 10, 5), date(2024, 9, 9))
    assert {ref.id for ref in snapshot.titled("bread wants a night")} >= {"bread-night"}


def test_titles_are_found_by_the_full_text_index_as_well(catalogue: CatalogueSearch) -> None:
    assert "bread-night" in [ref.id for ref in catalogue.title_candidates("what does bread wants a night say?")]
    assert catalogue.title_candidates("of the and") == []


def test_what_is_added_and_removed_is_seen_at_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    with opened(FOOD[:2], tmp_path_factory.mktemp("changing")) as engine:
        catalogue = workspace_of(engine).catalogue
        assert len(catalogue.in_scope(EVERYTHING)) == 2
        engine.remove("tax-fails")
        assert [article.ref.id for article in catalogue.in_scope(EVERYTHING)] == ["tax-works"]
        assert catalogue.mentioning("kiosk", EVERYTHING).articles == ()


def test_an_empty_library_has_neither_articles_nor_days(tmp_path_factory: pytest.TempPathFactory) -> None:
    with opened(FOOD[:1], tmp_path_factory.mktemp("emptied")) as engine:
        engine.remove("tax-works")
        catalogue = workspace_of(engine).catalogue
        assert catalogue.in_scope(EVERYTHING) == ()
        assert catalogue.days() is None
        assert catalogue.mentioning("sugar", EVERYTHING) == FoundArticles(())
        assert catalogue.about("sugar", EVERYTHING).articles == ()
