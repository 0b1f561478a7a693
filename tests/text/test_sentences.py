"""Sentence spans: what holds for every text, and where sentences end."""

from typing import Any

import pytest
import sentencex
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import MAX_BLOCK_CHARACTERS, MAX_SENTENCE_CHARACTERS, sentence_spans

# Pieces that are hard to split, so that random texts hold them often.
_PIECES = [
    "The pact holds. ", "Dr. Lee left at 5 p.m. on Friday.", "“It is over. We lost.” ", '"', "(", ")", "[{'a': 'b.'}] ",
    "\n", "\n\n", "\r\n", "\t", " ", ". ", "...", "1. ", "- ", "# ", "> ", "| a | b |", "\\n", "\\n\\n2. ", "漢字。",
    "é", "\x0b", "\u00a0", "\u2028", "word " * 60, "x" * 700, "a. b. c. ", "= = Title = = \n",
]  # fmt: skip
texts = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@given(texts)
def test_every_character_but_white_space_is_in_exactly_one_sentence(text: str) -> None:
    position = 0
    for start, end in sentence_spans(text):
        assert not text[position:start].strip()
        assert start < end
        position = end
    assert not text[position:].strip()


@given(texts)
def test_no_sentence_has_white_space_around_it_or_is_longer_than_the_limit(text: str) -> None:
    for sentence in sentences(text):
        assert sentence == sentence.strip()
        assert len(sentence) <= MAX_SENTENCE_CHARACTERS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t ", []),
        (
            "Dr. Smith told the U.S. Senate that it was over. He left at 5 p.m. on Friday.",
            ["Dr. Smith told the U.S. Senate that it was over.", "He left at 5 p.m. on Friday."],
        ),
        ("She said: “It is over. We lost.” Then she left.", ["She said: “It is over. We lost.”", "Then she left."]),
        (
            "net sales rose 3.5 percent in the u.s. retail segment. no other customer accounted for more.",
            ["net sales rose 3.5 percent in the u.s. retail segment.", "no other customer accounted for more."],
        ),
        ("1. Save the file. 2. Close it.", ["1. Save the file.", "2. Close it."]),
        ("It was 1 @.@ 5 times longer than wide .", ["It was 1 @.@ 5 times longer than wide ."]),
        ("第一句。第二句。", ["第一句。", "第二句。"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_the_end_of_a_wrapped_line_does_not_end_the_sentence() -> None:
    text = "The first line of this paragraph is wrapped by\nits author's editor and goes on. The second one\nends."

    assert len(sentences(text)) == 2


def test_a_line_break_in_text_that_is_not_wrapped_ends_the_sentence() -> None:
    paragraph = "This paragraph stands in one line, however long it is, as word processors and browsers keep it. " * 2

    assert sentences(f"{paragraph}\nA heading without a stop\n{paragraph}")[2] == "A heading without a stop"


def test_short_lines_of_a_list_of_facts_are_sentences_of_their_own() -> None:
    text = "Licence: CC BY\nRetracted: no\nCitation: PLoS Biol. 2003 Oct 18; 1(1):e5, as published that October"

    assert sentences(text)[:2] == ["Licence: CC BY", "Retracted: no"]


def test_list_items_headings_and_table_rows_are_sentences_of_their_own() -> None:
    text = "# Head\nText goes on\n- item one\n- item two\n| 2004 | -5 (5) | -54 (54) |\n| 2005 | 7 | 9 |"

    assert sentences(text) == [
        "# Head", "Text goes on", "- item one", "- item two", "| 2004 | -5 (5) | -54 (54) |", "| 2005 | 7 | 9 |",
    ]  # fmt: skip


def test_a_long_quotation_is_split_at_its_sentences() -> None:
    inner = ["The first point is about grain and about the people who have to buy it."] * 5
    text = f"He wrote: “{' '.join(inner)}” Nobody answered."

    assert sentences(text)[1] == inner[1]
    assert sentences(text)[-1] == "Nobody answered."
    assert sentences(text)[-2].endswith("”")


def test_a_log_of_messages_in_one_line_is_split_at_its_written_line_breaks() -> None:
    message = "Which cities are green?\\n\\n1. Oslo, Norway\\nOslo sorts its waste. " + "It does. " * 30

    found = sentences(f"[{{'role': 'user', 'content': '{message}'}}]")

    assert "Oslo sorts its waste." in found
    assert any(sentence.startswith("1. Oslo, Norway") for sentence in found)


def test_text_without_stops_is_cut_between_words() -> None:
    found = sentences("word " * 10_000)

    assert max(len(sentence) for sentence in found) <= MAX_SENTENCE_CHARACTERS
    assert {word for sentence in found for word in sentence.split()} == {"word"}


@pytest.mark.parametrize("unit", ["漢字。", "“a ", "\\n", "'", "x\n", "| ", "He ran. "])
def test_sentencex_never_gets_more_than_a_block_at_a_time(unit: str) -> None:
    # Its time grows with the square of the length, for some of these.
    lengths: list[int] = []

    def recording_splitter(language: str, text: str) -> Any:
        lengths.append(len(text))
        return sentencex.get_sentence_boundaries(language, text)

    sentence_spans(unit * 20_000, recording_splitter)

    assert 0 < max(lengths) <= MAX_BLOCK_CHARACTERS
    assert sum(lengths) <= 3 * len(unit * 20_000)
