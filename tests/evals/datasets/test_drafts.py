"""The labelled drafts: well formed, true to the corpus, and split as the questions are."""

import re
from collections import Counter
from typing import get_args

import pytest

from evals.datasets.cases import SPLITS, load_cases
from evals.datasets.drafts import (
    EXACT_LABELS,
    MORE_CLAIMS,
    Alteration,
    LabelledDraft,
    LabelledQuotation,
    find_wrong_labels,
    load_drafts,
    quotes_exactly,
)

MIN_DRAFTS, MIN_QUOTATIONS, MIN_CLAIMS = 24, 160, 240
MIN_WORDS, MAX_WORDS = 150, 420


@pytest.fixture(scope="module")
def by_split() -> dict[str, list[LabelledDraft]]:
    return {split: load_drafts(split) for split in SPLITS}


@pytest.fixture(scope="module")
def drafts(by_split: dict[str, list[LabelledDraft]]) -> list[LabelledDraft]:
    return [draft for rows in by_split.values() for draft in rows]


def test_exact_quotations_are_in_their_article_and_no_altered_one_is(
    drafts: list[LabelledDraft], texts: dict[str, str]
) -> None:
    assert list(find_wrong_labels(drafts, texts)) == []


def test_a_wrong_label_is_named(drafts: list[LabelledDraft], texts: dict[str, str]) -> None:
    draft = drafts[0]
    exact = next(quotation for quotation in draft.quotations if quotation.label == "verbatim")
    altered = next(quotation for quotation in draft.quotations if quotation.change == "negation")
    changed = [
        exact.model_copy(update={"article": "swiss-summit-what-a-communique-is-worth"}),
        exact.model_copy(update={"article": "no-such-article"}),
        exact.model_copy(update={"label": "altered", "change": "word", "original": (exact.text,)}),
        altered.model_copy(update={"label": "verbatim"}),
        altered.model_copy(update={"original": ("words that nobody wrote",)}),
    ]
    for quotation in changed:
        wrong = draft.model_copy(update={"quotations": (quotation,), "claims": ()})
        assert len(list(find_wrong_labels([wrong], texts))) == 1, quotation


def test_there_are_enough_drafts_quotations_and_claims(drafts: list[LabelledDraft]) -> None:
    assert len(drafts) >= MIN_DRAFTS
    quotations = [quotation for draft in drafts for quotation in draft.quotations]
    assert len(quotations) >= MIN_QUOTATIONS
    assert sum(len(draft.claims) for draft in drafts) >= MIN_CLAIMS
    assert 0.3 <= Counter(quotation.label for quotation in quotations)["verbatim"] / len(quotations) <= 0.45
    assert [draft.id for draft in drafts if not MIN_WORDS <= len(re.findall(r"\w+", draft.text)) <= MAX_WORDS] == []


def test_each_split_has_every_alteration_and_every_verdict(by_split: dict[str, list[LabelledDraft]]) -> None:
    for drafts in by_split.values():
        quotations = [quotation for draft in drafts for quotation in draft.quotations]
        changes = Counter(quotation.change for quotation in quotations if quotation.change)
        assert set(changes) == set(get_args(Alteration))
        assert min(changes.values()) >= 3
        assert min(Counter(quotation.label for quotation in quotations).values()) >= 5
        assert min(Counter(claim.label for draft in drafts for claim in draft.claims).values()) >= 2


def test_the_split_is_that_of_the_questions(by_split: dict[str, list[LabelledDraft]]) -> None:
    subjects = {split: {case.subject for case in load_cases("commentary", split)} for split in SPLITS}
    for split, drafts in by_split.items():
        assert {draft.subject for draft in drafts} == subjects[split]


def test_the_further_claims_are_on_subjects_of_dev_and_true_to_the_corpus(texts: dict[str, str]) -> None:
    drafts = load_drafts(MORE_CLAIMS)
    assert list(find_wrong_labels(drafts, texts)) == []
    assert {draft.subject for draft in drafts} == {case.subject for case in load_cases("commentary", "dev")}
    claims = [claim for draft in drafts for claim in draft.claims]
    assert len({claim.text for claim in claims}) == len(claims) >= 150
    assert {claim.text for claim in claims}.isdisjoint(
        claim.text for split in SPLITS for draft in load_drafts(split) for claim in draft.claims
    )


def test_typography_makes_no_quotation_inexact() -> None:
    text = "It isn't so - he said, “a ﬁne day” - at all."
    assert quotes_exactly("it isn’t so — he said, 'a fine day'", text)
    assert quotes_exactly("It isn’t so […] at all", text)
    assert quotes_exactly("he said, [whoever he is] a fine day", text)
    assert not quotes_exactly("at all … It isn’t so", text)


@pytest.mark.parametrize("label", ["verbatim", "altered", "invented"])
def test_a_quotation_has_the_fields_of_its_label(label: str) -> None:
    fields = {"start": 0, "end": 1, "text": "a", "label": label, "article": "x" if label == "invented" else None}
    with pytest.raises(ValueError, match="quotation"):
        LabelledQuotation.model_validate(fields)
    assert "invented" not in EXACT_LABELS
