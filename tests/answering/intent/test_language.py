"""The language of a question: English, however short it is, or another one that is named."""

import pytest

from rag.answering.intent.language import foreign_language, language_of_small_word

SHORT_ENGLISH = (
    "olive oil prices",
    "sugar tax",
    "summarise it",
    "bread law Veldhaven",
    "video referees football",
    "doping cyclists suspension",
    "newest article",
    "harvest failed",
    "Khorvash",
    "Achterberg sugar tax",
    "compare both",
    "penalty shootout final",
    "marathon heat",
    "who wrote it",
    "frozen reserves Euroclear",
    "price cap oil",
    "gas pipeline transit",
    "cheese restaurant macaroni",
    "school breakfast teeth",
    "tennis line judges",
    "championship referee stadium",
    "season too long",
    "grain deal",
    "chip export controls",
    "saffron counterfeit",
    "Brennerlund tour",
    "sourdough fermentation",
    "olive harvest drought",
    "lemonade kiosk levy",
    "central bank inflation",
    "minister resigns",
    "peace summit communique",
)
FOREIGN = (
    ("German", "Was kostet das Olivenöl?"),
    ("German", "Warum ist die Ernte ausgefallen?"),
    ("German", "Welche Autoren schreiben über Brot?"),
    ("French", "Pourquoi la récolte a-t-elle échoué ?"),
    ("French", "Qui est pour la taxe sur le sucre ?"),
    ("French", "Combien d'articles avez-vous ?"),
    ("Spanish", "¿Por qué es tan caro el aceite?"),
    ("Spanish", "¿Cuántos artículos tienes?"),
    ("Spanish", "¿Quién ganó el campeonato?"),
    ("Italian", "Perché il pane costa di più?"),
    ("Italian", "Chi ha scritto questo articolo?"),
    ("Italian", "Quanto costa l'olio d'oliva?"),
    ("Portuguese", "Por que a colheita falhou?"),
    ("Portuguese", "Quantos artigos existem aqui?"),
    ("Portuguese", "Quem venceu o campeonato?"),
    ("Dutch", "Waarom is de oogst mislukt?"),
    ("Dutch", "Wie schrijft er over brood?"),
    ("Dutch", "Hoeveel artikelen zijn er?"),
    ("Polish", "Dlaczego zbiory się nie udały?"),
    ("Polish", "Kto napisał ten artykuł?"),
    ("Polish", "Ile kosztuje oliwa z oliwek?"),
    ("Swedish", "Varför blev skörden dålig?"),
    ("Swedish", "Vem skrev den här artikeln?"),
    ("Swedish", "Hur många artiklar finns det?"),
    ("Turkish", "Neden zeytinyağı bu kadar pahalı?"),
    ("Turkish", "Kaç makale var burada?"),
    ("Turkish", "Şampiyonluğu kim kazandı?"),
    ("Russian", "Почему урожай не удался?"),
    ("Russian", "Кто написал эту статью?"),
    ("Russian", "Сколько стоит масло?"),
    ("Japanese", "なぜ収穫は失敗したのですか？"),
    ("Japanese", "この記事を書いたのは誰ですか？"),
)
# The identifier has not enough of these to be sure.
TOO_UNCERTAIN = {"Was kostet das Olivenöl?", "Quanto costa l'olio d'oliva?", "Quem venceu o campeonato?"}


@pytest.mark.parametrize("query", SHORT_ENGLISH)
def test_a_short_english_query_is_english(query: str) -> None:
    assert foreign_language(query) is None


@pytest.mark.parametrize(("language", "question"), FOREIGN)
def test_a_question_in_another_language_is_named_by_it(language: str, question: str) -> None:
    assert foreign_language(question) == (None if question in TOO_UNCERTAIN else language)


@pytest.mark.parametrize(
    "text",
    [
        "What does “Warum ist die Ernte ausgefallen?” mean?",
        "why did the récolte fail",
        "who is Konstanze Wiebe",
        "Tell me about Skarnholm, Brennerlund and Oddersby",
    ],
)
def test_a_text_with_a_function_word_of_english_is_english(text: str) -> None:
    assert foreign_language(text) is None


@pytest.mark.parametrize("text", ["", "   ", "?!", "42", "…", "ok", "Marrowgate", "😀"])
def test_what_is_too_short_to_tell_counts_as_english(text: str) -> None:
    assert foreign_language(text) is None


@pytest.mark.parametrize("text", ["Почему?", "どうして", "لماذا", "γιατί"])
def test_one_word_in_another_script_is_enough(text: str) -> None:
    assert foreign_language(text) is not None


@pytest.mark.parametrize(
    ("text", "language"), [("und japan?", "German"), ("los bosques", "Spanish"), ("pourquoi", "French")]
)
def test_a_short_turn_in_another_language_is_named(text: str, language: str) -> None:
    assert (language_of_small_word(text) or foreign_language(text)) == language


@pytest.mark.parametrize("text", ["los angeles", "la liga", "van gogh", "de gaulle", "who is los?"])
def test_names_with_foreign_articles_are_not_another_language(text: str) -> None:
    assert (language_of_small_word(text) or foreign_language(text)) is None
