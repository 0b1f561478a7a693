"""Which sentences of a draft are claims, and what belongs to each."""

from datetime import date

import pytest

from rag.drafts.attribution import attribute
from rag.drafts.citations import DraftCatalogue, citations_in, find_references
from rag.drafts.claims.claims import DraftClaim, find_claims, is_writers_view
from rag.drafts.quoting.quotations import find_quotations
from rag.text.sentences import sentence_spans
from rag.types.article import ArticleRef
from tests.drafts.support import catalogue

CATALOGUE = DraftCatalogue(catalogue())


def claims(text: str) -> list[DraftClaim]:
    return find_claims(text, sentence_spans(text), find_quotations(text), CATALOGUE)


@pytest.mark.parametrize(
    "sentence",
    [
        "Should we be surprised?", "I would rather read its minutes.", "In my view a tablecloth is a poor map.",
        "Read the footnotes before you applaud.", "Let nobody call that stability.", "Perhaps he was joking.",
        "Somebody should write a shorter charter.", "Please read the notice aloud.", "Do not expect it to get cheaper.",
    ],
)  # fmt: skip
def test_views_questions_and_instructions_are_not_claims(sentence: str) -> None:
    assert is_writers_view(sentence)
    assert [claim.is_opinion for claim in claims(sentence)] == [True]


@pytest.mark.parametrize(
    "sentence",
    [
        "Poland leads the alliance with 4.12 per cent.", "Forbidden practices must cease by 2 February 2025.",
        "Call centres were closed in May.", "It was said that prices would rise.",
        "Robert Habeck proposed that Bavaria should run Isar 2 on its own account.",
    ],
)  # fmt: skip
def test_statements_about_the_world_are_claims(sentence: str) -> None:
    assert not is_writers_view(sentence)


def test_headings_references_and_quotations_are_left_out() -> None:
    text = (
        "# A heading of the draft\n\nPoland leads the alliance.[1] Hard Power wrote: “An army cannot be equipped with "
        "admiration.”\n\n> A block of quoted words stands here.\n\n[1]: Hard Power, “Three Winters Late”, January 2025"
    )
    assert [claim.text for claim in claims(text)] == ["Poland leads the alliance.[1]"]
    assert claims(text)[0].statement == "Poland leads the alliance."


def test_an_attributed_claim_has_its_holder_and_what_is_held() -> None:
    (claim,) = claims("Hard Power argues that an army needs shells.")
    assert (claim.holder, claim.statement) == ("Hard Power", "An army needs shells.")
    assert not claims("The Asia Desk writes that everybody should read it.")[0].is_opinion


def test_a_claim_that_refers_back_has_its_context() -> None:
    first, second = claims("Iceland opened a museum in May. It shows 46 ships.")
    assert first.context == ""
    assert second.context == "Iceland opened a museum in May."


def test_a_sentence_of_two_claims_has_parts() -> None:
    assert claims("Fifty thousand people protested, and the law was withdrawn.")[0].parts == (
        "Fifty thousand people protested", "the law was withdrawn.",
    )  # fmt: skip


def test_citations_are_resolved_by_author_title_and_date() -> None:
    text = (
        "One (Hard Power, January 2025). Two[1]. Three[^2]. Four (Hard Power, March 1999). Five (see below).\n\n"
        "[1]: Delhi Reads the Small Print\n[^2]: The Asia Desk, “Shanghai Opens a Dor”, 2025"
    )
    references = find_references(text, CATALOGUE)
    cited = citations_in(text, 0, text.index("\n\n"), CATALOGUE, references)
    assert [[article.title for article in citation.articles] for citation in cited] == [
        ["Delhi Reads the Small Print"], ["Shanghai Opens a Door"], ["Three Winters Late"], [],
    ]  # fmt: skip


def test_misspelt_authors_and_titles_are_corrected_and_right_ones_are_not() -> None:
    text = "The Other Majorty, Hard Powers and House Rules's column, with “Three Winter Late” and hard power."
    assert [(name.text, name.right) for name in CATALOGUE.misspelt_authors(text)] == [
        ("The Other Majorty", "The Other Majority"), ("Hard Powers", "Hard Power"),
    ]  # fmt: skip
    assert [name.right for name in CATALOGUE.misspelt_titles(text)] == ["Three Winters Late"]


PERSONS = DraftCatalogue(
    [
        ArticleRef("pact", "The Putin-Kim Connection", "Ian Bremmer", "TIME", date(2024, 6, 20), None),
        ArticleRef("alone", "Europe Alone", "Ian Bremmer", "GZERO", date(2023, 3, 1), None),
        ArticleRef("late", "Three Winters Late", "Hard Power", "The Review", date(2024, 5, 3), None),
    ]
)


@pytest.mark.parametrize(
    ("citation", "article"),
    [
        ("(Hard Power, May 2024)", "late"), ("(Bremmer 2023)", "alone"), ("(TIME, 20 June 2024)", "pact"),
        ("(Bremmer, “Europe Alone”)", "alone"), ("[1]\n\n[1]: Ian Bremmer, TIME, June 2024", "pact"),
        ("[^a]\n\n[^a]: Bremmer, The Putin-Kim Connection", "pact"),
        ("¹\n\n¹ Ian Bremmer, Europe Alone, GZERO", "alone"), ("(Bremer 2023)", None), ("(TIME)", None),
    ],
)  # fmt: skip
def test_a_citation_names_a_person_a_publication_or_a_title(citation: str, article: str | None) -> None:
    text = f"The pact adds little to anyone{citation}"
    references = find_references(text, PERSONS)
    cited = citations_in(text, 0, len(text), PERSONS, references)
    assert {each.id for citation in cited for each in citation.articles} == ({article} if article else set())


@pytest.mark.parametrize(
    "sentence",
    [
        "As Bremmer writes in TIME, the pact adds little.",
        "As Ian Bremmer wrote in TIME in June 2024, the pact adds little.",
        "In Bremmer's view the pact adds little.", "The pact adds little, Bremmer writes.",
    ],
)  # fmt: skip
def test_a_claim_is_told_from_who_holds_it_and_where_it_was_written(sentence: str) -> None:
    (claim,) = find_claims(sentence, sentence_spans(sentence), [], PERSONS)
    assert claim.holder == "Ian Bremmer"
    assert claim.statement.rstrip(".") == "The pact adds little"


@pytest.mark.parametrize(
    "draft",
    [
        "As Bremmer writes in TIME, “{}.”", "“{},” as Bremmer writes in TIME.", "Bremmer, in TIME, says that “{}”.",
        "“{}” (Bremmer, June 2024).", "“{}”.¹\n\n¹ Ian Bremmer, TIME.", "Ian Bremer calls it “{}”.",
    ],
)  # fmt: skip
def test_a_quotation_is_attributed_to_whom_the_draft_names(draft: str) -> None:
    text = draft.format("the pact adds little to anyone")
    (quotation,) = find_quotations(text)
    references = find_references(text, PERSONS)
    assert attribute(text, quotation, sentence_spans(text), PERSONS, references).authors == ("Ian Bremmer",)


def test_markup_and_front_matter_are_no_part_of_a_claim() -> None:
    text = (
        "---\ntitle: A draft about shells\nauthor: Somebody\n---\n\n"
        "The **Senate** voted by [99 to 1](https://example.org/a_b) against a _ten-year_ ban, see https://example.org/x."
    )
    (claim,) = claims(text)
    assert claim.statement == "The Senate voted by 99 to 1 against a ten-year ban, see"
    assert text[claim.start : claim.end] == claim.text


def test_stars_and_underlines_within_words_stay() -> None:
    assert claims("Two * three * four makes snake_case_names longer.")[0].statement == (
        "Two * three * four makes snake_case_names longer."
    )
