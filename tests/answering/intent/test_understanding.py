"""A turn understood as a whole: talk, language, courtesy, spelling, conversation, scope and intent."""

from collections.abc import Callable, Iterable
from datetime import date

import pytest

from rag import QueryEngine
from rag.answering.intent.model_reading import QuestionReader
from rag.answering.intent.spelling.correction import correct_spelling
from rag.answering.intent.spelling.vocabulary import LibraryVocabulary
from rag.answering.intent.understanding import UnderstoodTurn, understand
from rag.engine import workspace_of
from rag.types.answer import Turn
from rag.types.understanding import UnderstoodPart

Understand = Callable[..., UnderstoodTurn]
CLOCK = date(2024, 12, 1)

# library, question, kind and action, scope: parts divided by " | ", values by "; ".
UNDERSTOOD: tuple[tuple[str, str, str, str], ...] = (
    ("food", "Hi! Could you please tell me why the olive harvest failed? Thanks!", "fact", ""),
    ("food", "I'm preparing a talk for my class. What do authors say about the sugar tax? Keep it short.", "views", ""),
    ("food", "waht does Quiet Frok say about sourdugh?", "author", "authors: Quiet Fork"),
    ("food", "what did brenholt write before 2022?", "collection list", "authors: Odalys Brenholt | ..2021-12-31"),
    ("food", "articles since 2024", "collection list", "2024-01-01.."),
    ("food", "articles by brenholt in the marrowgate review", "collection list",
     "authors: Odalys Brenholt | sources: The Marrowgate Review"),
    ("food", "What did The Larder Notes write last year?", "collection list",
     "authors: The Larder Notes | 2023-01-01..2023-12-31"),
    ("food", "Warum ist die Ernte ausgefallen?", "talk language", ""),
    ("food", "Khorvash harvest", "fact", ""),
    ("food", "thanks a lot!", "talk thanks", ""),
    ("food", "how many articles on bread are there, please?", "collection count", "topics: bread"),
    ("food", "summarise the kiosk pays for everybody", "article summary", "articles: tax-fails"),
    ("food", "everything by Quiet Fork", "collection list", "authors: Quiet Fork"),
    ("food", "how many articles did table and cellar publish in 2023", "collection count",
     "sources: Table and Cellar | 2023-01-01..2023-12-31"),
    ("food", "I read that the ministry never visited a kiosk. Is that true?", "fact", ""),
    ("food", "can you summarise \"Bread wants a night\" for me?", "article summary", "articles: bread-night"),
    ("food", "would you list the authors please", "collection authors", ""),
    ("food", "Ok so who's against the sugar tax?", "views", ""),
    ("food", "compare odalys brenholt and the larder notes on the sugar tax", "views",
     "authors: Odalys Brenholt; The Larder Notes"),
    ("food", "compare Brenholt and Quiet Fork on bread", "views", "authors: Odalys Brenholt; Quiet Fork"),
    ("food", "brenholt on bread", "author", "authors: Odalys Brenholt"),
    ("food", "does Achterberg still oppose the sugar tax?", "fact", "authors: Ruben Achterberg"),
    ("food", "what was said about olive oil before march 2024?", "fact", "..2024-02-29"),
    ("food", "how many columns in table & cellar?", "collection count", "sources: Table and Cellar"),
    ("food", "hi, how many articles do you have?", "collection count", ""),
    ("food", "articles on healht", "collection list", "topics: health"),
    ("food", "who wrote about fraud in 2024", "collection authors", "topics: fraud | 2024-01-01..2024-12-31"),
    ("food", "is Khorvash dry?", "fact", ""),
    ("food", "why did the olive harvest fail?", "fact", ""),
    ("food", "good afternoon", "talk greeting", ""),
    ("food", "Who are you, and who made you?", "fact", ""),
    ("food", "what is the newest article?", "collection newest", ""),
    ("food", "Quiet Fork's newest column", "collection newest", "authors: Quiet Fork"),
    ("food", "when was “A dry year for the groves” published?", "collection when_published", "articles: oil-harvest"),
    ("food", "According to “Bread wants a night”, why is bread slow?", "article question", "articles: bread-night"),
    ("food", "timeline of the sugar tax", "timeline", ""),
    ("food", "articles by Gordon Ramsay", "collection unknown_author", ""),
    ("food", "which articles mention rapeseed oil?", "collection list", ""),
    ("food", "¿Por qué es tan caro el aceite?", "talk language", ""),
    ("sport", "hello", "talk greeting", ""),
    ("sport", "what does okonjo think of video referees these days?", "author", "authors: Bertrand Okonjo"),
    ("sport", "latest piece by tveitan?", "collection newest", "authors: Halvard Tveitan"),
    ("sport", "was the marathon postponed?", "fact", ""),
    ("sport", "I need to write an essay. Could you compare the views on video referees?", "views", ""),
    ("sport", "which columnists wrote about doping in 2023?", "collection authors",
     "topics: doping | 2023-01-01..2023-12-31"),
    ("sport", "how many articles mention Skarnholm", "collection count", ""),
    ("sport", "what happend at the maraton of Skarnholm", "fact", ""),
    ("sport", "the touchline vs tveitan on doping", "views", "authors: The Touchline; Halvard Tveitan"),
    ("sport", "who wrote ban them for life", "collection who_wrote", "articles: doping-ban"),
    ("sport", "What will the final of 2030 look like?", "fact", ""),
    ("sport", "give me everything by solveig maartens please", "collection list", "authors: Solveig Maartens"),
    ("sport", "how many articles in game and set?", "collection count", "sources: Game and Set"),
    ("sport", "how has okonjo's opinion of video referees changed?", "timeline", "authors: Bertrand Okonjo"),
    ("sport", "what do halvard tveitan and bertrand okonjo think about video referees", "views",
     "authors: Halvard Tveitan; Bertrand Okonjo"),
    ("sport", "oldest article about football", "collection oldest", "topics: football"),
    ("sport", "which one is the newest piece about tennis?", "collection newest", "topics: tennis"),
    ("sport", "ok thanks, and who won the final?", "fact", ""),
    ("sport", "Сколько стоит билет?", "talk language", ""),
    ("sport", "how old is the marathon", "fact", ""),
    ("sport", "columns since june 2024", "collection list", "2024-06-01.."),
    ("sport", "What did Game and Set say about doping last year?", "fact",
     "sources: Game and Set | 2023-01-01..2023-12-31"),
    ("sport", "summarise Too many matches", "article summary", "articles: season"),
    ("sport", "who are the authors", "collection authors", ""),
    ("sport", "compare tveitan and okonjo on video referees", "views", "authors: Halvard Tveitan; Bertrand Okonjo"),
    ("sport", "compare okonjo with tveitan on doping", "views", "authors: Bertrand Okonjo; Halvard Tveitan"),
    ("food", "articles about the sugar tax since the vote", "collection list", "topics: sugar tax"),
    ("sport", "pros and cons of video referees", "views for_and_against", ""),
)  # fmt: skip


@pytest.fixture(scope="module")
def understand_in(food_engine: QueryEngine, sport_engine: QueryEngine) -> Understand:
    """Understands a question over the library of that name."""
    spaces = {"food": workspace_of(food_engine), "sport": workspace_of(sport_engine)}
    vocabularies = {name: LibraryVocabulary(space.library, space.fulltext) for name, space in spaces.items()}

    def run(library: str, question: str, *turns: Turn, ignore: Iterable[UnderstoodPart] = ()) -> UnderstoodTurn:
        return understand(
            question,
            turns,
            spaces[library].catalogue,
            reader=QuestionReader(),
            correct=lambda text: correct_spelling(text, vocabularies[library]),
            clock=CLOCK,
            ignore=frozenset(ignore),
        )

    return run


def _described(turn: UnderstoodTurn) -> str:
    scope = turn.understanding.scope
    parts = [
        f"{name}: {'; '.join(getattr(scope, name))}"
        for name in ("authors", "sources", "topics", "articles")
        if getattr(scope, name)
    ]
    if scope.since or scope.until:
        parts.append(f"{scope.since or ''}..{scope.until or ''}")
    return " | ".join(parts)


@pytest.mark.parametrize(("library", "question", "intent", "scope"), UNDERSTOOD)
def test_a_turn_is_understood(understand_in: Understand, library: str, question: str, intent: str, scope: str) -> None:
    turn = understand_in(library, question)
    assert f"{turn.intent.kind} {turn.intent.action}".strip() == intent
    # A topic that limits a list may be found in the words of its subject as well.
    assert _described(turn) in (scope, scope.removeprefix("topics: fraud | "))


@pytest.mark.parametrize(
    ("part", "question", "with_it", "without_it"),
    [
        ("authors", "What did Quiet Fork say about bread in 2022?",
         "authors: Quiet Fork | 2022-01-01..2022-12-31", "2022-01-01..2022-12-31"),
        ("dates", "What did Quiet Fork say about bread in 2022?",
         "authors: Quiet Fork | 2022-01-01..2022-12-31", "authors: Quiet Fork"),
        ("sources", "articles in Table and Cellar since 2024", "sources: Table and Cellar | 2024-01-01..",
         "2024-01-01.."),
        ("topics", "newest article on bread", "topics: bread", ""),
        ("articles", "summarise “Bread wants a night”", "articles: bread-night", ""),
    ],
)  # fmt: skip
def test_a_part_that_is_taken_back_limits_nothing(
    understand_in: Understand, part: UnderstoodPart, question: str, with_it: str, without_it: str
) -> None:
    assert _described(understand_in("food", question)) == with_it
    assert _described(understand_in("food", question, ignore=[part])) == without_it


def test_spelling_that_is_taken_back_stays_as_typed(understand_in: Understand) -> None:
    typed = "why is sourdugh slow?"
    assert understand_in("food", typed).understanding.corrected == (("sourdugh", "sourdough"),)
    kept = understand_in("food", typed, ignore=["spelling"])
    assert (kept.question, kept.understanding.corrected) == (typed, ())


def test_a_conversation_that_is_taken_back_adds_nothing(understand_in: Understand) -> None:
    before = Turn("What does Quiet Fork think of bread?", "Quiet Fork writes: “Slow bread keeps for five days.”")
    assert understand_in("food", "and Odalys Brenholt?", before).question == "What does Odalys Brenholt think of bread?"
    alone = understand_in("food", "and Odalys Brenholt?", before, ignore=["conversation"])
    assert alone.question == "and Odalys Brenholt?"


def test_an_author_that_is_taken_back_is_no_longer_the_one_who_is_asked(understand_in: Understand) -> None:
    question = "what does Quiet Fork think of bread?"
    assert understand_in("food", question).intent.kind == "author"
    assert understand_in("food", question, ignore=["authors"]).intent.kind != "author"


NEWEST = Turn(
    "newest article on olive oil",
    "The newest article on olive oil is “What is in the green bottle” by The Larder Notes. [1]\n\n"
    "- Before it: “A dry year for the groves” by Odalys Brenholt [2]",
)
PAIR = "articles: oil-fraud; oil-harvest"


@pytest.mark.parametrize(
    ("question", "intent", "scope"),
    [
        ("summarise it", "article summary", "articles: oil-fraud"),
        ("tl;dr", "article summary", "articles: oil-fraud"),
        ("who wrote it?", "collection who_wrote", "articles: oil-fraud"),
        ("when?", "collection when_published", "articles: oil-fraud"),
        ("and when was it published?", "collection when_published", "articles: oil-fraud"),
        ("what does it say about rapeseed?", "article question", "articles: oil-fraud"),
        ("and the one before?", "collection when_published", "articles: oil-harvest"),
        ("which of them is older?", "collection oldest", PAIR),
        ("which of these is the newest?", "collection newest", PAIR),
        ("by whom?", "collection authors", PAIR),
        ("which of them are from 2023?", "collection list", f"{PAIR} | 2023-01-01..2023-12-31"),
        ("how many articles do you have?", "collection count", ""),
        ("why did the harvest of Khorvash fail?", "fact", ""),
        ("thanks", "talk thanks", ""),
    ],
)
def test_a_follow_up_refers_to_the_articles_of_the_answer_before(
    understand_in: Understand, question: str, intent: str, scope: str
) -> None:
    turn = understand_in("food", question, NEWEST)
    assert f"{turn.intent.kind} {turn.intent.action}".strip() == intent
    assert _described(turn) == scope


ONE_ROW = Turn(
    "articles by Quiet Fork",
    "1 article by Quiet Fork among “A dry year for the groves”, “Bread wants a night” and 3 more:\n\n"
    "- “Bread wants a night” by Quiet Fork [1]",
)
UNQUOTED = Turn(
    "summarise bread wants a night", "The Larder Notes (Table and Cellar, May 2023) writes: “See “A dry year …”.” [1]"
)
VIEW = Turn(
    "What does Quiet Fork say about bread?", "“Slow bread keeps for five days.” Quiet Fork, “Bread wants a night” [1]"
)


@pytest.mark.parametrize(
    ("before", "question", "scope"),
    [
        (ONE_ROW, "summarise it", "articles: bread-night"),
        (UNQUOTED, "what does it say about yeast?", "articles: bread-night"),
        (UNQUOTED, "why did it call bread slow?", "articles: bread-night"),
        (UNQUOTED, "is there anything else about yeast in this article?", "articles: bread-night"),
        (VIEW, "what does it say about butter?", "authors: Quiet Fork"),
    ],
)
def test_it_is_the_one_article_or_author_of_the_turn_before(
    understand_in: Understand, before: Turn, question: str, scope: str
) -> None:
    assert _described(understand_in("food", question, before)) == scope


def test_more_is_asked_of_the_same_author(understand_in: Understand) -> None:
    before = Turn("What does Quiet Fork say about bread?", "“Slow bread keeps for five days.” [1]")
    turn = understand_in("food", "tell me more", before)
    assert (turn.intent.kind, _described(turn)) == ("author", "authors: Quiet Fork")


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("why didnt the harvest of Khorvash fail?", "why didn't the harvest of Khorvash fail?"),
        ("whats the price of olive oil?", "what's the price of olive oil?"),
    ],
)
def test_a_contraction_without_its_apostrophe_is_understood(
    understand_in: Understand, typed: str, question: str
) -> None:
    understanding = understand_in("food", typed).understanding
    assert (understanding.question, understanding.corrected) == (question, ())
    assert not understanding.is_reworded(typed, understanding.question)


def test_the_words_of_a_title_are_not_searched_for_in_its_article(understand_in: Understand) -> None:
    turn = understand_in("food", "According to “Bread wants a night”, why is sourdough slow?")
    assert turn.search == "why is sourdough slow?"


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What has Quiet Fork written about bread since the election?", "bread"),
        ("articles about rapeseed since the vote", "rapeseed"),
        ("What has Quiet Fork written about bread since 2022?", "bread"),
    ],
)
def test_an_event_without_a_date_is_neither_subject_nor_scope(
    understand_in: Understand, question: str, subject: str
) -> None:
    turn = understand_in("food", question)
    assert (turn.intent.subject.casefold() or turn.understanding.scope.topics) in (subject, (subject,))
    assert turn.question == question


def test_a_year_that_is_taken_back_is_not_searched_for(understand_in: Understand) -> None:
    turn = understand_in("food", "what was said about olive oil in 2019?", ignore=["dates"])
    assert "2019" not in turn.search


def test_the_sentences_around_a_question_are_searched_for_with_it_and_first(understand_in: Understand) -> None:
    typed = (
        "I teach cooking. Some students believe that sugar is cheap. What I would like to know is this: "
        "why did the olive harvest of Khorvash fail?"
    )
    turn = understand_in("food", typed)
    assert turn.search == "Some students believe that sugar is cheap. " + turn.narrower_search
    assert turn.narrower_search == "why did the olive harvest of Khorvash fail?"


def test_a_question_that_says_nothing_of_its_subject_is_not_searched_for_alone(understand_in: Understand) -> None:
    turn = understand_in("food", "The olive harvest of Khorvash failed in 2023. Why did it?")
    assert turn.narrower_search == turn.search == "The olive harvest of Khorvash failed in 2023. Why did it?"


@pytest.mark.parametrize("question", ["summarise it", "when?", "which of them is newer?"])
def test_without_an_article_in_the_answer_before_nothing_is_referred_to(
    understand_in: Understand, question: str
) -> None:
    before = Turn("how many articles do you have?", "10 articles, and “No Such Title” is none of them.")
    assert understand_in("food", question, before).understanding.scope.articles == ()


@pytest.mark.parametrize(("question", "kind"), [("asdfghjkl qwertz", "fact"), ("helo", "talk")])
def test_what_is_no_language_is_no_greeting(food_engine: QueryEngine, question: str, kind: str) -> None:
    assert food_engine.ask(question).kind == kind


def test_what_one_is_busy_with_before_a_colon_is_what_is_asked_about(food_engine: QueryEngine) -> None:
    for question in (
        "I'm preparing a podcast about the sugar tax - what do people say?",
        "I need to write a briefing for my boss on the sugar tax: what are the main positions, and who holds them?",
    ):
        answer = food_engine.ask(question)
        assert answer.kind == "views"
        assert answer.standalone_question.count("sugar tax") == 1
        assert {citation.article.author for citation in answer.citations} >= {"Odalys Brenholt", "Ruben Achterberg"}


@pytest.mark.parametrize(
    ("question", "kind"), [("kiosk pensioners", "fact"), ("bottle groves", "fact"), ("good job", "talk")]
)
def test_words_that_the_articles_have_are_no_talk(food_engine: QueryEngine, question: str, kind: str) -> None:
    assert food_engine.ask(question).kind == kind


def test_how_something_was_done_is_no_timeline(food_engine: QueryEngine) -> None:
    assert food_engine.ask("how did they get around the ban on kiosks").kind == "fact"


@pytest.mark.parametrize(
    ("library", "question", "kind", "search"),
    [
        ("food", "I'm writing an essay about the sugar tax. Compare the two opposing opinions, with names.", "views",
         "the sugar tax"),
        ("sport", "We are preparing a podcast on doping. Please compare the different views.", "views", "doping"),
        ("sport", "I am giving a talk about doping. Why does it persist?", "fact", "Why does doping persist?"),
        ("food", "I'm writing an essay about the sugar tax. Which articles do you have on it?", "collection",
         "Which articles do you have on the sugar tax?"),
        ("food", "I'm writing an essay about the sugar tax. Why did the olive harvest of Khorvash fail?", "fact",
         "Why did the olive harvest of Khorvash fail?"),
    ],
)  # fmt: skip
def test_a_request_without_a_subject_is_about_what_the_one_who_asks_is_busy_with(
    understand_in: Understand, library: str, question: str, kind: str, search: str
) -> None:
    turn = understand_in(library, question)
    assert (turn.intent.kind, turn.search) == (kind, search)
