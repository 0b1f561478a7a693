"""Characters that cannot be stored."""

from rag.text.unicode import replace_unencodable


def test_half_a_surrogate_pair_becomes_a_question_mark_and_the_rest_stays() -> None:
    assert replace_unencodable("a\ud800b “c” 🜁") == "a?b “c” 🜁"
