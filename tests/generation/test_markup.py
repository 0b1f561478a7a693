"""One line of a model's text as prose and markers: whole, and while it is still being written."""

import pytest

from rag.generation.markup import parse_line, settled_prefix, strip_invisible, strip_links_and_tags


@pytest.mark.parametrize(
    ("line", "prose", "markers"),
    [
        ("It is so [1].", "It is so.", [(8, (1,))]),
        ("It is so [1, 2][3].", "It is so.", [(8, (1, 2)), (8, (3,))]),
        ("It is so [^1] [Source 2].", "It is so.", [(8, (1,)), (8, (2,))]),
        ("[ID:1] It is so.", " It is so.", [(0, (1,))]),
        ("It is so [passage id: 2] [doc_3][#1].", "It is so.", [(8, (2,)), (8, (3,)), (8, (1,))]),
        ("【2†source】It is so.", "It is so.", [(0, (2,))]),
        ("It is so【4:0†source】[1†L3-L9].", "It is so.", [(8, (4,)), (8, (1,))]),
        ("[^1]: It is so.", " It is so.", [(0, (1,))]),
        ("- [2]: It is so.", " It is so.", [(0, (2,))]),
        ("As in [1]: it is so.", "As in: it is so.", [(5, (1,))]),
        ("It is so [idea 1].", "It is so (idea 1).", []),
        ("It is so (1).", "It is so.", [(8, (1,))]),
        ("It is so (Source 2).", "It is so.", [(8, (2,))]),
        ("It is so (sources 1, 3) and not (Sentence: 4) so.", "It is so and not so.", [(8, (1, 3)), (16, (4,))]),
        ("It is so (Source 99).", "It is so (Source 99).", []),
        (
            "Under the treaty (Article 4) it is so (see source 2).",
            "Under the treaty (Article 4) it is so (see source 2).",
            [],
        ),
        ("It is so [Source: Ian Bremmer].", "It is so.", []),
        ("It is so (Source: The Daily, 2024) now [Sentence 2].", "It is so now.", [(12, (2,))]),
        ("He has one source: a clerk (source of rumours).", "He has one source: a clerk (source of rumours).", []),
        ("It is so (99).", "It is so (99).", []),
        ("In [2024] it fell [a].", "In (2024) it fell (a).", []),
        ("- **It** is `so`", "It is so", []),
        ("## It is so", "It is so", []),
        ("2. It is so", "It is so", []),
        ("see [the page](http://x.y/a_(b)) <b>now</b><!-- no -->", "see the page now", []),
        ("[1](http://x.y)", "", [(0, (1,))]),
        ("It is ![so](http://x.y)", "It is so", []),
    ],
)
def test_a_whole_line_is_prose_and_markers(line: str, prose: str, markers: list[tuple[int, tuple[int, ...]]]) -> None:
    assert parse_line(line, 4, whole=True) == (prose, markers)


@pytest.mark.parametrize(
    ("line", "prefix"),
    [
        ("It is so", "It is so"),
        ("It is so (Sour", "It is so"),
        ("It is so (Source 2", "It is so"),
        ("It is so (Source: The Daily, 20", "It is so"),
        ("It is (or so they say", "It is (or so they say"),
        ("It is so [", "It is so"),
        ("It is so [1", "It is so"),
        ("It is so 【1:0†sour", "It is so"),
        ("[^1]", ""),
        ("[^1]:", "[^1]:"),
        ("It is so [the page](http://x", "It is so"),
        ("It is so <b", "It is so"),
        ("It is so (1", "It is so"),
        ("It is so (1)", "It is so"),
        ("It is so !", "It is so"),
        ("It is 3 < 5 and so", "It is 3 < 5 and so"),
        ("It is so [1]. And", "It is so [1]. And"),
    ],
)
def test_the_end_of_an_unfinished_line_that_may_change_is_left_for_later(line: str, prefix: str) -> None:
    assert settled_prefix(line) == prefix
    assert parse_line(line, 4, whole=False)[0] == parse_line(prefix, 4, whole=False)[0]


def test_nothing_is_held_back_for_ever() -> None:
    line = "It is so [" + "x" * 300
    assert settled_prefix(line) == line


def test_links_and_tags_go_and_the_list_s_dash_stays() -> None:
    assert strip_links_and_tags("- see [it](http://x.y) <i>now</i>", whole=True) == "- see it now"


def test_invisible_characters_go_and_the_word_joiner_stays() -> None:
    assert strip_invisible("a\u200bb\u202ec\x08\ufeffd\u2060e\tf\n") == "abcd\u2060e\tf\n"
