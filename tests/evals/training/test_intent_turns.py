"""The labelled turns of conversations: their labels fit their words, and what a turn means follows from them."""

from evals.training.intent.measure_turns import judge
from evals.training.intent.turns import TAKES, conversation_before, load_catalogues, load_turns
from rag.answering.intent.classifier import Intent
from rag.answering.intent.understanding import UnderstoodTurn
from rag.types.understanding import KINDS, QuestionScope, Understanding


def test_every_label_is_one_of_the_known_ones_and_its_words_are_in_the_question() -> None:
    turns = load_turns()
    assert len(turns) > 1_500
    for turn in turns:
        assert turn.kind in KINDS
        assert set(turn.takes) <= set(TAKES)
        assert bool(turn.takes) == turn.depends, turn.question
        assert not turn.depends or turn.before, turn.question
        assert all(slot.text.strip() == slot.text and slot.text for slot in turn.slots), turn.question


def test_a_turn_takes_over_what_it_does_not_name_itself() -> None:
    turn = next(each for each in load_turns() if each.question == "and Otto Brandt?")
    assert turn.frame.author == ("Otto Brandt",)
    assert turn.frame.subject == "tasting menus"


def test_the_articles_that_an_answer_names_stand_in_the_conversation() -> None:
    catalogues = load_catalogues()
    turn = next(each for each in load_turns() if each.question == "summarise the first")
    before = conversation_before(turn, catalogues[turn.collection])
    assert all(f"“{title}”" in before[-1].answer for title in turn.before[-1].names)


def test_a_wrong_author_and_a_wrong_kind_are_counted_each_for_itself() -> None:
    catalogue = load_catalogues()["food"]
    turn = next(each for each in load_turns() if each.question == "and Otto Brandt?")
    scope = QuestionScope(authors=("Marta Quill",))
    understood = UnderstoodTurn(
        Intent("author", subject="tasting menus"), Understanding("and Marta Quill on tasting menus?", scope=scope), ""
    )
    verdict = judge(turn, understood, catalogue)
    assert verdict.is_kind_right
    assert not verdict.slots["author"]
    assert verdict.slots["subject"]
    assert not verdict.is_right
