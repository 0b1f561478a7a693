"""The stream parser: the same result however a text is cut, and nothing but prose and markers."""

import random

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.generation.stream_parser import (
    MAX_TEXT_CHARACTERS,
    CitationMarker,
    ParsedPiece,
    RunawayText,
    SentenceEnd,
    SentenceStart,
    SentenceText,
    StreamParser,
)
from rag.package_data import bundled_folder
from rag.text.sentences import sentence_spans


def read(*pieces: str, known: int = 4) -> list[ParsedPiece]:
    """What comes of the pieces, with neighbouring texts joined."""
    prose = StreamParser(known)
    found: list[ParsedPiece] = []
    for piece in [one for text in pieces for one in prose.feed(text)] + list(prose.finish()):
        if found and isinstance(piece, SentenceText) and isinstance(found[-1], SentenceText):
            found[-1] = SentenceText(found[-1].text + piece.text)
        else:
            found.append(piece)
    return found


def shown(text: str, known: int = 4) -> str:
    """The text as it goes out, markers in square brackets."""
    made = ""
    for piece in read(text, known=known):
        match piece:
            case SentenceStart(lead):
                made += lead
            case SentenceText(words):
                made += words
            case CitationMarker(numbers, _):
                made += f"{list(numbers)}"
            case SentenceEnd():
                made += "|"
    return made


MARKERS = (
    " [1] ", " [2][3]\n\n", " ", "\n- ", " [1, 4]. ", " (2). ", " 【3】 ", "【2†source】", "\n[^1]: ", " [ID:3] ",
)  # fmt: skip
TEXTS = (
    "China dislikes the pact [1]. It was the U.S. Senate that said so, Dr. Smith wrote [2, 3]. Russia gains. [4] The",
    "**Bold** claim [1](http://x.y/z), ![img](http://evil/?q=1) [[2]](#a).\n\n- one [1]\n- two 【2】\n\nSources:\n[1]",
    "<think>hm [1]\n\nso</think>\nMoscow gains (1). Three things: (1) oil, (2) gas, (3) coal. In [2024] [¹] <b>x</b>.",
    '“China dislikes it. It fears more,” she said [1]. He was [Passage 2] there. "One. Two." Three [1] four.',
    "## Title\n1. First point [1].\n2. Second point [2]. And on.\n\nA price < 5 and a > b! Really? Yes (2)",
    "[1] China leads. [2] Russia follows.\n* item (see [3])\n> quoted [^4]",
    "He said “no.” [1] Then (2). Then [3][4]. A b [c] d [e](f) [g](h i) ![j] < k > [ ] [99].",
    "It was said (1)\x08",  # a number at the end once the invisible character is gone
    "~~[1-3]~~[1-3] and [2]~~ no more~~",
    "1e999J.D. Vance said.",
    "中文。[2, 3]J.D. Vance said. <script>a",
    "J.D. Vance said. - - 1. 1. 1. 1. [2J",
    "9" * 400 + ". " + "9" * 400,
    "中文说了一件事。后来又说了一件事。" * 20 + "[1]",
    "word " * 130 + "the end. And more",
    "[[1]a](javascript:x) [[[[](](javascript:x) b",
    "A [page](http://x.y/a_(b)_c) said [1]. It is ![](1)(2) so (2)[](a). <!-- no --> Yes.",
    "aa[[[[[¹]a",
    "[ID:1] China leads.【2:0†source】 Russia follows [passage id: 3].\n\n[^1]: It waits [doc_2].\n- [2]: So [1†L3-L9]",
    "[1]:x [^2]:\n[3]: [4] : y",
    "It fell (Source 2). [Source: A. Writer] It rose (sources 1, 3) (Source: The Daily) and (Source 9) fell (so",
    "a<!--topics: [-->b <i title='(1)'>c</i>",
)


@pytest.mark.parametrize("text", TEXTS)
def test_however_a_text_is_cut_the_same_comes_out(text: str) -> None:
    whole = read(text)
    assert read(*text) == whole
    for seed in range(200):
        chance = random.Random(seed)
        cuts = sorted(chance.sample(range(1, len(text)), k=min(len(text) - 1, chance.randint(1, 25))))
        pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        assert read(*pieces) == whole, pieces


@pytest.mark.parametrize("text", TEXTS)
def test_a_sentence_is_what_was_told_of_it(text: str) -> None:
    for cuts in ([len(text) // 3, len(text) // 2], range(1, len(text))):
        told = ""
        for piece in read(*(text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True))):
            match piece:
                case SentenceStart():
                    told = ""
                case SentenceText(words):
                    told += words
                case SentenceEnd(sentence):
                    assert sentence == told.strip()


SENTENCES = [
    text[start:end]
    for path in sorted((bundled_folder("corpus") / "articles").glob("*.md"))[::6]
    for text in [path.read_text(encoding="utf-8").split("---", 2)[2]]
    for start, end in sentence_spans(text)
]


@hypothesis_settings(max_examples=150)
@given(st.data())
def test_columns_with_markers_come_out_the_same_however_they_are_cut(data: st.DataObject) -> None:
    said = data.draw(st.lists(st.tuples(st.sampled_from(SENTENCES), st.sampled_from(MARKERS)), max_size=6, unique=True))
    text = "".join(f"{sentence}{marker}" for sentence, marker in said)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(text) - 1)), max_size=40)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert read(*pieces) == read(text)


@hypothesis_settings(max_examples=500)
@given(
    st.lists(
        st.sampled_from(
            ["China ", "gains", ". ", "! ", "[1]", " [2, 3]", "[99]", "【2】", "【3:0†", "[^1]:", "(1)", " (2)", "“",
             "” ", '"', "\n", "\n\n", "- ", "**", "<b>", "</b>", "U.S. ", "Dr. ", "[x](y) ", "![a](b)", "5", " ",
             "Moscow "]
        ),
        max_size=30,
    )
)  # fmt: skip
@example(["gains", " (2)", "<b>", "<b>"])
@example(["- ", "[1]", "(1)", "! "])
@example(["” ", "[99]", " (2)", "</b>", "</b>"])
def test_nonsense_too_comes_out_the_same_however_it_is_cut(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        whole = read(text)
        cut = read(*text)
    except RunawayText:
        return
    assert cut == whole
    assert sum(isinstance(one, SentenceStart) for one in whole) == sum(isinstance(one, SentenceEnd) for one in whole)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China dislikes it [1].", "China dislikes it[1].|"),
        ("China dislikes it. [1] It waits. [2]", "China dislikes it.[1]| It waits.[2]|"),
        ("It is so [1, 2].", "It is so[1, 2].|"),
        ("It is so [1][2].", "It is so[1][2].|"),
        ("It is so [¹].", "It is so[1].|"),
        ("It is so 【1】.", "It is so[1].|"),
        ("It is so (1).", "It is so[1].|"),
        ("It is so [[1]].", "It is so[1].|"),
        ("It is so [^1].", "It is so[1].|"),
        ("It is so [Passage 1].", "It is so[1].|"),
        ("[ID:1] It is so.", "[1]It is so.|"),
        ("【2†source】It is so.", "[2]It is so.|"),
        ("It is so.【2:0†source】It waits.", "It is so.[2]| It waits.|"),
        ("[^1]: It is so.", "[1]It is so.|"),
        ("It is so [1](https://example.org).", "It is so[1].|"),
        ("[1] It is so.", "[1]It is so.|"),
        ("Three things: (1) oil, (2) gas.", "Three things: (1) oil, (2) gas.|"),
        ("He was old (99).", "He was old (99).|"),
        ("In [2024] it fell.", "In (2024) it fell.|"),
    ],
)
def test_every_spelling_of_a_marker_is_one_and_what_counts_or_dates_is_none(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_markdown_and_html_leave_their_words_alone() -> None:
    text = (
        "# Head\n\n**Moscow** <i>gains</i> [more](http://evil.example/?q=1) ![pixel](http://evil.example/p.png) `now`."
    )
    assert shown(text) == "Head|\n\nMoscow gains more pixel now.|"


def test_lists_keep_their_dashes() -> None:
    assert shown("Two views:\n- one [1].\n- two [2].") == "Two views:|\n\n- one[1].|\n- two[2].|"


def test_a_list_of_sources_at_the_end_is_left_out() -> None:
    assert shown("It is so [1].\n\n**Sources:**\n[1] The Asia Desk\n[2] Hard Power") == "It is so[1].|"


def test_thinking_aloud_is_left_out() -> None:
    assert shown("<think>\nLet me see [1].\n</think>\n\nIt is so [1].") == "It is so[1].|"
    assert shown("<think>without an end") == ""


def test_text_goes_out_while_a_sentence_is_written_and_half_a_marker_does_not() -> None:
    prose = StreamParser(4)
    assert list(prose.feed("China dislikes")) == [SentenceStart(""), SentenceText("China dislikes")]
    assert list(prose.feed(" the pact [")) == [SentenceText(" the pact")]
    assert list(prose.feed("1")) == []
    assert list(prose.feed("]. And")) == [CitationMarker((1,), "China dislikes the pact"), SentenceText(".")]


def test_a_text_that_repeats_itself_or_has_no_end_runs_away() -> None:
    with pytest.raises(RunawayText):
        read("China dislikes the pact with Moscow. " * 3)
    with pytest.raises(RunawayText):
        read(*("word " * 400 + "\n" for _ in range(MAX_TEXT_CHARACTERS // 1_000)))
    with pytest.raises(RunawayText):
        read("x" * 200_000)
