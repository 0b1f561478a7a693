"""Parts of speech, which the phrases of a question are found by."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.intent.follow_up.parts_of_speech import tag_words


def tags(text: str) -> list[str]:
    return [word.tag for word in tag_words(text)]


@pytest.mark.parametrize(
    ("question", "verb"),
    [
        ("what did the levy change", "change"),
        ("how much does spain pay", "pay"),
        ("which bakers refused to sign", "sign"),
        ("why does the south like the plan", "like"),
        ("is the sugar levy working", "working"),
        ("does the sugar levy work", "work"),
        ("where is the money kept", "kept"),
    ],
)
def test_the_verb_of_a_question_is_a_verb(question: str, verb: str) -> None:
    assert [word.text for word in tag_words(question) if word.is_verb][-1] == verb


@pytest.mark.parametrize(
    ("question", "nouns"),
    [
        ("what does the city desk say about bread", ["city", "desk", "bread"]),
        ("how does binge drinking affect health", ["binge", "drinking", "health"]),
        ("why would the us sign", ["us"]),
        ("Why did Ai Mori leave Osaka?", ["Ai", "Mori", "Osaka"]),
    ],
)
def test_nouns_and_names_are_nouns(question: str, nouns: list[str]) -> None:
    assert [word.text for word in tag_words(question) if word.is_noun] == nouns


def test_a_contraction_is_two_words_in_either_apostrophe() -> None:
    for apostrophe in ("'", "’"):
        words = tag_words(f"why doesn{apostrophe}t Spain{apostrophe}s plan work")
        assert [word.text for word in words][1:6] == ["does", f"n{apostrophe}t", "Spain", f"{apostrophe}s", "plan"]


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_the_words_of_any_text_are_where_they_say(text: str) -> None:
    words = tag_words(text)
    assert all(text[word.start : word.end] == word.text for word in words)
    assert all(first.end <= second.start for first, second in pairwise(words))


def test_many_threads_tag_as_one_does() -> None:
    questions = [f"what did the levy of {year} change for bakers" for year in range(2000, 2040)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tags, questions)) == [tags(question) for question in questions]
