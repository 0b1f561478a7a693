"""The tagger of subjects: what articles are about, and what they must mention."""

from datetime import date

import pytest

from rag import QueryEngine
from rag.answering.intent.scope import find_scope
from rag.answering.intent.turns.slot_tagger import TAGS, bundled_slot_tagger, features_of, tokens_of
from rag.engine import workspace_of

TODAY = date(2024, 9, 9)
# The question, and its subject or the words that must be mentioned.
SUBJECTS: tuple[tuple[str, str], ...] = (
    ("list articles on olive oil by Quiet Fork", "olive oil"),
    ("compare the views on school breakfasts", "school breakfasts"),
    ("what does Quiet Fork think of kiosks?", "kiosks"),
    ("how many articles do you have", ""),
    ("the newest one by brenholt", ""),
)


@pytest.mark.parametrize(("question", "subject"), SUBJECTS)
def test_the_subject_is_tagged_and_names_are_no_part_of_it(
    food_engine: QueryEngine, question: str, subject: str
) -> None:
    mentions = find_scope(question, workspace_of(food_engine).catalogue.snapshot(), TODAY).mentions
    named = [mention for mention in mentions if mention.part != "topics"]
    assert bundled_slot_tagger().tag(question, named).subject == subject


def test_a_name_is_one_token_in_the_place_of_its_words() -> None:
    tokens = tokens_of("all by Ann Ames, please", [])
    assert [token.text for token in tokens] == ["all", "by", "Ann", "Ames", ",", "please"]
    assert "w=by" in set(features_of(tokens, 1, TAGS[0]))


def test_a_text_of_any_length_and_without_words_is_tagged() -> None:
    tagger = bundled_slot_tagger()
    assert tagger.tag("", []).subject == ""
    assert tagger.tag("??? …", []).subject == ""
    assert len(tagger.tag("bread " * 500, []).subject.split()) <= 40
