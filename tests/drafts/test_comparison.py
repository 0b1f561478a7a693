"""Details of a claim, compared one by one with the sentences of an article."""

from datetime import date

import pytest

from rag.drafts.claims.comparison import EvidenceText, compare_details, covered_share, unsupported_numbers
from rag.drafts.claims.polarity import exchanges_names, is_opposite_direction
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
