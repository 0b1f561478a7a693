"""The cited draft: a model's text becomes checked sentences whose markers are quotes."""

import random

import pytest

from rag.answering.citation_checker import CitationChecker
from rag.answering.evidence import Quote
from rag.answering.prose.citation_resolver import CitationResolver
from rag.answering.prose.cited_draft import CitedDraft
from rag.generation.prompt_context import passages_that_fit
from rag.verification.verifier import PARTLY, SUPPORTED
from rag.workspace import Workspace
from tests.answering.conftest import Retrieve

MAX_TOKENS = 10_000
TRUE = "Engineers found cracks in the northern wall of the dam last spring"
INVENTED = "Kim sent ninety nuclear bombs to Paris"


@pytest.fixture
def resolver(workspace: Workspace, retrieve: Retrieve) -> CitationResolver:
    retrieval = retrieve("What did engineers find in the dam's northern wall?")
    return CitationResolver(workspace.encoder, retrieval, passages_that_fit(retrieval.passages, (), MAX_TOKENS))


@pytest.fixture
def draft(resolver: CitationResolver, checker: CitationChecker) -> CitedDraft:
    return CitedDraft(resolver, checker)


def _read(draft: CitedDraft, *pieces: str, was_cut: bool = False) -> str:
    """The text that is shown of the pieces."""
    shown = [text for piece in pieces for text in draft.feed(piece)]
    return "".join([*shown, *draft.finish(was_cut=was_cut)])


def test_a_marker_becomes_a_quote_and_its_sentence_is_checked(draft: CitedDraft) -> None:
    assert _read(draft, f"{TRUE} [1].") == f"{TRUE} [1]."
    (sentence,) = draft.sentences
    assert sentence.text == f"{TRUE}."
    assert [type(part) for part in sentence.parts] == [str, Quote, str]
    assert "found cracks" in sentence.quotes[0].text
    assert sentence.support >= SUPPORTED
    assert draft.checking_ms > 0


def test_numbers_count_quotes_in_order_of_first_use(draft: CitedDraft) -> None:
    shown = _read(draft, f"The mayor wants the dam mended before the harvest [2]. {TRUE} [1]. {TRUE} [1][2].")
    assert "harvest [1]." in shown
    assert f"{TRUE} [2]. {TRUE} [2]" in shown


def test_an_unknown_number_is_never_shown_and_a_known_one_beside_it_is(draft: CitedDraft) -> None:
    assert _read(draft, f"{TRUE} [99][1].") == f"{TRUE} [1]."


def test_a_marker_before_its_sentence_stands_behind_it(draft: CitedDraft) -> None:
    assert _read(draft, f"[1] {TRUE}.") == f"{TRUE}. [1]"
    assert len(draft.sentences[0].quotes) == 1


@pytest.mark.parametrize("marker", ["[ID:1] ", "【1†source】", "[^1]: ", "[passage id: 1] "])
def test_a_marker_in_another_spelling_is_no_part_of_its_sentence(draft: CitedDraft, marker: str) -> None:
    assert _read(draft, f"{marker}{TRUE}.") == f"{TRUE}. [1]"
    assert draft.sentences[0].text == f"{TRUE}."
    assert draft.sentences[0].support >= SUPPORTED


def test_a_claim_about_all_sources_needs_the_authors_that_the_model_was_shown(draft: CitedDraft) -> None:
    claim = "All columns agree that engineers found cracks in the northern wall of the dam"
    _read(draft, f"{claim} [1]. {TRUE} [1].")
    universal, plain = draft.sentences
    assert universal.support < PARTLY
    assert plain.support >= SUPPORTED


def test_a_sentence_without_a_marker_gets_a_quote_only_where_one_supports_it(draft: CitedDraft) -> None:
    assert _read(draft, f"{TRUE}. {INVENTED}.") == f"{TRUE}. [1] {INVENTED}."
    supported, invented = draft.sentences
    assert supported.support >= SUPPORTED
    assert (invented.quotes, invented.support) == ([], 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "NOT IN THE CORPUS",
        "not in the corpus.",
        "**NOT IN THE CORPUS** Still, I think [1].",
        "The passages do not say.",
    ],
)
def test_a_reply_that_says_no_is_recognised(draft: CitedDraft, text: str) -> None:
    _read(draft, text)
    assert draft.says_no
    assert draft.is_over


def test_the_agreed_refusal_is_not_shown_in_however_small_pieces_it_comes(draft: CitedDraft) -> None:
    assert _read(draft, *"NOT IN THE CORPUS") == ""
    assert draft.says_no


def test_a_sentence_that_only_begins_like_the_refusal_is_shown(draft: CitedDraft) -> None:
    assert _read(draft, *f"Not in the north, but: {TRUE} [1].").startswith("Not in the north, but: ")
    assert not draft.says_no


def test_a_cited_sentence_that_speaks_of_the_articles_is_no_refusal(draft: CitedDraft) -> None:
    _read(draft, f"The articles do not agree, yet {TRUE.lower()} [1].")
    assert not draft.says_no


def test_a_text_without_an_end_is_given_up_with_its_first_sentences(draft: CitedDraft) -> None:
    _read(draft, f"{TRUE} [1]. ", "And so it goes on and on for ever. " * 10)
    assert draft.ran_away
    assert draft.is_over
    assert draft.sentences[0].text == f"{TRUE}."


def test_a_text_that_was_cut_loses_its_last_half_sentence(draft: CitedDraft) -> None:
    _read(draft, f"{TRUE} [1]. It also", was_cut=True)
    assert [sentence.text for sentence in draft.sentences] == [f"{TRUE}."]


def test_however_the_text_is_cut_the_same_is_shown(resolver: CitationResolver, checker: CitationChecker) -> None:
    text = f"{TRUE} [1]. The mayor wants the dam mended before the harvest [2].\n\n- {INVENTED} [1, 99]."
    whole = CitedDraft(resolver, checker)
    shown = _read(whole, text)
    chance = random.Random(0)
    for _ in range(5):
        cuts = sorted(chance.sample(range(1, len(text)), 12))
        pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        again = CitedDraft(resolver, checker)
        assert _read(again, *pieces) == shown
        assert [sentence.support for sentence in again.sentences] == [sentence.support for sentence in whole.sentences]
