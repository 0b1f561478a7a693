"""The lexicon: what its lists hold, and how words become patterns."""

import re

import pytest

from rag.text import lexicon
from rag.text.lexicon import alternation, is_ordinary_word, is_rare_word, may_be_name, verb_forms


def test_the_weekdays_are_complete() -> None:
    assert len(lexicon.WEEKDAYS) == 7
    assert (lexicon.WEEKDAYS[0], lexicon.WEEKDAYS[6]) == ("Monday", "Sunday")


def test_number_words_have_their_values() -> None:
    assert [lexicon.NUMBER_WORDS[word] for word in ("zero", "one", "twelve", "twenty", "dozen")] == [0, 1, 12, 20, 12]
    assert lexicon.SCALES["million"] == 1e6


def test_a_quantity_is_never_one_of_the_words_left_out_on_purpose() -> None:
    assert {"two", "fifteen", "half", "dozens"} <= set(lexicon.QUANTITY_WORDS)
    assert not {"zero", "one", "thirteen"} & set(lexicon.QUANTITY_WORDS)


def test_a_verb_stands_for_its_third_person_and_past_unless_a_form_is_named() -> None:
    assert verb_forms(["argue", "say.participle", "think.base"]) == ("argues", "argued", "saying", "think")


@pytest.mark.parametrize("entry", ["sing", "argue.participle", "argue.plural"])
def test_a_verb_or_form_that_the_lexicon_lacks_is_an_error(entry: str) -> None:
    with pytest.raises(KeyError):
        verb_forms([entry])


def test_a_verb_relays_a_view_or_holds_it_but_not_both() -> None:
    assert not set(lexicon.RELAYING_VERBS) & set(lexicon.HOLDING_VERBS)


def test_each_long_name_has_a_pattern_that_finds_it() -> None:
    for long in lexicon.LONG_NAMES:
        assert re.search(long.pattern, f"what {long.name} did"), long.name


def test_each_acronym_stands_for_one_name_only() -> None:
    acronyms = [acronym for long in lexicon.LONG_NAMES for acronym in long.acronyms]
    assert len(acronyms) == len(set(acronyms))


def test_a_place_name_stands_in_one_line_only() -> None:
    names = [name for line in lexicon.PLACE_NAMES for name in line]
    assert len(names) == len(set(names))


def test_an_alternation_takes_the_longest_word_and_escapes_signs() -> None:
    words = re.compile(alternation(["U.S.", "editor", "editor-in-chief"]))
    assert [match[0] for match in words.finditer("the editor-in-chief, an editor, UaSa U.S.")] == [
        "editor-in-chief", "editor", "U.S.",
    ]  # fmt: skip


def test_the_two_sides_of_a_pair_of_opposites_share_no_word() -> None:
    for left, right in lexicon.OPPOSITES:
        assert not set(left.split()) & set(right.split())


@pytest.mark.parametrize(
    "word",
    ["beware", "despite", "threw", "biggest", "earliest", "treaties", "unpopular", "compulsory", "worldwide", "twice"],
)
def test_a_word_of_grammar_and_an_irregular_form_is_no_name(word: str) -> None:
    assert is_ordinary_word(word)
    assert not may_be_name(word)


@pytest.mark.parametrize("word", ["nottingham", "kevin", "walmart", "nintendo", "liverpool", "gallagher"])
def test_a_well_known_name_in_small_letters_may_be_one(word: str) -> None:
    assert is_ordinary_word(word)
    assert may_be_name(word)


def test_rare_words_are_told_from_common_ones() -> None:
    assert is_rare_word("minster")
    assert is_rare_word("wilkie")
    assert not is_rare_word("Minister")
