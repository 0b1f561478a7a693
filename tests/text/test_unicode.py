"""Characters that cannot be stored."""

from rag.text.unicode import mask_unencodable, replace_unencodable


def test_half_a_surrogate_pair_becomes_a_question_mark_and_the_rest_stays() -> None:
    assert replace_unencodable("a\ud800b “c” 🜁") == "a?b “c” 🜁"


def test_a_mask_of_half_a_surrogate_pair_keeps_the_offsets() -> None:
    assert mask_unencodable("a\ud800\udfffb 🜁") == "a\ufffd\ufffdb 🜁"
