"""Index terms: the stems that full text, the fitted weights and the comparison of sentences rest on."""

import pytest

from rag.text.analyzer import MAX_TERM_BYTES, STOP_TERMS, content_terms, distinct_terms, terms

# Words and their stems under Tantivy 0.27. The weights in rag/models/*.json are fitted on features of these stems: when
# this table fails after an upgrade of Tantivy, the stemmer has changed, and the weights have to be fitted again.
STEMS = {
    # plural
    "sanctions": "sanction", "economies": "economi", "policies": "polici", "skies": "sky", "ties": "tie",
    "prices": "price", "vetoes": "veto", "news": "news", "gas": "gas", "innings": "inning",
    # past and participle
    "sanctioned": "sanction", "argued": "argu", "arguing": "argu", "argues": "argu", "cried": "cri", "tied": "tie",
    "dying": "die", "lying": "lie", "tying": "tie", "rising": "rise", "increased": "increas", "increasing": "increas",
    "refused": "refus", "said": "said", "saying": "say", "bought": "bought", "succeed": "succeed", "proceed": "proceed",
    # comparison, which stays
    "larger": "larger", "largest": "largest", "weaker": "weaker", "easier": "easier",
    # -y
    "cry": "cri", "say": "say", "by": "by", "early": "earli", "only": "onli", "easy": "easi", "easily": "easili",
    "possibly": "possibl", "hopefully": "hope", "generously": "generous",
    # derived nouns and adjectives
    "agreements": "agreement", "governments": "govern", "negotiations": "negoti", "negotiate": "negoti",
    "relations": "relat", "relationship": "relationship", "national": "nation", "nationality": "nation",
    "nationalism": "nation", "nationalist": "nationalist", "international": "internat", "organization": "organiz",
    "organisation": "organis", "political": "polit", "politics": "polit", "politician": "politician",
    "president": "presid", "presidency": "presid", "presidential": "presidenti", "economic": "econom",
    "economist": "economist", "weaponry": "weaponri", "refusal": "refus", "happiness": "happi", "hopeful": "hope",
    "traditional": "tradit", "generation": "generat", "generic": "generic", "universal": "universal",
    "university": "universiti", "universe": "univers", "communication": "communic", "communism": "communism",
    "witness": "wit", "arsenal": "arsenal", "earring": "earring", "adversaries": "adversari", "adversary": "adversari",
    # names, accents and capitals
    "Russia": "russia", "Russians": "russian", "Chinese": "chines", "Americans": "american", "United": "unit",
    "States": "state", "Kyiv": "kyiv", "EU": "eu", "São": "sao", "Türkiye": "turkiy", "Élysée": "elyse",
    "naïve": "naiv", "Communiqués": "communiqu", "Москва": "москва", "漢字": "漢字",
    # digits
    "2024": "2024", "19th": "19th",
}  # fmt: skip


@pytest.mark.parametrize(("word", "stem"), STEMS.items())
def test_each_word_has_the_stem_that_the_weights_were_fitted_with(word: str, stem: str) -> None:
    assert terms(word) == [stem]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Café AND sanctioning!", ["cafe", "and", "sanction"]),
        ("Xi's won’t U.S. covid-19", ["xi", "s", "won", "t", "u", "s", "covid", "19"]),
        ("1,300 and 3.5", ["1", "300", "and", "3", "5"]),
        ("the the", ["the", "the"]),
        ("a\ud800b", ["a", "b"]),
        ("", []),
    ],
)
def test_terms_are_split_at_whatever_is_no_letter_or_digit(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_a_word_as_long_as_the_limit_is_left_out() -> None:
    assert terms("a" * (MAX_TERM_BYTES - 1)) == ["a" * (MAX_TERM_BYTES - 1)]
    assert terms("a" * MAX_TERM_BYTES) == []


def test_distinct_terms_are_those_of_the_text_each_once() -> None:
    assert distinct_terms("Prices rose; the price rises.") == {"price", "rose", "the", "rise"}


def test_stop_terms_hold_grammar_and_no_subject() -> None:
    assert {"the", "whose", "doe", "t", "explain"} <= STOP_TERMS
    assert not {"war", "trade", "kyiv"} & STOP_TERMS


def test_content_terms_are_distinct_in_order_and_no_grammar() -> None:
    assert content_terms("What do tariffs do to the trade in tariffs?") == ["tariff", "trade"]
