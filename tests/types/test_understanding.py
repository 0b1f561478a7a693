"""How a question is understood: its parts, its rewording, and the names of the parts."""

from datetime import date

import pytest

from rag.types.understanding import QuestionScope, Understanding, check_part_names


def test_a_scope_names_the_parts_that_limit_the_articles() -> None:
    assert not QuestionScope()
    assert QuestionScope().parts == ()
    assert QuestionScope(authors=("Ada",), until=date(2024, 6, 30)).parts == ("authors", "dates")


def test_case_punctuation_and_corrected_spelling_are_no_rewording() -> None:
    understanding = Understanding(corrected=(("tarifs", "tariffs"),))
    assert not understanding.is_reworded("whats new on tarifs", "What's new on tariffs?")
    assert understanding.is_reworded("and on tarifs?", "What is new on tariffs?")


def test_words_are_added_only_if_the_typed_question_lacks_them() -> None:
    assert not Understanding().adds_words("please, what is new?", "What is new?")
    assert Understanding().adds_words("and in June?", "What is new in June?")


def test_a_name_that_is_no_part_is_refused_with_the_parts() -> None:
    assert check_part_names(["dates", "authors"]) == {"authors", "dates"}
    with pytest.raises(ValueError, match="'date' cannot be ignored; the parts are conversation, spelling"):
        check_part_names(["authors", "date"])
