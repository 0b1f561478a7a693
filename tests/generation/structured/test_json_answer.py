"""A model's JSON as text with markers: whole, in pieces, cut off, broken, and when it is no JSON at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.generation.structured.json_answer import MAX_BLANKS, MAX_REPLY_CHARACTERS, NO_ANSWER_TEXT, JsonAnswer

TWO = {
    "answered": True,
    "sentences": [
        {"text": "China leads.", "citations": [1]},
        {"text": "Russia, “slowly”, follows", "citations": [2, 12]},
    ],
}
MARKED = "China leads. [1] Russia, “slowly”, follows. [2][12]\n"


def read(text: str, size: int = 1) -> str:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return "".join(JsonAnswer().marked_text(pieces))


def is_empty(text: str) -> bool:
    answer = JsonAnswer()
    list(answer.marked_text([text]))
    return answer.is_empty


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps(TWO),
        json.dumps(TWO, ensure_ascii=False, indent=2),
        f"```json\n{json.dumps(TWO)}\n```",
        f" \n<think>{{\"a\": 1}} hm</think>\n{json.dumps(TWO)}\nI hope that this helps!",
        json.dumps(TWO | {"answered": "yes", "more": [{"sentences": [{"text": "No."}]}, 1.5, None]}),
    ],
)  # fmt: skip
def test_an_object_is_read_however_it_is_written_and_cut_into_pieces(text: str, size: int) -> None:
    assert read(text, size) == MARKED


@pytest.mark.parametrize(
    "text", ["China leads [1].", "{1} China leads.", "{", "```\nChina leads", "", "<think>so", "<b"]
)
def test_text_in_place_of_json_is_passed_on_unchanged(text: str) -> None:
    assert read(text) == text
    assert not is_empty(text)


@pytest.mark.parametrize("key", [r"a\q", r"\u12"])
def test_a_key_that_json_does_not_know_ends_the_reading(key: str) -> None:
    assert read('{"sentences": [{"text": "China leads.", "citations": [1]}], "' + key + '": 1}') == "China leads. [1]\n"
    assert is_empty('{"' + key + '": 1}')


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_an_escape_that_json_does_not_know_loses_no_sentence(size: int) -> None:
    first, second = (
        r'{"text": "It cost \$3 \u12 x.", "citations": [1]}',
        r'{"text": "It \u00e9 rose.", "citations": [2]}',
    )
    text = f'{{"sentences": [{first}, {second}]}}'
    assert read(text, size) == "It cost \\$3 \\u12 x. [1] It é rose. [2]\n"


def test_each_sentence_is_passed_on_as_soon_as_it_is_whole() -> None:
    answer, text = JsonAnswer(), json.dumps(TWO)
    middle = text.index("}") + 1
    assert "".join(answer.feed(text[: middle - 1])) == ""
    assert "".join(answer.feed(text[middle - 1 : middle])) == "China leads. [1]"


@pytest.mark.parametrize("end", range(1, len(json.dumps(TWO))))
def test_what_is_cut_off_keeps_its_whole_sentences_and_nothing_of_the_others(end: int) -> None:
    text = json.dumps(TWO)
    whole = text[:end].count("}")
    expected = ["", "China leads. [1]\n", MARKED, MARKED][whole]
    assert read(text[:end]) == expected or (end == 1 and read(text[:end]) == "{")


@pytest.mark.parametrize(
    "fields",
    [
        {"answered": False, "sentences": []},
        {"answered": False, "sentences": [{"text": "I do not know.", "citations": []}]},
        {"answered": "false"},
        {"answered": True, "sentences": []},
        {"sentences": []},
    ],
)
def test_an_object_without_an_answer_says_so(fields: dict[str, Any]) -> None:
    assert read(json.dumps(fields)).split("\n")[0].startswith(NO_ANSWER_TEXT)
    assert not is_empty(json.dumps(fields))


def test_a_no_after_the_sentences_does_not_take_them_back() -> None:
    assert read(json.dumps({"sentences": TWO["sentences"], "answered": False})) == MARKED


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"text": "So [2].", "citations": [2, 1]}, "So [2]. [1]"),
        ({"text": "One. Two!", "citations": [1]}, "One. [1] Two! [1]"),
        ({"text": "So\n\n- and  so", "citations": ["[3]", "4", 2.0, 1]}, "So - and so. [3][4][2][1]"),
        ({"text": "So", "citations": [True, -1, 0, 1e99, 1.5, 10_000, None, [7], {"id": 2}, "x", "1 2"]}, "So."),
        ({"text": "So", "citations": 3}, "So. [3]"),
        ({"text": "So"}, "So."),
        ({"citations": [1], "text": "Half \ud83d pair"}, "Half ? pair. [1]"),
        ("So it is", "So it is."),
        ({"text": {"text": "no"}}, ""),
        ({"text": " "}, ""),
        ([["So"]], ""),
        (None, ""),
        (1, ""),
    ],
)  # fmt: skip
def test_an_item_of_any_shape_is_a_sentence_or_nothing(item: Any, text: str) -> None:
    reply = json.dumps({"answered": True, "sentences": [item]})
    assert read(reply) == (f"{text}\n" if text else "")
    assert is_empty(reply) is not bool(text)


@pytest.mark.parametrize(
    "tail",
    [
        '{"text": "So", "x": ' + "[" * 100_000,
        '{"text": "So" oops',
        '{"text": "a "quoted" word", "citations": [2]}, {"text": "So", "citations": [1]}]}',
        " " * (MAX_BLANKS + 50) + '{"text": "So", "citations": []}',
        f'{{"text": "{"so " * MAX_REPLY_CHARACTERS}", "citations": []}}',
        f'{{"text": "So", "citations": [{"9" * 5_000}]}}',
    ],
)
def test_what_is_broken_or_has_no_end_keeps_the_sentences_before_it(tail: str) -> None:
    text = '{"answered": true, "sentences": [{"text": "China leads.", "citations": [1]}, ' + tail
    assert read(text, 50) == "China leads. [1]\n"


def test_a_reply_that_runs_on_is_not_read_to_its_end() -> None:
    pieces = iter(['{"answered": true', *[" " * 10] * 1_000])
    assert list(JsonAnswer().marked_text(pieces)) == []
    assert len(list(pieces)) > 900


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["answered", "sentences", "text", "citations", "x"]), inner)
        ),
    ),
    st.integers(1, 9),
)
def test_the_pieces_of_any_value_make_no_difference(value: Any, size: int) -> None:
    text = json.dumps(value)
    assert read(text, size) == read(text, len(text) + 1)
