"""A view needs a citation that is by, or about, the author to whom it is given."""

from datetime import date

from rag.types.article import ArticleRef
from rag.verification.cited_source import CitedSource
from rag.verification.rules.exclusion import is_ruled_out
from rag.verification.rules.holders import names_uncited_author, names_uncited_title, sources_of_holder

KIM = ArticleRef("gas", "Norway's gas", "Anne Kim", "The Weekly", date(2024, 7, 5), None)
DESK = ArticleRef("oil", "The Long Way to Oil", "Hard Desk", "The Weekly", date(2022, 1, 9), None)
AUTHORS = ("Anne Kim", "Hard Desk")
QUOTE = "Gas is dear, since a hard winter emptied every desk and cellar."


def cited(quote: str, context: str = "", article: ArticleRef = KIM) -> list[CitedSource]:
    return [CitedSource(quote, context, article)]


def test_an_author_whom_no_citation_is_by_or_about_is_found() -> None:
    assert names_uncited_author("Hard Desk argues that gas is dear.", AUTHORS, cited(QUOTE))
    assert names_uncited_author("Anne Kim and Hard Desk argue that gas is dear.", AUTHORS, cited(QUOTE))
    assert not names_uncited_author("Anne Kim argues that gas is dear.", AUTHORS, cited(QUOTE))
    assert not names_uncited_author("A hard desk is dear.", AUTHORS, cited(QUOTE))


def test_an_author_may_be_named_by_the_quote_or_the_title() -> None:
    statement = "Hard Desk argues that gas is dear."
    assert not names_uncited_author(statement, AUTHORS, cited("Hard Desk finds gas dear."))
    answer = ArticleRef("reply", "A reply to Hard Desk", "Anne Kim", "The Weekly", None, None)
    assert not names_uncited_author(statement, AUTHORS, cited(QUOTE, article=answer))


def test_an_author_named_before_the_quote_counts_if_the_quote_points_back() -> None:
    statement, context = "Hard Desk argues that gas is dear.", "Hard Desk wrote of gas. "
    assert not names_uncited_author(statement, AUTHORS, cited("That column finds gas dear.", context))
    assert names_uncited_author(statement, AUTHORS, cited("Gas is dear.", context))
    assert not names_uncited_author(
        "Anne Kim disagrees with Hard Desk on gas.", AUTHORS, cited("Gas is dear.", context)
    )


def test_an_author_who_disagrees_and_argues_something_holds_that_view() -> None:
    context = "Hard Desk wrote of gas. "
    assert names_uncited_author(
        "Hard Desk disagrees, arguing that gas is dear.", AUTHORS, cited("Gas is dear.", context)
    )
    assert not names_uncited_author(
        "Anne Kim disagrees with Hard Desk, arguing that gas is dear.", AUTHORS, cited("Gas is dear.", context)
    )


def test_a_title_of_a_retrieved_article_that_is_not_cited_is_found() -> None:
    statement = "“The Long Way to Oil” says that gas is dear."
    assert names_uncited_title(statement, [KIM, DESK], cited(QUOTE))
    assert not names_uncited_title(statement, [KIM, DESK], cited(QUOTE, article=DESK))
    assert not names_uncited_title(statement, [KIM, DESK], cited("It was in “The Long Way to Oil”."))
    assert not names_uncited_title("Norway's gas is dear.", [KIM, DESK], cited(QUOTE, article=DESK))


def test_only_the_holder_s_own_citations_support_a_view() -> None:
    own, other = CitedSource("Oil is cheap.", "", DESK), CitedSource(QUOTE, "", KIM)
    about = CitedSource("Hard Desk finds gas dear.", "", KIM)
    statement = "Hard Desk argues that gas is dear."
    assert sources_of_holder(statement, [own, other]) == [own]
    assert sources_of_holder(statement, [own, other, about]) == [own, about]
    assert sources_of_holder(statement, [other]) == [other]
    assert sources_of_holder("Gas is dear.", [own, other]) == [own, other]


def test_every_rule_rules_a_statement_out() -> None:
    for statement in (
        "I think that gas is dear.",
        "Anne Kim wrote in 2019 that gas is dear.",
        "Hard Desk argues that gas is dear.",
        "“The Long Way to Oil” says that gas is dear.",
    ):
        assert is_ruled_out(statement, cited(QUOTE), AUTHORS, [KIM, DESK]), statement
    assert not is_ruled_out("Anne Kim wrote in 2024 that gas is dear.", cited(QUOTE), AUTHORS, [KIM, DESK])
