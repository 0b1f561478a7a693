"""Assembly: markers get their final numbers, each with its citation, whatever an answer is made of."""

from datetime import date

from rag.answering.assembly import abstaining_answer, catalogue_answer, cited_answer, quoted_answer
from rag.answering.evidence import Abstention, Quote
from rag.answering.intent.classifier import Intent
from rag.answering.intent.understanding import UnderstoodTurn
from rag.answering.kinds.collection import CatalogueAnswer, CatalogueLine
from rag.answering.kinds.selection import Selection
from rag.answering.prose.draft_sentence import DraftSentence
from rag.index.base import Scope
from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval
from rag.text.citation_markers import marker_numbers
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage
from rag.types.understanding import Kind, Understanding

TEXT = "Prices rose. They fell again. Nobody knew why."
ARTICLE = ArticleRef("a", "Prices", "A. Writer", "The Review", date(2024, 6, 1), None)
PASSAGE = RankedPassage("p", ARTICLE, 0, len(TEXT), TEXT, 1.0, 1.0, 1.0)
RETRIEVAL = Retrieval("Why did prices rise?", Filters(), Scope(), {"price": 1.0}, (), (PASSAGE,), ((),))
TURN = UnderstoodTurn(Intent("fact"), Understanding("Why did prices rise?"), "Why did prices rise?")


def _quote(text: str) -> Quote:
    start = TEXT.index(text)
    return Quote(PASSAGE, start, start + len(text), text, 0.9)


ROSE, FELL = _quote("Prices rose."), _quote("They fell again.")


def _selection(*quotes: Quote, kind: Kind = "fact", closing: tuple[str, ...] = ()) -> Selection:
    return Selection(kind, RETRIEVAL, quotes, (PASSAGE,), 0.9, closing=closing)


def test_each_quote_is_a_statement_with_its_citation() -> None:
    answer = quoted_answer("And prices?", TURN, _selection(ROSE, FELL), ["A writes: “x”", "A writes: “y”"], [0.98, 0.2])
    assert answer.text == "A writes: “x” [1]\n\nA writes: “y” [2]"
    assert answer.question == "And prices?"
    assert answer.standalone_question == "Why did prices rise?"
    assert [statement.verdict for statement in answer.statements] == ["supported", "unsupported"]
    assert [(citation.number, citation.quote) for citation in answer.citations] == [(1, ROSE.text), (2, FELL.text)]
    assert answer.writer == "quotes"


def test_quotes_of_a_draft_are_numbered_in_order_of_first_use_and_none_is_unused() -> None:
    sentences = [
        DraftSentence("", ["They fell ", FELL, "."], "They fell.", 0.9),
        DraftSentence("\n\n", ["Both ", ROSE, FELL, "."], "Both.", 0.4),
        DraftSentence(" ", ["No source."], "No source.", 0.0),
    ]
    answer = cited_answer("Why?", TURN, _selection(), sentences, "llm:m")
    assert answer.text == "They fell  [1].\n\nBoth  [2][1]. No source."
    assert [citation.quote for citation in answer.citations] == [FELL.text, ROSE.text]
    assert [statement.citations for statement in answer.statements] == [(1,), (2, 1), ()]
    assert [statement.verdict for statement in answer.statements] == ["supported", "partly", "unsupported"]
    assert answer.writer == "llm:m"


def test_a_draft_s_leading_white_space_is_dropped() -> None:
    answer = cited_answer("Why?", TURN, _selection(), [DraftSentence("\n\n", ["So."], "So.", 0.9)], "llm:m")
    assert answer.text == "So."


def test_an_abstention_gives_reason_and_nearest_articles_and_cites_nothing() -> None:
    marked = ArticleRef("b", "Note [2]", None, None, None, None)
    answer = abstaining_answer("Why?", TURN, Abstention("no article says so", (ARTICLE, marked), 0.1), "quotes")
    assert answer.abstained
    assert answer.reason == "no article says so"
    assert answer.text.startswith(
        "The corpus does not answer this: no article says so. Nearest: A. Writer, “Prices” (The Review, 2024-06-01); "
    )
    assert "[2]" not in answer.text, "a title holds no marker"
    assert (answer.statements, answer.citations) == ((), ())


def test_views_are_sections_by_author_and_a_closing_paragraph_cites_nothing() -> None:
    selection = _selection(ROSE, FELL, kind="views", closing=("B has written nothing [9] on this.",))
    answer = quoted_answer("Compare the views", TURN, selection, ["A writes: “x”", "A writes: “y”"], [0.98, 0.98])
    assert [(section.author, section.statements) for section in answer.sections] == [("A. Writer", (0, 1))]
    assert answer.text.replace("\u2060", "").endswith("B has written nothing [9] on this.")
    assert marker_numbers(answer.text) == [1, 2]
    assert len(answer.statements) == 2


def test_lines_from_the_catalogue_cite_the_opening_of_the_article_that_they_name() -> None:
    lines = CatalogueAnswer(
        CatalogueLine("1 article:"), (CatalogueLine("“Prices [3]”", ARTICLE), CatalogueLine("none"))
    )
    answer = catalogue_answer("How many?", TURN, lines, lambda ref: ROSE if ref == ARTICLE else None)
    assert [statement.citations for statement in answer.statements] == [(), (1,), ()]
    assert answer.text.startswith("1 article:\n\n- ")
    assert "[1]" in answer.text
    assert "[3]" not in answer.text, "a title holds no marker"
    assert (answer.kind, answer.abstained, answer.citations[0].quote) == ("collection", False, "Prices rose.")
