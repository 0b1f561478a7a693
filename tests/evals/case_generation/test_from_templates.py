"""Candidate cases by rule."""

from datetime import date

from evals.case_generation.from_templates import candidates_from_rules
from evals.datasets.cases import Case, find_misquotes
from rag.types.article import Article

TEXT = (
    "The ministry kept the price of bread low because voters remember hunger longer than promises. Forty bakeries "
    "closed in the first winter. A subsidy that nobody dares to end is a debt, and it would be wise to say so now."
)
ARTICLE = Article("bread", "The Price of Bread", TEXT, "Kitchen Table", "The Review", date(2024, 1, 2))


def test_rules_ask_for_a_reason_a_number_and_a_view() -> None:
    candidates = list(candidates_from_rules(ARTICLE, 3))
    assert [candidate.question for candidate in candidates] == [
        "Why does Kitchen Table say that the ministry kept the price of bread low?",
        "How many bakeries does Kitchen Table speak of in “The Price of Bread”?",
        "Who argues that a subsidy that nobody dares to end is a debt, and it would be wise to say so now?",
    ]
    assert candidates[0].points == ("Because voters remember hunger longer than promises",)
    assert list(candidates_from_rules(ARTICLE, 1)) == candidates[:1]


def test_a_candidate_is_a_case_whose_quotes_hold() -> None:
    for candidate in candidates_from_rules(ARTICLE, 3):
        case = Case.model_validate(candidate.model_dump(exclude={"review"}))
        assert list(find_misquotes([case], {"bread": TEXT})) == []
