"""Details of a claim, compared one by one with the sentences of an article."""

from datetime import date

import pytest

from rag.drafts.claims.comparison import EvidenceText, compare_details, covered_share, unsupported_numbers
from rag.drafts.claims.exchanges import exchanges_names, exchanges_roles, replaced_name
from rag.drafts.claims.polarity import (
    fitting_part,
    is_opposite_direction,
    is_opposite_negation,
    is_opposite_quantity,
)
from rag.types.article import ArticleRef

ARTICLE = ArticleRef("a", "A Title", "Hard Power", "The Review", date(2024, 6, 28), None)
SENTENCE = "Norway agreed on 3 May 2024 to send 10,000 shells to Ukraine before the winter."


def conflicts(claim: str, sentence: str = SENTENCE, passage: str = "") -> list[tuple[str, str, str]]:
    evidence = EvidenceText(sentence, sentence, f"{passage} {sentence}", ARTICLE)
    return [(conflict.kind, conflict.claim, conflict.article) for conflict in compare_details(claim, evidence)]


def test_a_true_claim_has_no_conflict() -> None:
    assert conflicts("In May 2024 Norway agreed to send ten thousand shells to Ukraine.") == []


def test_a_wrong_number_is_named_with_the_right_one_and_its_unit() -> None:
    assert conflicts("Norway agreed to send 12,000 shells to Ukraine.") == [("number", "12,000", "10,000 shells")]


def test_a_rounded_number_is_no_conflict() -> None:
    sentence = SENTENCE.replace("10,000", "9,840")
    assert conflicts("Norway agreed to send nearly 10,000 shells to Ukraine.", sentence) == []
    assert conflicts("Norway agreed to send 10,000 shells to Ukraine.", sentence) != []


@pytest.mark.parametrize(
    ("claimed", "right"), [("3 March 2024", "3 May 2024"), ("9 May 2024", "3 May 2024"), ("3 May 2022", "3 May 2024")]
)
def test_a_wrong_part_of_a_date_is_a_conflict(claimed: str, right: str) -> None:
    assert ("date", claimed, right) in conflicts(f"Norway agreed on {claimed} to send 10,000 shells to Ukraine.")


def test_a_wrong_ordinal_is_named_with_the_right_one() -> None:
    assert conflicts("The ninth article obliges them.", "The fourth article obliges them.") == [
        ("number", "ninth", "fourth")
    ]


def test_a_name_that_the_passage_lacks_is_named_with_the_one_in_its_place() -> None:
    assert conflicts("Sweden agreed to send 10,000 shells to Ukraine.") == [("name", "Sweden", "Norway")]


def test_a_name_of_another_sentence_in_the_place_of_the_subject_is_a_conflict() -> None:
    claimed = conflicts("Sweden agreed to send 10,000 shells to Ukraine.", passage="Sweden watched.")
    assert [(kind, claim) for kind, claim, _ in claimed] == [("subject", "Sweden")]


def test_a_negation_and_another_direction_are_conflicts() -> None:
    assert [kind for kind, *_ in conflicts("Norway never agreed to send 10,000 shells to Ukraine.")] == ["negation"]
    assert [kind for kind, *_ in conflicts("Prices rose in Oslo.", "Prices fell in Oslo.")] == ["direction"]


def test_covered_words_leave_numbers_and_names_out() -> None:
    evidence = EvidenceText(SENTENCE, SENTENCE, SENTENCE, ARTICLE)
    assert covered_share("Sweden agreed to send 90 shells.", evidence) == 1.0
    assert covered_share("Sweden painted its harbour blue.", evidence) == 0.0


def test_the_year_of_publication_counts_as_stated() -> None:
    assert unsupported_numbers("This happened in 2024 and 2019.", [], ARTICLE)[0].value == 2019.0


def test_a_number_with_as_many_digits_is_no_rounding() -> None:
    sentence = "Some 4,700 of about 15,000 soldiers were killed or wounded."
    assert conflicts("Some 14,700 were killed or wounded.", sentence) != []
    assert conflicts("Nearly 5,000 were killed or wounded.", "Some 4,900 soldiers were killed or wounded.") == []


def test_an_ordinal_and_years_between_two_dates_state_a_number() -> None:
    assert conflicts("Training may take 10 to the power of 26 operations.", "It takes ten to the twenty-sixth.") == []
    sentence = "The share fell from 45 per cent in 2021 to 19 per cent in 2024."
    assert conflicts("The share fell from 45 per cent in 2021 to 19 per cent three years later.", sentence) == []
    assert conflicts("The share fell from 45 per cent in 2021 to 19 per cent seven years later.", sentence) != []


@pytest.mark.parametrize(
    ("claim", "sentence", "exchanged"),
    [
        ("Xi Jinping gains from disorder, while Putin prefers order abroad.",
         "Xi Jinping prefers order abroad, whereas Putin gains from disorder.", True),
        ("The Soviet treaty is still in force, while the Chinese one lapsed in 1996.",
         "The Soviet treaty lapsed in 1996, while the Chinese one is still in force.", True),
        ("Putin gains from disorder, while Xi prefers order abroad.",
         "Xi prefers order abroad, whereas Putin gains from disorder.", False),
        ("Xi gains from disorder.", "Xi prefers order abroad, whereas Putin gains from disorder.", False),
    ],
)  # fmt: skip
def test_exchanged_names_are_a_conflict(claim: str, sentence: str, exchanged: bool) -> None:
    assert exchanges_names(claim, sentence) is exchanged


def test_opposites_in_any_form_are_a_conflict_of_direction() -> None:
    assert is_opposite_direction("Discounts had grown to thirty dollars.", "Discounts had shrunk to a few dollars.")
    assert not is_opposite_direction("Discounts had grown.", "Discounts had grown, and had never shrunk.")


@pytest.mark.parametrize(
    ("claim", "sentence", "opposed"),
    [
        ("The rules are binding on firms.", "The rules are nonbinding on firms.", True),
        ("The offensive succeeded.", "The offensive failed, and prices rose.", True),
        ("It is lenient towards banks and severe towards farmers.",
         "It is severe towards banks and lenient towards farmers.", True),
        ("It is severe towards banks and lenient towards farmers.",
         "It is lenient towards farmers and severe towards banks.", False),
        ("Imports grew in May.", "Imports grew in May, while exports fell.", False),
        ("They pressed on.", "They were impressed.", False),
    ],
)  # fmt: skip
def test_opposites_are_told_clause_by_clause(claim: str, sentence: str, opposed: bool) -> None:
    assert is_opposite_direction(claim, sentence) is opposed


@pytest.mark.parametrize(
    ("claim", "sentence", "opposed"),
    [
        ("The judges stopped the session.", "The judges refused to stop the session.", True),
        ("The pipeline was halted.", "The pipeline was stopped.", False),
        ("The firms stopped paying.", "The firms paid.", True),
        ("Both leaders signed a text.", "No meeting of both leaders took place, and no text was signed.", True),
        ("The paper was described as binding.", "The paper was described as non-binding.", True),
        ("The party voted for the change.", "The party voted against the change.", True),
        ("China was kept out of the circle.", "China was left out of the circle.", False),
        ("The cut came in July.", "The cut, to which nobody had objected, came in July.", False),
    ],
)  # fmt: skip
def test_a_negation_counts_where_the_sentence_is_about_the_claim(claim: str, sentence: str, opposed: bool) -> None:
    assert is_opposite_negation(claim, sentence) is opposed


@pytest.mark.parametrize(
    ("claim", "sentence", "opposed"),
    [
        ("Nearly all leaders had explained it.", "Hardly any of the leaders had explained it.", True),
        ("Every member voted for it.", "No member voted for it.", True),
        ("Few refineries run on it.", "Most refineries run on it.", True),
        ("All members voted for it.", "Most members voted for it.", False),
        ("Many members voted for it.", "Quite a few members voted for it.", False),
        ("It applies to all ships.", "It applies to all ships, not only to tankers.", False),
        ("Prices fell.", "Prices hardly moved.", False),
    ],
)  # fmt: skip
def test_many_against_few_is_a_conflict(claim: str, sentence: str, opposed: bool) -> None:
    assert is_opposite_quantity(claim, sentence) is opposed
    assert is_opposite_quantity(sentence, claim) is opposed


@pytest.mark.parametrize(
    ("claim", "sentence", "exchanged"),
    [
        ("Rishi Sunak had urged Liz Truss to resign.", "Liz Truss, a former minister, had urged Rishi Sunak to resign.",
         True),
        ("Rishi Sunak was urged by Liz Truss to resign.", "Liz Truss urged Rishi Sunak to resign.", False),
        ("Vladimir Putin met Kim Jong Un.", "Kim Jong Un met Vladimir Putin.", False),
        ("Germany and France voted.", "France and Germany voted.", False),
    ],
)  # fmt: skip
def test_who_did_it_to_whom_is_compared(claim: str, sentence: str, exchanged: bool) -> None:
    assert exchanges_roles(claim, sentence) is exchanged


def test_the_sides_of_a_comparison_are_compared() -> None:
    stated = "He said, when the euro was in danger, that German inactivity frightened him more than German power."
    assert exchanges_names("He said that German power frightened him more than German inactivity.", stated)
    assert not exchanges_names("German inactivity frightened him more than German power.", stated)
    assert not exchanges_names("German power frightened him less than German inactivity.", stated)


def test_a_name_in_the_place_of_another_is_a_conflict() -> None:
    sentence = "Robert Fico, the prime minister, flew to Moscow to plead for gas."
    assert replaced_name("Robert Fico flew to Kyiv to plead for gas.", sentence) == ("Kyiv", "Moscow")
    assert replaced_name("Robert Fico flew to Moscow to plead for gas.", sentence) is None
    claimed = conflicts("Robert Fico flew to Oslo to plead for gas.", sentence, passage="Oslo was silent.")
    assert claimed == [("name", "Oslo", "Moscow")]


def test_the_doer_of_the_sentence_may_be_named_elsewhere_in_the_claim() -> None:
    def kinds(claim: str) -> list[str]:
        return [kind for kind, *_ in conflicts(claim, "OpenAI answered in May.", passage="Moonshot slept.")]

    assert kinds("Moonshot answered OpenAI in May.") == ["exchange"]
    assert kinds("Moonshot was answered by OpenAI in May.") == []


def test_the_part_of_a_sentence_that_fits_a_claim_is_compared() -> None:
    sentence = "The bank, which nobody trusts, raised its rate in June; its rival did not."
    assert fitting_part("The rate was raised in June.", sentence) == "raised its rate in June"


def test_reversed_words_do_not_count_as_missing() -> None:
    evidence = EvidenceText("The offensive of 2023 failed.", "The offensive of 2023 failed.", "", ARTICLE)
    compared = compare_details("The offensive of 2023 succeeded.", evidence)
    assert {conflict.kind: conflict.covered for conflict in compared}["direction"] == 1.0
