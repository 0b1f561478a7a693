"""Debate cards: the full paragraph, its exact words, and the quoted ones underlined."""

import io
from dataclasses import replace
from datetime import date

from docx import Document

from rag.citing.debate_card import cards_to_word, debate_cards
from rag.types.answer import Answer, Citation, Statement
from rag.types.article import Article, reference_to
from rag.types.passage import RankedPassage

TEXT = "The first paragraph.\n\nPrices rose. They fell <again>\nin May. Nobody knew why.\n\nThe last paragraph."
ARTICLE = Article("a", "Why prices move", TEXT, "Ada Brookfield", "The Review", date(2024, 6, 1), "https://e.org/a")


def _citation(number: int, quote: str) -> Citation:
    start = TEXT.index(quote)
    passage = RankedPassage("p", reference_to(ARTICLE), start, start + len(quote), quote, 1.0, 1.0, 1.0)
    return Citation(number, reference_to(ARTICLE), quote, start, start + len(quote), passage, 1.0)


def _answer(*quotes: str, writer: str = "llm:m") -> Answer:
    citations = tuple(_citation(number, quote) for number, quote in enumerate(quotes, 1))
    statements = tuple(
        Statement(f"Statement {citation.number}.", (citation.number,), 1.0, "supported") for citation in citations
    )
    return Answer("Why?", "Why do prices move?", "", False, None, statements, citations, writer)


def test_a_card_has_the_whole_paragraph_with_the_quoted_words_underlined() -> None:
    (card,) = debate_cards([_answer("They fell <again>\nin May.")], {"a": ARTICLE}.get)
    assert card.paragraph == "Prices rose. They fell <again>\nin May. Nobody knew why."
    assert card.pieces == [("Prices rose. ", False), ("They fell <again> in May.", True), (" Nobody knew why.", False)]
    assert (card.tag, card.short, card.author) == ("Statement 1.", "Brookfield 2024", "Ada Brookfield")
    assert "Prices rose. <u>They fell &lt;again&gt; in May.</u> Nobody knew why." in card.html
    assert "<u>They fell \\<again\\> in May.</u>" in card.markdown
    assert "Brookfield, Ada. “Why Prices Move.” *The Review*, 1 June 2024, <https://e.org/a>." in card.markdown


def test_a_card_says_what_qualifies_its_author() -> None:
    answer = _answer("Prices rose.")
    qualified = replace(ARTICLE, author_description="Teaches <economics>\nat Leeds.")
    citation = replace(answer.citations[0], article=reference_to(qualified))
    (card,) = debate_cards([replace(answer, citations=(citation,))], {"a": qualified}.get)
    assert (card.short, card.author) == ("Brookfield 2024", "Ada Brookfield; Teaches <economics> at Leeds.")
    assert "Teaches &lt;economics&gt; at Leeds.)" in card.html
    column = replace(qualified, author="Hard Power", author_description="The column of the review's defence desk.")
    citation = replace(citation, article=reference_to(column))
    (card,) = debate_cards([replace(answer, citations=(citation,))], {"a": column}.get)
    assert (card.short, card.author) == ("Hard Power 2024", "The column of the review's defence desk.")


def test_two_quotes_of_one_paragraph_are_one_card() -> None:
    cards = debate_cards([_answer("Prices rose.", "Nobody knew why.", "The last paragraph.")], {"a": ARTICLE}.get)
    assert [len(card.quoted) for card in cards] == [2, 1]
    assert [text for text, is_quoted in cards[0].pieces if is_quoted] == ["Prices rose.", "Nobody knew why."]


def test_the_tag_of_an_answer_made_of_quotes_is_its_question() -> None:
    (card,) = debate_cards([_answer("Prices rose.", writer="quotes")], {"a": ARTICLE}.get)
    assert card.tag == "Why do prices move?"


def test_an_article_that_has_changed_gives_the_passage_that_was_quoted() -> None:
    changed = replace(ARTICLE, text="Other words.")
    for article in (changed, None):
        (card,) = debate_cards([_answer("Prices rose.")], {"a": article}.get)
        assert (card.paragraph, card.quoted) == ("Prices rose.", ((0, 12),))


def test_a_word_document_underlines_the_same_words() -> None:
    cards = debate_cards([_answer("They fell <again>\nin May.")], {"a": ARTICLE}.get)
    paragraphs = Document(io.BytesIO(cards_to_word(cards))).paragraphs
    underlined = [run.text for paragraph in paragraphs for run in paragraph.runs if run.underline]
    italic = [run.text for paragraph in paragraphs for run in paragraph.runs if run.italic]
    assert underlined == ["They fell <again> in May."]
    assert italic == ["The Review"]
    assert paragraphs[-1].text == "Prices rose. They fell <again> in May. Nobody knew why."
