"""The statement checker: features of hand-made statements and citations, and the scores they lead to."""

from dataclasses import fields, replace
from datetime import date

import pytest

from rag.embedding.bundled import BundledEncoder
from rag.types.article import ArticleRef
from rag.verification.cited_source import CONTEXT_CHARACTERS, CitedSource
from rag.verification.statement_checker import (
    CheckerFeatures,
    StatementChecker,
)
from rag.verification.verifier import PARTLY, SUPPORTED, VERBATIM, Verifier

ARTICLE = ArticleRef("gas", "Norway's gas", "Anne Kim", "The Weekly", date(2024, 7, 5), None)
OTHER_ARTICLE = ArticleRef("oil", "Oil", "Ian Bremmer", "TIME", date(2022, 1, 9), None)
QUOTE = "Seoul had detected 10,000 containers sent from North Korea to Russia."
CONTRADICTIONS = (
    "number_missing", "name_missing", "name_apart", "name_exchanged", "wrong_holder", "only_reported", "other_speaker",
    "negation", "opposite", "firmer",
)  # fmt: skip


@pytest.fixture(scope="module")
def checker(encoder: BundledEncoder) -> StatementChecker:
    return StatementChecker(Verifier(), encoder)


def source(quote: str, preceding_text: str = "", article: ArticleRef = ARTICLE) -> CitedSource:
    return CitedSource(quote, preceding_text, article)


def features(
    checker: StatementChecker, statement: str, *cited: CitedSource, authors: tuple[str, ...] = ()
) -> CheckerFeatures:
    (only,) = checker.features([(statement, cited)], authors)
    return only


def support(checker: StatementChecker, statement: str, *cited: CitedSource, authors: tuple[str, ...] = ()) -> float:
    (only,) = checker.score_batch([(statement, cited)], authors)
    return only


def contradictions(found: CheckerFeatures) -> list[str]:
    """The names of the features that speak against the statement."""
    return [name for name in CONTRADICTIONS if getattr(found, name)]


# Verbatim statements and thresholds


def test_a_verbatim_statement_scores_as_verbatim(checker: StatementChecker) -> None:
    assert contradictions(features(checker, QUOTE, source(QUOTE))) == []
    assert support(checker, QUOTE, source(QUOTE)) == VERBATIM


def test_a_verbatim_claim_attributed_to_its_author_scores_as_verbatim(checker: StatementChecker) -> None:
    assert support(checker, f"Anne Kim writes that {QUOTE}", source(QUOTE)) == VERBATIM
    assert support(checker, f"The author writes that {QUOTE}", source(QUOTE)) == VERBATIM


def test_a_verbatim_claim_with_a_wrong_holder_does_not_score_as_verbatim(checker: StatementChecker) -> None:
    assert support(checker, f"Ian Bremmer argues that {QUOTE}", source(QUOTE)) < PARTLY


def test_a_paraphrase_is_supported_and_an_unrelated_statement_is_not(checker: StatementChecker) -> None:
    assert support(checker, "Seoul found thousands of containers sent from North Korea.", source(QUOTE)) >= SUPPORTED
    assert support(checker, "Tokyo bought submarines.", source(QUOTE)) < PARTLY


def test_a_statement_that_cites_nothing_scores_zero(checker: StatementChecker) -> None:
    assert checker.score_batch([(QUOTE, ()), (QUOTE, (source(QUOTE),)), (QUOTE, [])]) == [0.0, VERBATIM, 0.0]


def test_no_statements_have_no_scores(checker: StatementChecker) -> None:
    assert checker.score_batch([]) == []


def test_statements_are_scored_together_as_each_alone(checker: StatementChecker) -> None:
    statements = [
        ("Seoul found containers on the way to Russia.", (source(QUOTE),)),
        ("Anne Kim argues that gas is dear.", (source("The minister said that gas is dear."),)),
        ("Prices fell in Oslo and Berlin.", (source("Prices rose."), source("Oslo was calm.", article=OTHER_ARTICLE))),
    ]
    alone = [checker.score_batch([statement])[0] for statement in statements]
    assert checker.score_batch(statements) == pytest.approx(alone, abs=1e-4)


# Numbers


@pytest.mark.parametrize(
    "statement",
    [
        "Seoul detected 70,000 containers.",
        "Seoul detected ten million containers.",
        "Seoul detected containers in 1999.",
    ],
)
def test_a_number_that_is_nowhere_is_missing(checker: StatementChecker, statement: str) -> None:
    assert "number_missing" in contradictions(features(checker, statement, source(QUOTE)))
    assert support(checker, statement, source(QUOTE)) < SUPPORTED


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("Seoul detected ten thousand containers.", source(QUOTE)),
        ("Seoul detected 10,000 containers in all 12 ports.", source(QUOTE, "It watched twelve ports. ")),
        ("Three years later, Seoul detected containers.", source(QUOTE)),
        ("Seoul detected containers that the two had sent.", source(QUOTE)),
    ],
    ids=["in words", "in the text before the quote", "a duration", "the two"],
)
def test_a_number_that_is_known_is_not_missing(checker: StatementChecker, statement: str, cited: CitedSource) -> None:
    assert features(checker, statement, cited).number_missing == 0.0


def test_the_year_of_publication_and_the_one_before_are_known(checker: StatementChecker) -> None:
    def number_missing(year: int, quote: str = "In July Seoul detected containers.") -> float:
        return features(checker, f"In July {year} Seoul detected containers.", source(quote)).number_missing

    assert [number_missing(year) for year in (2024, 2023, 2022, 2025)] == [0.0, 0.0, 1.0, 1.0]
    # A quote that names a year means no other one, unless it is in the byline.
    assert number_missing(2023, "In July 2021 Seoul detected containers.") == 1.0


def test_without_a_date_of_publication_no_year_is_implied(checker: StatementChecker) -> None:
    undated = replace(ARTICLE, published=None)
    statement = "In July 2024 Seoul detected containers."
    assert features(checker, statement, source(QUOTE, article=undated)).number_missing == 1.0


# Names


def test_a_name_that_is_nowhere_is_missing_and_exchanged(checker: StatementChecker) -> None:
    statement = "Seoul had detected 10,000 containers sent from Iran to Russia."
    found = features(checker, statement, source(QUOTE))
    assert contradictions(found) == ["name_missing", "name_apart", "name_exchanged"]
    assert found.name_exchanged == found.near > 0
    assert support(checker, statement, source(QUOTE)) < SUPPORTED


@pytest.mark.parametrize(
    "cited",
    [
        source("It had detected 10,000 containers.", "Officials in Bergen spoke. "),
        source("It had detected 10,000 containers.", article=replace(ARTICLE, title="What Bergen knows")),
        source("It had detected 10,000 containers.", article=replace(ARTICLE, author="Bergen Desk")),
        source("It had detected 10,000 containers.", article=replace(ARTICLE, source="The Bergen Weekly")),
    ],
    ids=["text before the quote", "title", "author", "publication"],
)
def test_a_name_in_the_context_is_apart_but_not_missing(checker: StatementChecker, cited: CitedSource) -> None:
    found = features(checker, "The port of Bergen had detected 10,000 containers.", cited)
    assert (found.name_missing, found.name_apart) == (0.0, 1.0)


def test_the_month_of_publication_is_known(checker: StatementChecker) -> None:
    assert features(checker, "Containers came by July.", source(QUOTE)).name_missing == 0.0
    assert features(checker, "Containers came by May.", source(QUOTE)).name_missing == 1.0


def test_text_far_before_the_quote_is_not_read(checker: StatementChecker) -> None:
    near, far = "in Bergen. " + "x" * (CONTEXT_CHARACTERS - 11), "in Bergen. " + "x" * CONTEXT_CHARACTERS
    statement = "Containers came to Bergen."
    assert features(checker, statement, source(QUOTE, near)).name_missing == 0.0
    assert features(checker, statement, source(QUOTE, far)).name_missing == 1.0


@pytest.mark.parametrize(
    "statement",
    ["Pyongyang had sent 10,000 containers to Moscow.", "The DPRK had sent 10,000 containers to the Kremlin."],
)
def test_an_alias_is_not_a_missing_name(checker: StatementChecker, statement: str) -> None:
    assert contradictions(features(checker, statement, source(QUOTE))) == []


def test_the_first_word_is_a_name_if_the_cited_text_has_it_as_one(checker: StatementChecker) -> None:
    cited = source("The ships left for Bergen.", "He praised Lisbon, then left. ")
    assert features(checker, "Lisbon had ships.", cited).name_apart == 1.0
    assert features(checker, "Ships left.", cited).name_apart == 0.0


# Who holds the claim


def test_a_holder_who_is_named_nowhere_is_wrong(checker: StatementChecker) -> None:
    found = features(checker, f"Ian Bremmer argues that {QUOTE}", source(QUOTE))
    assert contradictions(found) == ["wrong_holder"]


def test_a_holder_in_the_text_before_the_quote_is_not_wrong(checker: StatementChecker) -> None:
    cited = source("She promised gas.", "Angela Merkel spoke in May. ")
    assert features(checker, "Merkel says that gas was promised.", cited).wrong_holder == 0.0


def test_an_author_who_only_reports_a_claim_does_not_hold_it(checker: StatementChecker) -> None:
    cited = source("The minister said that gas is dear.")
    assert contradictions(features(checker, "Anne Kim argues that gas is dear.", cited)) == ["only_reported"]
    assert support(checker, "Anne Kim argues that gas is dear.", cited) < PARTLY
    assert contradictions(features(checker, "Anne Kim reports that gas is dear.", cited)) == []


def test_an_author_who_passes_on_the_speaker_too_does_not_hold_the_claim(checker: StatementChecker) -> None:
    cited = source("The minister said that gas is dear.")
    assert features(checker, "Anne Kim writes that the minister finds gas dear.", cited).only_reported == 0.0


def test_a_publication_may_hold_what_its_article_says(checker: StatementChecker) -> None:
    assert contradictions(features(checker, "The Weekly argues that gas is dear.", source("Gas is dear."))) == []


def test_a_claim_that_another_speaker_made_is_found(checker: StatementChecker) -> None:
    cited = source("Macron said that gas is dear.", "Putin met Macron. ")
    assert contradictions(features(checker, "Putin argues that gas is dear.", cited)) == ["other_speaker"]
    assert features(checker, "Macron argues that gas is dear.", cited).other_speaker == 0.0


def test_an_alias_of_the_speaker_is_no_other_speaker(checker: StatementChecker) -> None:
    cited = source("Moscow said that gas is dear.")
    assert features(checker, "The Kremlin argues that gas is dear.", cited).other_speaker == 0.0


def test_an_author_of_the_catalogue_who_is_not_cited_is_a_wrong_holder(checker: StatementChecker) -> None:
    authors = ("Anne Kim", "Ian Bremmer")
    statement = "Gas is dear, and Ian Bremmer knows it."
    assert features(checker, statement, source("Gas is dear."), authors=authors).wrong_holder == 1.0
    assert features(checker, statement, source("Gas is dear.")).wrong_holder == 0.0
    both = (source("Gas is dear."), source("Oil is dear.", article=OTHER_ARTICLE))
    assert features(checker, statement, *both, authors=authors).wrong_holder == 0.0
    named = source("Gas is dear, as Ian Bremmer says.")
    assert features(checker, statement, named, authors=authors).wrong_holder == 0.0


def test_the_attribution_is_no_part_of_the_claim(checker: StatementChecker) -> None:
    plain = features(checker, "Gas is dear.", source("Gas is dear."))
    assert features(checker, "According to Anne Kim, gas is dear.", source("Gas is dear.")) == plain


# The closest sentence, and how closely the claim keeps to the quotes


def test_the_closest_cited_sentence_is_compared(checker: StatementChecker) -> None:
    cited = source("The talks did not end. Prices of gas rose. It may rain.")
    assert features(checker, "Gas prices rose.", cited).negation == 0.0
    assert features(checker, "Gas prices fell.", cited).opposite == 1.0
    assert features(checker, "Gas prices did not rise.", cited).negation == 1.0


def test_a_dropped_hedge_is_found_in_the_closest_sentence(checker: StatementChecker) -> None:
    cited = source("Prices of gas may rise. It rained.")
    assert features(checker, "Gas prices rise.", cited).firmer == 1.0
    assert features(checker, "Gas prices may rise.", cited).firmer == 0.0


def test_the_cosine_is_one_for_a_cited_sentence(checker: StatementChecker) -> None:
    found = features(checker, "Prices rose.", source("The talks went on. Prices rose."))
    assert found.cosine == pytest.approx(1.0, abs=1e-5)
    assert found.far == 0.0


def test_a_distant_claim_is_far(checker: StatementChecker) -> None:
    found = features(checker, "Tokyo bought submarines.", source("The bakery opened a second shop."))
    assert found.far == pytest.approx(0.6 - found.cosine)


def test_recall_and_nearness_are_shares_of_the_claims_words(checker: StatementChecker) -> None:
    # Stems of n letters weigh min(n, 8) / 8: "gas" 3, "ship" 4, "rose" 4, "dear" 4.
    full = features(checker, "Gas ships rose", source("Gas ships rose."))
    most = features(checker, "Gas ships rose dear", source("Gas ships rose."))
    few = features(checker, "Gas ships", source("Gas was dear."))
    assert (full.recall, full.near) == (1.0, 1.0)
    assert most.recall == pytest.approx(11 / 15)
    assert most.near == pytest.approx((11 / 15 - 0.7) / 0.3)
    assert few.recall == pytest.approx(3 / 7)
    assert few.near == few.near_support == 0.0


def test_all_quotes_of_a_statement_are_read_together(checker: StatementChecker) -> None:
    statement = "Gas rose and oil fell in Berlin."
    both = (source("Gas rose in Berlin."), source("Oil fell.", article=OTHER_ARTICLE))
    assert features(checker, statement, *both).recall == 1.0
    assert features(checker, statement, both[0]).recall < 1.0


def test_every_feature_is_a_number(checker: StatementChecker) -> None:
    found = features(checker, "?", source("…"))
    assert all(isinstance(getattr(found, field.name), float) for field in fields(found))


# The rules


@pytest.mark.parametrize(
    "statement",
    [
        f"I think you should know that {QUOTE}",
        f"Anne Kim wrote in March 2022 that {QUOTE}",
        f"All columns agree that {QUOTE}",
        "No other author says that Seoul had detected 10,000 containers sent from North Korea to Russia.",
        f"“Oil Will Stay Dear” says that {QUOTE}",
    ],
)
def test_words_of_the_quote_do_not_save_a_statement_that_a_rule_excludes(
    checker: StatementChecker, statement: str
) -> None:
    retrieved = [ARTICLE, replace(OTHER_ARTICLE, title="Oil Will Stay Dear")]
    (score,) = checker.score_batch([(statement, [source(QUOTE)])], (), retrieved)
    assert score < PARTLY


def test_a_claim_about_all_columns_needs_the_support_of_each(checker: StatementChecker) -> None:
    statement = "All columns agree that Seoul found containers sent from North Korea."
    retrieved = [ARTICLE, OTHER_ARTICLE]
    agreeing = source("Seoul found many containers sent from North Korea.", article=OTHER_ARTICLE)
    silent = source("Prices of oil rose.", article=OTHER_ARTICLE)
    both, one, with_silent = checker.score_batch(
        [(statement, [source(QUOTE), agreeing]), (statement, [source(QUOTE)]), (statement, [source(QUOTE), silent])],
        (),
        retrieved,
    )
    assert both >= SUPPORTED
    assert one < PARTLY
    assert with_silent < PARTLY


def test_another_author_s_words_do_not_support_a_holder_who_is_cited_too(checker: StatementChecker) -> None:
    own = source("Prices of oil rose.", article=OTHER_ARTICLE)
    statement = "Ian Bremmer says that Seoul had detected 10,000 containers sent from North Korea to Russia."
    assert support(checker, statement, own, source(QUOTE)) < PARTLY
    assert support(checker, statement, source(QUOTE, article=OTHER_ARTICLE), own) >= SUPPORTED
