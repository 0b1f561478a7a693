"""The writer of quotes: one statement a quote, introduced by who says it, with no markup of its own."""

from datetime import date

from rag.answering.evidence import Quote
from rag.answering.kinds.extractive_writer import statement, statements
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage


def _quote(text: str, author: str | None = "A. Writer") -> Quote:
    article = ArticleRef("a", "The Dam", author, "The Review", date(2024, 6, 1), None)
    return Quote(RankedPassage("p", article, 0, len(text), text, 1.0, 1.0, 1.0), 0, len(text), text, 1.0)


def test_a_statement_names_author_publication_and_month() -> None:
    assert statement(_quote("The wall cracked.")) == "A. Writer (The Review, June 2024) writes: “The wall cracked.”"


def test_an_article_without_an_author_speaks_by_its_title() -> None:
    assert statement(_quote("The wall cracked.", author=None)).startswith("“The Dam” (The Review, June 2024)")


def test_white_space_becomes_a_blank_and_inner_quotation_marks_become_single() -> None:
    assert statement(_quote('He said\n  “no” and "never".')).endswith(": “He said ‘no’ and 'never'.”")


def test_a_marker_in_a_quote_or_a_name_is_no_marker() -> None:
    text = statement(_quote("It cracked [7].", author="Writer [3]"))
    assert "[7]" not in text
    assert "[3]" not in text


def test_every_quote_gets_a_statement_in_its_order() -> None:
    made = statements([_quote("One."), _quote("Two.")])
    assert [text.rpartition(" ")[2] for text in made] == ["“One.”", "“Two.”"]
