"""Answers about the collection: counts, lists and dates are those of the files."""

import re
from collections import Counter
from pathlib import Path

import pytest

from rag import Answer, QueryEngine, open_engine
from tests.support.answer_invariants import assert_invariants
from tests.support.library.columns import FOOD, SPORT, Column, ids_with, opened

NEWEST_FIRST = [each.id for each in sorted(FOOD, key=lambda each: each.day or "", reverse=True)]


def _cited(answer: Answer) -> list[str]:
    return [citation.article.id for citation in answer.citations]


def _asked(engine: QueryEngine, question: str) -> Answer:
    answer = engine.ask(question)
    assert answer.kind == "collection", question
    assert not answer.abstained
    assert_invariants(answer, engine)
    return answer


def test_the_number_of_articles_and_authors_is_that_of_the_files(food_engine: QueryEngine) -> None:
    authors = {each.author for each in FOOD if each.author}
    heading = _asked(food_engine, "How many articles do you have?").text
    assert heading.startswith(f"{len(FOOD)} articles in the collection, by {len(authors)} authors")
    assert "from October 2021 to September 2024" in heading


@pytest.mark.parametrize(("field", "question"), [("author", "who are the authors?"), ("source", "which publications?")])
def test_authors_and_publications_are_listed_with_their_counts(
    food_engine: QueryEngine, field: str, question: str
) -> None:
    counted = Counter(getattr(each, field) for each in FOOD if getattr(each, field))
    answer = _asked(food_engine, question)
    assert answer.text.startswith(f"{len(counted)} ")
    for value, count in counted.items():
        assert f"- {value}: {count} article" in answer.text


def test_topics_are_listed_with_their_counts(food_engine: QueryEngine) -> None:
    counted = Counter(topic for each in FOOD for topic in each.topics)
    answer = _asked(food_engine, "what topics do the articles cover?")
    assert answer.text.startswith(f"{len(counted)} topics")
    for topic, count in counted.items():
        assert f"- {topic}: {count} article" in answer.text


@pytest.mark.parametrize("author", sorted({each.author for each in (*FOOD, *SPORT) if each.author}))
def test_the_articles_of_an_author_are_all_listed_newest_first(
    food_engine: QueryEngine, sport_engine: QueryEngine, author: str
) -> None:
    is_food = any(each.author == author for each in FOOD)
    columns = [each for each in (FOOD if is_food else SPORT) if each.author == author]
    engine = food_engine if is_food else sport_engine
    listed = [each.id for each in sorted(columns, key=lambda each: each.day or "", reverse=True)]
    assert _cited(_asked(engine, f"list the articles by {author}")) == listed
    counted = _asked(engine, f"how many articles by {author}?")
    assert counted.text.startswith(f"{len(columns)} article")


@pytest.mark.parametrize(
    "phrase", ["olive oil", "oil", "sugar tax", "Veldhaven", "Konstanze Wiebe", "lemonade", "bottle of lemonade"]
)
def test_articles_that_mention_a_phrase_are_those_whose_files_have_it(food_engine: QueryEngine, phrase: str) -> None:
    answer = _asked(food_engine, f"how many articles mention {phrase}?")
    assert set(_cited(answer)) == ids_with(FOOD, phrase)
    assert answer.text.startswith(f"{len(ids_with(FOOD, phrase))} article")


def test_a_phrase_is_not_its_words_apart(food_engine: QueryEngine) -> None:
    apart = ids_with(FOOD, "olive") & ids_with(FOOD, "oil")
    assert "green" in apart - ids_with(FOOD, "olive oil"), "an article has the two words apart"
    assert "green" not in _cited(_asked(food_engine, "which articles mention olive oil?"))


def test_a_phrase_that_no_article_has_is_said_to_be_in_none(food_engine: QueryEngine) -> None:
    answer = _asked(food_engine, "how many articles mention Euroclear?")
    assert answer.text == "No article mentions “Euroclear” in the collection."


def test_a_list_of_all_articles_is_in_the_order_of_their_days(food_engine: QueryEngine) -> None:
    assert _cited(_asked(food_engine, "list the articles")) == NEWEST_FIRST


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("what is the newest article?", "tax-late"),
        ("what is the oldest article?", "green"),
        ("newest article on olive oil", "oil-fraud"),
        ("latest piece about bread", "bread-night"),
        ("the oldest article about the sugar tax", "tax-early"),
        ("latest article by Quiet Fork", "bread-night"),
        ("most recent column about kiosks", "tax-fails"),
    ],
)
def test_the_newest_and_the_oldest_article_on_a_subject_are_found(
    food_engine: QueryEngine, question: str, first: str
) -> None:
    assert _cited(_asked(food_engine, question))[0] == first


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("the four newest articles", NEWEST_FIRST[:4]),
        ("what are the last two pieces by Odalys Brenholt?", ["oil-harvest", "tax-works"]),
        ("sort the articles on the sugar tax by date", ["tax-late", "tax-fails", "tax-works", "tax-early"]),
        ("list the articles on the sugar tax, oldest first", ["tax-early", "tax-works", "tax-fails", "tax-late"]),
        ("when did Ruben Achterberg last write?", ["tax-late", "tax-early"]),
        ("how many from 2023?", ["tax-fails", "tax-works"]),
    ],
)
def test_as_many_articles_are_listed_as_are_asked_for_and_in_their_order(
    food_engine: QueryEngine, question: str, ids: list[str]
) -> None:
    assert _cited(_asked(food_engine, question)) == ids


@pytest.mark.parametrize(
    "question",
    ["how many articles on {}?", "how many authors wrote about {}", "who's written about {}", "anything on {}?"],
)
def test_a_topic_of_the_catalogue_is_counted_as_the_catalogue_has_it(food_engine: QueryEngine, question: str) -> None:
    for topic in sorted({topic for each in FOOD for topic in each.topics}):
        answer = _asked(food_engine, question.format(topic))
        on_it = [each for each in FOOD if topic in each.topics]
        authors = {each.author for each in on_it if each.author}
        assert answer.understood.scope.topics == (topic,)
        assert answer.text.startswith(str(len(authors) if "author" in question or "who" in question else len(on_it)))


def test_articles_that_mention_two_things_have_both(food_engine: QueryEngine) -> None:
    answer = _asked(food_engine, "which articles mention both lemonade and teeth?")
    assert set(_cited(answer)) == ids_with(FOOD, "lemonade") & ids_with(FOOD, "teeth")
    assert "“lemonade and teeth”" in answer.text


def test_years_are_counted_and_the_fullest_is_named(food_engine: QueryEngine) -> None:
    counted = Counter(each.day[:4] for each in FOOD if each.day)
    most = max(counted.values())
    for question in ("how many articles a year?", "which year has the most articles?"):
        text = _asked(food_engine, question).text
        assert all(f"- {year}: {count} article" in text for year, count in counted.items())
        named = text.partition("most of them of ")[2].partition(":")[0]
        assert {year for year, count in counted.items() if count == most} == set(re.findall(r"\d{4}", named))
    assert _asked(food_engine, "how many articles a year by Quiet Fork?").text.startswith("2 articles by Quiet Fork")
    assert _asked(food_engine, "how many articles a year on bread?").text


def test_writers_are_named_with_their_numbers_of_articles_the_fewest_first_if_asked(
    food_engine: QueryEngine,
) -> None:
    counted = Counter(each.author for each in FOOD if each.author)
    most = _asked(food_engine, "how many articles has each author written?").text.splitlines()[2:]
    least = _asked(food_engine, "who wrote least?").text.splitlines()[2:]
    assert most == least[::-1]
    assert least[0].endswith(f": {min(counted.values())} article" + "s" * (min(counted.values()) > 1))


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("articles of 2023", ["tax-fails", "tax-works"]),
        ("articles since 2024", ["tax-late", "oil-fraud", "oil-harvest"]),
        ("articles before 2022", ["bread-law", "green"]),
        ("What did Odalys Brenholt write in 2023?", ["tax-works"]),
        ("how many articles did Table and Cellar publish in 2024?", ["tax-late", "oil-fraud"]),
    ],
)
def test_a_period_limits_the_articles(food_engine: QueryEngine, question: str, ids: list[str]) -> None:
    assert _cited(_asked(food_engine, question)) == ids


def test_an_author_of_whom_there_is_no_article_is_said_to_be_unknown(food_engine: QueryEngine) -> None:
    answer = _asked(food_engine, "articles by Gordon Ramsay")
    assert answer.text == "No article of the collection is by Gordon Ramsay."
    assert not answer.citations


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("who wrote Bread wants a night?", "“Bread wants a night” is by Quiet Fork (30 January 2022). [1]"),
        ("who wrote A notebook from the cellar?", "“A notebook from the cellar” names no author. [1]"),
        ("when was A notebook from the cellar published?", "“A notebook from the cellar” has no date. [1]"),
        (
            "when was The kiosk pays for everybody published?",
            "“The kiosk pays for everybody” by The Larder Notes was published on 2 May 2023 in Table and Cellar. [1]",
        ),
    ],
)
def test_author_and_day_of_a_named_article_are_told(food_engine: QueryEngine, question: str, text: str) -> None:
    assert _asked(food_engine, question).text == text


def test_the_period_is_from_the_oldest_to_the_newest_article(sport_engine: QueryEngine) -> None:
    answer = _asked(sport_engine, "what period do the articles cover?")
    assert answer.text.startswith("The articles were published from August 2021 to July 2024.")
    assert _cited(answer) == ["heat", "video-first"]


def test_the_users_filters_limit_what_is_counted(food_engine: QueryEngine) -> None:
    answer = food_engine.ask("how many articles do you have?", author="Quiet Fork")
    assert re.match(r"2 articles\b", answer.text)


@pytest.mark.parametrize(
    "question",
    [
        "how many articles do you have?", "who are the authors?", "what topics are there?", "list the articles",
        "what is the newest article?", "what are these articles about?", "from when to when?",
        "how many articles mention oil?", "which publications are there?", "who wrote about oil?", "hello",
        "articles by Nobody Here",
    ],
)  # fmt: skip
def test_an_empty_library_is_said_to_be_empty(empty_engine: QueryEngine, question: str) -> None:
    answer = empty_engine.ask(question)
    assert answer.kind in ("collection", "talk")
    assert not answer.citations
    assert re.search(r"\bno articles?\b|\b0 articles\b", answer.text, re.IGNORECASE), answer.text


@pytest.fixture(scope="module")
def empty_engine(tmp_path_factory: pytest.TempPathFactory) -> QueryEngine:
    return open_engine(tmp_path_factory.mktemp("empty") / "home", empty=True)


def test_articles_without_author_or_day_are_counted_and_listed(tmp_path: Path) -> None:
    columns = (
        Column("one", "On kettles", "A kettle whistles when the water boils. Nobody knows who made it first."),
        Column("two", "On cups", "A cup holds less than a mug does. The saucer holds what is spilt from it."),
    )
    with opened(columns, tmp_path) as engine:
        assert engine.ask("how many articles do you have?").text.startswith("2 articles in the collection")
        assert set(_cited(engine.ask("list the articles"))) == {"one", "two"}
        assert engine.ask("who are the authors?").text == "No article names its author."
        assert engine.ask("from when to when?").text == "No article of the collection has a date."
        assert set(_cited(engine.ask("what is the newest article?"))) == {"one", "two"}
        assert set(_cited(engine.ask("what are these articles about?"))) == {"one", "two"}


def test_a_removed_article_is_no_longer_counted(tmp_path: Path) -> None:
    with opened(FOOD[:3], tmp_path) as engine:
        assert engine.ask("how many articles do you have?").text.startswith("3 articles")
        engine.remove("tax-early")
        assert engine.ask("how many articles do you have?").text.startswith("2 articles")
        assert "tax-early" not in _cited(engine.ask("how many articles mention syrup?"))


EXCLUSIONS: tuple[tuple[str, set[str]], ...] = (
    ("articles on the sugar tax that are not by The Larder Notes", {"tax-works", "tax-early", "tax-late"}),
    ("articles by Ruben Achterberg but not from 2022", {"tax-late"}),
    ("articles by Quiet Fork that are not about bread", {"green"}),
)


@pytest.mark.parametrize(("question", "listed"), EXCLUSIONS)
def test_what_a_question_leaves_out_is_not_listed(food_engine: QueryEngine, question: str, listed: set[str]) -> None:
    assert set(_cited(_asked(food_engine, question))) == listed


@pytest.mark.parametrize(
    ("question", "listed"),
    [
        ("list Table and Cellar articles on the sugar tax by Ruben Achterberg from 2024", {"tax-late"}),
        ("how many articles by Ruben Achterberg on the sugar tax in Table and Cellar before 2024?", {"tax-early"}),
        ("articles by Odalys Brenholt on olive oil in The Marrowgate Review in 2024", {"oil-harvest"}),
    ],
)
def test_all_limits_of_a_list_hold_at_once(food_engine: QueryEngine, question: str, listed: set[str]) -> None:
    assert set(_cited(_asked(food_engine, question))) == listed


def test_the_older_of_two_articles_is_said_with_both_days(food_engine: QueryEngine) -> None:
    answer = _asked(food_engine, "which is older, “Bread wants a night” or “The kiosk pays for everybody”?")
    assert answer.text.startswith("“Bread wants a night” is the older one")
    assert "2022-01-30" in answer.text
    assert "2023-05-02" in answer.text


def test_a_place_that_a_list_does_not_have_is_said(food_engine: QueryEngine) -> None:
    chat = food_engine.chat()
    chat.ask("list the articles by Ruben Achterberg")
    answer = chat.ask("summarise the fifth one")
    assert answer.text.startswith("The list has only 2 articles")
    assert chat.ask("summarise the second one").kind == "article"
