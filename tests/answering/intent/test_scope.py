"""What a question's own words limit it to: authors, publications, topics, titles and dates."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from rag.answering.intent.catalogue import CatalogueField
from rag.answering.intent.scope import ScopeInWords, find_scope, leave_out, reference_day
from rag.readers.sources import LoadedArticle, load_articles
from rag.settings import Settings
from rag.types.article import Article, ArticleRef
from tests.answering.intent.labelled_scopes import LABELLED, LATER

TODAY = date(2025, 11, 20)
CORPUS = Path(__file__).parents[3] / "corpus" / "articles"


@dataclass(frozen=True)
class ListedCatalogue:
    """A catalogue of articles in memory."""

    articles: tuple[Article, ...]

    def values(self, field: CatalogueField) -> Sequence[str]:
        if field == "topics":
            return sorted({topic for article in self.articles for topic in article.topics})
        return sorted({value for article in self.articles if (value := getattr(article, field))})

    def days(self) -> tuple[date, date] | None:
        days = [article.published for article in self.articles if article.published]
        return (min(days), max(days)) if days else None

    def titled(self, words: str) -> Sequence[ArticleRef]:
        return [ArticleRef(a.id, a.title, a.author, a.source, a.published, a.url) for a in self.articles]


def _library(sources: str, topics: str, titles: dict[str, str]) -> ListedCatalogue:
    """Articles with the given titles by their authors, in all publications and topics."""
    names, words = sources.split("; "), tuple(topics.split("; "))
    return ListedCatalogue(
        tuple(
            Article(f"a{number}", title, "Text.", author, names[number % len(names)], date(2024, 1, 1), None, words)
            for number, (title, author) in enumerate(titles.items())
        )
    )


@cache
def libraries() -> dict[str, ListedCatalogue]:
    return {
        "bundled": ListedCatalogue(
            tuple(item.article for item in load_articles([CORPUS], Settings()) if isinstance(item, LoadedArticle))
        ),
        "food": _library(
            "The Larder; TASTE; Sunday Plate",
            "bread; street food; wine; fermentation; restaurants; fish",
            {
                "The Death of the Tasting Menu": "The Slow Spoon",
                "Against Sourdough": "Salt and Smoke",
                "Hard Cheese": "Nigel Harrow",
                "A Knife for Every Kitchen": "J. B. Carter",
                "What Grandmothers Knew About Beans": "Maria Ortega-Vidal",
                "Salt": "Second Helping",
                "The Case for Cheap Wine": "Salt and Smoke",
            },
        ),
        "sport": _library(
            "The Athlete; Game Theory; The Observer",
            "football; tennis; doping; olympic games; transfer market; refereeing",
            {
                "The Freeze": "Extra Time",
                "Nobody Watches the Linesman": "The Far Post",
                "Money Scores First": "Tom Baker",
                "A Second Serve for Women's Tennis": "Anna Lindqvist",
                "The Long Goodbye to the Back Pass": "Peter Baker",
                "Home Advantage": "Left Field",
            },
        ),
        "music": _library(
            "Rolling Tone; Score",
            "opera; jazz; streaming; concert halls",
            {
                "The Encore Nobody Wanted": "Quiet Storm",
                "Silence, Please": "Miriam Stein",
                "Loud Is Not Live": "Liam O'Hara",
                "The Tempo Trap": "Off Beat",
                "Why Choirs Sing Flat": "The Back Row",
                "Headphones in the Cathedral": "Tessa Brown-Lee",
            },
        ),
        "news": _library(
            "TIME; Financial Times; The Economist; The Atlantic",
            "trade; ai; energy; europe",
            {
                "The Meaning of the Putin-Kim Connection": "Ian Bremmer",
                "The Freeze of Nations": "Theresa May",
                "Hard Choices": "Fareed Zakaria",
                "Europe": "The Economist",
            },
        ),
    }


def described(found: ScopeInWords, library: ListedCatalogue) -> str:
    scope, titles = found.scope, {article.id: article.title for article in library.articles}
    parts = {
        "authors": scope.authors,
        "sources": scope.sources,
        "topics": scope.topics,
        "articles": tuple(titles[article] for article in scope.articles),
        "dates": (f"{scope.since or ''}..{scope.until or ''}",) if scope.since or scope.until else (),
    }
    return " | ".join(f"{part}: {'; '.join(values)}" for part, values in parts.items() if values)


def _normal(text: str) -> set[tuple[str, frozenset[str]]]:
    parts = [part.partition(": ") for part in text.split(" | ") if part]
    return {(name, frozenset(values.split("; "))) for name, _, values in parts}


@pytest.mark.parametrize(("library", "question", "scope"), LABELLED + LATER, ids=[row[1] for row in LABELLED + LATER])
def test_a_question_has_the_scope_that_its_words_give_it(library: str, question: str, scope: str) -> None:
    catalogue = libraries()[library]
    found = find_scope(question, catalogue, TODAY)
    assert _normal(described(found, catalogue)) == _normal(scope), described(found, catalogue)


def test_a_current_library_counts_from_the_clock() -> None:
    assert reference_day(date(2026, 3, 1), date(2025, 11, 6)) == date(2026, 3, 1)
    assert reference_day(date(2026, 3, 1), None) == date(2026, 3, 1)


def test_an_old_library_counts_from_its_newest_article() -> None:
    assert reference_day(date(2026, 11, 29), date(2025, 11, 6)) == date(2025, 11, 6)


def _found(library: str, question: str) -> ScopeInWords:
    return find_scope(question, libraries()[library], TODAY)


@pytest.mark.parametrize(
    ("library", "question", "subject"),
    [
        ("bundled", "what did hard power write about tariffs in 2023", "tariffs"),
        ("bundled", "What did Hard Power write in 2023?", ""),
        ("bundled", "Why did prices rise in 2022?", "Why did prices rise in 2022?"),
        ("bundled", "According to The Enrichment Gap, who dominates uranium?", "who dominates uranium?"),
        ("bundled", "compare hard power and house rules on the reserves", "the reserves"),
        ("bundled", "Where do Hard Power and House Rules disagree on the frozen assets?", "the frozen assets"),
        ("bundled", "articles on trade", "trade"),
        ("bundled", "summarise The Enrichment Gap", ""),
        ("bundled", "what's the argument in Three Winters Late?", ""),
        ("food", "what did harrow write in the larder about beans last year", "beans"),
    ],
)  # fmt: skip
def test_the_subject_is_the_question_without_its_scope(library: str, question: str, subject: str) -> None:
    assert _found(library, question).subject == subject


@pytest.mark.parametrize(("library", "question", "scope"), LABELLED[::3], ids=[row[1] for row in LABELLED[::3]])
def test_a_mention_is_its_words_in_the_question(library: str, question: str, scope: str) -> None:
    found = _found(library, question)
    assert [question[m.start : m.end] for m in found.mentions] == [m.text for m in found.mentions]
    assert bool(found.mentions) == bool(scope)
    ends = [m.end for m in found.mentions]
    assert all(end <= m.start for end, m in zip(ends, found.mentions[1:], strict=False))


def test_an_author_of_whom_others_are_asked_is_named_and_no_filter() -> None:
    found = _found("news", "Who disagrees with Bremmer about China?")
    assert found.authors_named == ("Ian Bremmer",)
    assert not found.scope


def test_authors_are_named_in_the_order_of_the_question() -> None:
    found = _found("bundled", "Does House Rules agree with Hard Power on the reserves?")
    assert found.authors_named == ("House Rules", "Hard Power")


def test_an_author_and_another_authors_article_are_no_scope_together() -> None:
    written = _found("bundled", "Did Kitchen Table write The Enrichment Gap?")
    assert (written.scope.authors, len(written.scope.articles)) == ((), 1)
    assert written.authors_named == ("Kitchen Table",)
    thought = _found("bundled", "What does Kitchen Table think about The Enrichment Gap?")
    assert (thought.scope.authors, thought.scope.articles) == (("Kitchen Table",), ())


def test_a_surname_of_two_authors_names_both() -> None:
    assert set(_found("sport", "what does baker think of wages").scope.authors) == {"Tom Baker", "Peter Baker"}


def test_initials_count_in_capitals_only() -> None:
    assert not _found("news", "what does ib think about china").scope
    assert _found("news", "According to I.B., what does China want?").scope.authors == ("Ian Bremmer",)


def test_a_by_line_of_several_people_is_found_by_each() -> None:
    library = ListedCatalogue((Article("a", "Bread", "Text.", "Ada Kern and Bo Lind"),))
    for question in ("what does Kern think of bread", "articles by bo lind", "ada kern and bo lind on rye"):
        assert find_scope(question, library, TODAY).scope.authors == ("Ada Kern and Bo Lind",), question


@pytest.mark.parametrize(
    ("author", "question"),
    [
        ("The View from Here", "what does the view from here say about oil"),
        ("By the Numbers", "articles by by the numbers"),
        ("Pen & Ink", "pen and ink on fonts"),
        ("Dr. Jane Roe", "jane roe on oil"),
        ("JOHN DOE", "what does doe say"),
        ("Łukasz Żak", "lukasz zak on oil"),
        ("José Álvarez", "what does alvarez say about wine"),
        ("李明", "what does 李明 say"),
        ("Maria Ortega-Vidal", "ortega vidal on wine"),
        ("Ursula von der Leyen", "What does von der Leyen think?"),
        ("A. N. Wilson", "A.N. Wilson on Dickens"),
        ("The 1975", "what does the 1975 think"),
        ("24/7 News", "24/7 news on oil"),
        ("Lex", "what does lex think"),
        ("Staff", "articles by staff"),
    ],
)
def test_names_of_many_kinds_are_found(author: str, question: str) -> None:
    library = ListedCatalogue((Article("a", "Oil", "Text.", author), Article("b", "Gas", "Text.", "Ada Kern")))
    assert find_scope(question, library, TODAY).scope.authors == (author,)


def test_names_and_titles_are_never_patterns() -> None:
    library = ListedCatalogue(
        (
            Article("a", "What? (And Why?) [Part .*]", "Text.", "A+ (Team)", "C*", None, None, ("(a|b)+",)),
            Article("b", "((((", "Text.", "[", "\\", None, None, ("(?P<x>",)),
        )
    )
    found = find_scope(
        "what does the A+ (Team) say in What? (And Why?) [Part .*] about (a|b)+ and [ ((((", library, TODAY
    )
    assert found.scope.articles in ((), ("a",))
    assert not find_scope("why do prices rise", library, TODAY).scope


@pytest.mark.parametrize("question", ["", " ", "?", "…", "\ud800", "\ue000 \ue001 by Hard Power", "a" * 4000, "\x00"])
def test_any_text_has_a_scope(question: str) -> None:
    assert isinstance(_found("bundled", question), ScopeInWords)


def test_a_library_without_articles_has_no_scope_but_dates() -> None:
    empty = ListedCatalogue(())
    assert not find_scope("what does Hard Power say about AI", empty, TODAY).scope
    assert find_scope("articles from 2024", empty, TODAY).scope.since == date(2024, 1, 1)


def _large_library() -> tuple[ArticleRef, ...]:
    rng = random.Random(7)
    words = ["".join(rng.choices("abcdefghilmnoprstuvw", k=rng.randint(3, 9))).capitalize() for _ in range(2500)]
    authors = [" ".join(rng.sample(words, 2)) for _ in range(200)]
    return tuple(
        ArticleRef(
            f"a{n}", " ".join(rng.choices(words, k=rng.randint(3, 8))), rng.choice(authors), "The Weekly", None, None
        )
        for n in range(5000)
    )


@dataclass(frozen=True)
class LargeCatalogue:
    """Values and titles that are prepared once, as a library's are."""

    articles: tuple[ArticleRef, ...]
    authors: tuple[str, ...]

    def values(self, field: CatalogueField) -> Sequence[str]:
        return {"author": self.authors, "source": ("The Weekly",), "topics": ("trade",)}[field]

    def days(self) -> tuple[date, date] | None:
        return None

    def titled(self, words: str) -> Sequence[ArticleRef]:
        return self.articles


@pytest.fixture(scope="module")
def large() -> LargeCatalogue:
    articles = _large_library()
    catalogue = LargeCatalogue(articles, tuple(sorted({a.author for a in articles if a.author})))
    find_scope("what is new", catalogue, TODAY)
    return catalogue


def _seconds(question: str, catalogue: LargeCatalogue) -> float:
    start = time.process_time()
    find_scope(question, catalogue, TODAY)
    return time.process_time() - start


def test_a_question_takes_a_few_milliseconds_on_5000_titles(large: LargeCatalogue) -> None:
    questions = [question for _, question, _ in LABELLED]
    seconds = sorted(_seconds(question, large) for question in questions)
    assert seconds[len(seconds) // 2] < 0.005


@pytest.mark.parametrize(
    "piece",
    ["what does ", "the ", "in 2023 ", '"', "“", "I.B. ", "'s ", "the last first half of ", "articles on trade and ",
     "according to the article called ", ", ", "\n", "say about by from in ", "early in late ", "may be ", "1"],
)  # fmt: skip
def test_time_grows_with_the_length_alone(piece: str, large: LargeCatalogue) -> None:
    assert _seconds((piece * 4000)[:4000], large) < 1.0


def test_a_question_made_of_names_and_titles_is_bounded(large: LargeCatalogue) -> None:
    names = " and ".join(large.authors)[:4000]
    titles = " ".join(article.title for article in large.articles)[:4000]
    assert _seconds(names, large) < 2.0
    assert _seconds(titles, large) < 2.0


LEFT_OUT: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("articles on sanctions that are not by Hard Power", "articles on sanctions", ("Hard Power",)),
    ("everything except the pieces by House Rules", "everything", ("House Rules",)),
    ("all columns on gas other than those of Long Shadows", "all columns on gas", ("Long Shadows",)),
    ("isn't Hard Power against tariffs?", "isn't Hard Power against tariffs?", ()),
    ("articles not only by Hard Power", "articles not only by Hard Power", ()),
)


@pytest.mark.parametrize(("question", "kept", "authors"), LEFT_OUT)
def test_what_a_question_leaves_out_is_no_limit_to_it(question: str, kept: str, authors: tuple[str, ...]) -> None:
    positive, without = leave_out(question, libraries()["bundled"], TODAY)
    assert positive == kept
    assert (without.authors if without else ()) == authors
