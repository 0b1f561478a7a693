"""Correction of spelling: what is corrected, what is left alone, and what a corrected question looks like."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import open_engine
from rag.answering.intent.spelling.correction import SpellingCorrection, correct_spelling
from rag.answering.intent.spelling.vocabulary import LibraryVocabulary
from rag.engine import workspace_of
from tests.support.library.food_and_sport import FOOD, SPORT, markdown

Libraries = dict[str, LibraryVocabulary]

TYPOS = {
    "food": (
        "sourdugh sourdough; flavuor flavour; fermentaton fermentation; supermarkts Supermarkets; "
        "marrowgaet Marrowgate; Marowgate Marrowgate; veldhven Veldhaven; weibe Wiebe; konstnaze Konstanze; "
        "safron saffron; tumeric turmeric; "
        "crocuss crocus; breakfst breakfast; merchnats Merchants; counterfiets counterfeits; reputaton reputation; "
        "daneshgr Daneshgar; farukh Farrukh; khorvsh Khorvash; cheesmakers Cheesemakers; vinager vinegar; "
        "macarroni macaroni; restaraunts Restaurants; ignatus Ignatius; pelworth Pellworth; almnods almonds; "
        "corriander coriander; cinammon cinnamon; lentlis lentils; vegetarins Vegetarians; reciepe recipe; "
        "ingredeints ingredients; temperture temperature; tesaly Tessaly"
    ),
    "sport": (
        "championshp championship; penatly penalty; golkeeper Goalkeeper; marsiol Marisol; quintavale Quintavalle; "
        "refere referee; okonjoo Okonjo; betrand Bertrand; defnders defenders; staduim stadium; skarnhlom Skarnholm; "
        "odersby Oddersby; marathn marathon; thermomter thermometer; organsers organisers; physican Physician; "
        "thandka Thandeka; atheltes athletes; exhaustoin exhaustion; competiton competition; sponsers Sponsors; "
        "federaton federation; cylcists cyclists; brenerlund Brennerlund; labratory laboratory; suspenson suspension; "
        "evageline Evangeline; tenis tennis; tournamnet tournament; technolgy technology; specttators spectators; "
        "umpier umpire; equipmnet equipment; vorhuag Vorhaug"
    ),
    "commentary": (
        "tarrifs tariffs; snactions sanctions; putni Putin; chna China; beijng Beijing; zelenskiy Zelensky; "
        "pyongyng Pyongyang; semiconducters semiconductors; uranuim uranium; enrichmnet enrichment; "
        "euroclaer Euroclear; "
        "goverment government; pipleine pipeline; nvida Nvidia; washingtn Washington; brusels Brussels; "
        "confisction confiscation; ukrane Ukraine"
    ),
}  # fmt: skip

# Words that no article of these libraries has: general English, British and American, and rare names.
LEFT_ALONE = (
    "agreement calls two summarise reckons dodgy gist flimsy haggle whisk dollop dribble linesman rebuke grievance "
    "cosy cheque worrisome gullible whining synopsis layman beginner chatbot avocado quinoa tofu risotto espresso "
    "plebiscite impeachment overdraft grumpy hypocrites blunder miscalculated overreach thirsty greengrocer javelin "
    "hurdles wicket batsman marathoner sauté naïve café"
)
NAMES_LEFT_ALONE = (
    "Bolsonaro Lukashenko Milei Orbán Erdoğan Duterte Ardern Kagame Bukele Tsvangirai Szymanowski Oyelaran Ferrante "
    "Kowalczyk Ramaphosa Nakagawa Thorvaldsen Iglesias Papadakis Venkataraman Obasanjo Quisling Delacroix"
)


@pytest.fixture(scope="module")
def libraries(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Libraries]:
    folder = tmp_path_factory.mktemp("spelling")
    for subject, articles in (("food", FOOD), ("sport", SPORT)):
        (folder / subject).mkdir()
        for name, article in articles.items():
            (folder / subject / f"{name}.md").write_text(markdown(*article))
    with (
        open_engine(folder / "food home", empty=True) as food,
        open_engine(folder / "sport home", empty=True) as sport,
        open_engine(home) as commentary,
    ):
        food.add(folder / "food")
        sport.add(folder / "sport")
        yield {
            subject: LibraryVocabulary(workspace_of(engine).library, workspace_of(engine).fulltext)
            for subject, engine in (("food", food), ("sport", sport), ("commentary", commentary))
        }


@pytest.fixture(scope="module")
def food(libraries: Libraries) -> LibraryVocabulary:
    return libraries["food"]


def read_as(question: str, vocabulary: LibraryVocabulary) -> str:
    return correct_spelling(question, vocabulary).question


@pytest.mark.parametrize("subject", list(TYPOS))
def test_a_misspelt_word_is_read_as_the_librarys_own(subject: str, libraries: Libraries) -> None:
    wrong = {}
    for pair in TYPOS[subject].split("; "):
        typed, meant = pair.split()
        corrected = correct_spelling(f"what about {typed} here", libraries[subject]).corrected
        if [(before, after.lower()) for before, after in corrected] != [(typed, meant.lower())]:
            wrong[typed] = corrected
    assert not wrong


@pytest.mark.parametrize("subject", list(TYPOS))
def test_ordinary_words_and_rare_names_are_left_alone(subject: str, libraries: Libraries) -> None:
    questions = [f"what about {word} here" for word in LEFT_ALONE.split()] + [
        f"What does {name} say here?" for name in NAMES_LEFT_ALONE.split()
    ]
    assert [pair for question in questions for pair in correct_spelling(question, libraries[subject]).corrected] == []


def test_a_misspelt_word_of_a_request_is_read_though_no_article_has_it(libraries: Libraries) -> None:
    for typed, read in (("sumarize", "summarize"), ("arguements", "arguments"), ("diferences", "differences")):
        for library in libraries.values():
            assert correct_spelling(f"the {typed} of it", library).question == f"the {read} of it"


def test_a_question_of_known_words_stays(food: LibraryVocabulary) -> None:
    question = "Why does  Wiebe let the dough rest,  overnight?"
    assert correct_spelling(question, food) == SpellingCorrection(question, ())


def test_all_else_in_a_corrected_question_stays_as_it_was_typed(food: LibraryVocabulary) -> None:
    assert correct_spelling("  (why)  does WIEBE's  sourdugh rest –  overnigth?! ", food) == SpellingCorrection(
        "  (why)  does WIEBE's  sourdough rest –  overnight?! ",
        (("sourdugh", "sourdough"), ("overnigth", "overnight")),
    )


def test_a_name_gets_its_capital_back_and_another_word_does_not(food: LibraryVocabulary) -> None:
    assert read_as("what does pelworth cook with corriander", food) == "what does Pellworth cook with coriander"


def test_a_word_keeps_the_capital_it_was_typed_with(food: LibraryVocabulary) -> None:
    assert read_as("Corriander or cumin?", food) == "Coriander or cumin?"
    assert read_as("WHY DOES PELWORTH FRY AN ONION", food) == "WHY DOES PELLWORTH FRY AN ONION"


def test_a_possessive_ending_stays(food: LibraryVocabulary) -> None:
    assert read_as("Is Pelworth’s recipe for lentils hard?", food) == "Is Pellworth’s recipe for lentils hard?"


def test_a_capital_inside_a_sentence_is_a_name_and_becomes_no_other_word(food: LibraryVocabulary) -> None:
    assert read_as("What does Doughh say about the crust?", food) == "What does Doughh say about the crust?"
    assert read_as("what is the doughh for", food) == "what is the dough for"


def test_short_words_numbers_acronyms_and_addresses_are_left_alone(food: LibraryVocabulary) -> None:
    for question in (
        "why is the oli hot",
        "is it 2O24 or 1974x",
        "what does the CHEESSE say",
        "is it on www.chese.com or in the file chese_notes",
    ):
        assert correct_spelling(question, food).corrected == ()


def test_words_in_quotation_marks_are_left_alone(food: LibraryVocabulary) -> None:
    for quoted in ('"vinager"', "“vinager”", "«vinager»"):
        assert correct_spelling(f"who says {quoted} about the brine", food).corrected == ()


def test_contractions_without_an_apostrophe_are_no_misspellings(food: LibraryVocabulary) -> None:
    assert correct_spelling("whats in it and why dont they fry it, isnt it oily", food).corrected == ()


def test_a_word_typed_as_two_is_joined(libraries: Libraries) -> None:
    for typed in ("semi conductors", "semi-conductors"):
        assert correct_spelling(f"who makes {typed} now", libraries["commentary"]).corrected == (
            (typed, "semiconductors"),
        )


def test_a_word_of_grammar_is_joined_to_no_other(libraries: Libraries) -> None:
    # The library has "successor", and no "success".
    assert correct_spelling("was it a success or a failure", libraries["commentary"]).corrected == ()


def test_two_words_typed_as_one_are_parted(libraries: Libraries) -> None:
    corrected = correct_spelling("do the exportcontrols work", libraries["commentary"]).corrected
    assert corrected == (("exportcontrols", "export controls"),)
    assert read_as("do the chefs use oliveoil", libraries["food"]) == "do the chefs use olive oil"


def test_a_question_of_one_misspelt_word_is_corrected(food: LibraryVocabulary) -> None:
    assert read_as("safron", food) == "saffron"


@pytest.mark.parametrize(
    "question",
    [
        "Warum mag China den Pakt nicht?",
        "¿Por qué China no quiere el pacto con Rusia?",
        "Pourquoi la Chine n'aime-t-elle pas le pacte?",
        "Perché Pechino non ama il patto con la Corea?",
        "Por que a China não gosta do pacto?",
        "Waarom houdt China niet van het verdrag met Rusland?",
        "Dlaczego Chiny nie lubią tego paktu?",
        "Почему Китай не любит этот договор?",
        "中国为什么不喜欢这个条约",
    ],
)
def test_a_question_in_another_language_stays(question: str, libraries: Libraries) -> None:
    assert correct_spelling(question, libraries["commentary"]) == SpellingCorrection(question, ())


@pytest.mark.parametrize("question", ["", "  ", "?!", "’’’ \ud800 \x00", "x" * 4_000, "(.*) [a-z]+ \\b", "a’ b’s ’s"])
def test_any_text_is_taken(question: str, food: LibraryVocabulary) -> None:
    assert correct_spelling(question, food) == SpellingCorrection(question, ())


def test_an_empty_library_corrects_nothing(tmp_path: Path) -> None:
    with open_engine(tmp_path / "home", empty=True) as engine:
        workspace = workspace_of(engine)
        vocabulary = LibraryVocabulary(workspace.library, workspace.fulltext)
        assert correct_spelling("why is chees hard", vocabulary) == SpellingCorrection("why is chees hard", ())


def test_the_vocabulary_follows_the_library(tmp_path: Path) -> None:
    (tmp_path / "cheese.md").write_text(markdown(*FOOD["cheese"]))
    with open_engine(tmp_path / "home", empty=True) as engine:
        workspace = workspace_of(engine)
        vocabulary = LibraryVocabulary(workspace.library, workspace.fulltext)
        assert read_as("who is pelworth here", vocabulary) == "who is pelworth here"
        (article_id,) = engine.add(tmp_path / "cheese.md").added
        assert read_as("who is pelworth here", vocabulary) == "who is Pellworth here"
        engine.remove(article_id)
        assert read_as("who is pelworth here", vocabulary) == "who is pelworth here"


@pytest.mark.parametrize(
    ("subject", "typed", "read"),
    [
        ("commentary", "what did the sanctons leger get wrong", "what did the Sanctions Ledger get wrong"),
        ("food", "articles by odlys brenhlt", "articles by Odalys Brenholt"),
    ],
)
def test_slips_in_several_words_of_a_name_are_found(subject: str, typed: str, read: str, libraries: Libraries) -> None:
    assert correct_spelling(typed, libraries[subject]).question == read


@pytest.mark.parametrize("typed", ["is a kitchen cable safe?", "who has soft power?", "what do quick forks do?"])
def test_common_words_that_resemble_a_name_stay(typed: str, libraries: Libraries) -> None:
    for subject in ("commentary", "food"):
        assert correct_spelling(typed, libraries[subject]).question == typed


def test_a_rare_word_with_a_letter_left_out_is_the_common_one(libraries: Libraries) -> None:
    typed = "who replaced lambrecht as defence minster"
    assert correct_spelling(typed, libraries["commentary"]).corrected == (("minster", "minister"),)
    for rare in ("loaves", "imparted", "soared", "tirade", "whither", "hoists"):
        assert not correct_spelling(f"who has {rare} before the war?", libraries["commentary"]).corrected
    # No article about food has a minister often enough.
    assert not correct_spelling(typed, libraries["food"]).corrected


def test_an_acronym_is_read_as_the_words_that_articles_spell_out(libraries: Libraries) -> None:
    commentary = libraries["commentary"]
    assert correct_spelling("is american lng dear?", commentary).corrected == (("lng", "liquefied natural gas"),)
    assert correct_spelling("What does the IMF say?", commentary).corrected == (("IMF", "International Monetary Fund"),)
    assert not correct_spelling("is the tlt or the fbi right about war?", commentary).corrected
