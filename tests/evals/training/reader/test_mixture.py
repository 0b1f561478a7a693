"""Questions without an answer made by rule, windows, and what is held out."""

import random
from collections import Counter
from pathlib import Path

from evals.training.reader.absent_answers import NearestPassages, without_gold
from evals.training.reader.commentary import read_commentary
from evals.training.reader.debates import read_debate_statements, read_debates
from evals.training.reader.examples import QUESTION, STATEMENT, ReaderExample, read_examples, write_examples
from evals.training.reader.mixture import commentary_examples, cut_to_window, debate_examples

PORT = ("The port froze its rents in spring.", "Owners let stairwells rot.", "Tenants stay put.", "Nobody builds.")
FARM = ("Sheep farmers fear the rents of hill land.", "Wool sells badly.", "The spring was wet.")


def _question(query: str, sentences: tuple[str, ...], gold: tuple[int, ...]) -> ReaderExample:
    return ReaderExample(QUESTION, query, "", sentences, gold, bool(gold), "own", "passage")


def test_without_its_gold_a_passage_no_longer_answers() -> None:
    made = without_gold(_question("Why do stairwells rot?", PORT, (1,)))
    assert made is not None
    assert made.sentences == (PORT[0], PORT[2], PORT[3])
    assert (made.label, made.gold, made.source) == (False, (), "own:deleted")


def test_a_passage_of_which_nothing_would_be_left_is_not_made() -> None:
    assert without_gold(_question("Why?", PORT, (0, 1, 2))) is None


def test_the_nearest_other_passage_shares_words_and_is_not_the_own() -> None:
    own = _question("Who freezes the rents in spring?", PORT, (0,))
    other = _question("Why do sheep farmers worry?", FARM, (0,))
    made = NearestPassages([own, other]).nearest(own, random.Random(1))
    assert made is not None
    assert made.sentences == FARM
    assert not made.label


def test_a_window_holds_the_sentence_that_answers() -> None:
    sentences = tuple(f"Sentence number {number} says a few words more." for number in range(60))
    example = _question("Which?", sentences, (41,))
    for seed in range(20):
        cut = cut_to_window(example, 60, random.Random(seed))
        assert [cut.sentences[position] for position in cut.gold or ()] == [sentences[41]]
        assert sum(len(text.split()) for text in cut.sentences) <= 68


def test_a_statement_keeps_all_sentences_that_it_is_about() -> None:
    sentences = tuple(f"Sentence number {number} says a few words more." for number in range(60))
    example = ReaderExample(STATEMENT, "A claim.", "", sentences, (3, 29), True, "own", "passage")
    cut = cut_to_window(example, 60, random.Random(1))
    assert [cut.sentences[position] for position in cut.gold or ()] == [sentences[3], sentences[29]]


def test_no_question_on_a_held_out_passage_is_trained_on() -> None:
    held_out = {example.group for example, is_held_out in read_commentary() if is_held_out}
    trained = {example.group for example in commentary_examples(random.Random(1))}
    assert len(held_out) == 25
    assert not held_out & trained


def test_a_third_to_a_half_of_our_questions_has_no_answer() -> None:
    questions = [example for example in commentary_examples(random.Random(1)) if example.kind == QUESTION]
    assert 0.35 <= sum(not example.label for example in questions) / len(questions) <= 0.45


def test_every_gold_sentence_of_our_data_exists() -> None:
    for example, _ in read_commentary():
        assert all(0 <= position < len(example.sentences) for position in example.gold or ())
        assert example.kind == STATEMENT or example.label == bool(example.gold)


def test_no_question_on_a_held_out_debate_is_trained_on() -> None:
    held_out = {example.group for example, is_held_out in read_debates() if is_held_out}
    trained = {example.group for example in debate_examples(random.Random(1))}
    assert len(held_out) > 500
    assert len(trained) > 5_000
    assert not held_out & trained


def test_every_gold_sentence_of_the_debates_exists() -> None:
    for example, _ in read_debates():
        assert all(0 <= position < len(example.sentences) for position in example.gold or ())
        assert example.label == bool(example.gold)


def test_half_of_the_statements_on_debates_are_supported_and_name_existing_sentences() -> None:
    examples = [example for example, _ in read_debate_statements()]
    assert len(examples) > 3_000
    assert 0.47 <= sum(example.label for example in examples) / len(examples) <= 0.53
    assert all(position < len(example.sentences) for example in examples for position in example.gold or ())


def test_a_debate_question_comes_with_what_answers_it_and_two_others() -> None:
    answering = Counter(example.group for example, is_held_out in read_debates() if example.label and not is_held_out)
    trained = [example for example in debate_examples(random.Random(1)) if example.kind == QUESTION]
    assert Counter(example.group for example in trained if example.label) == answering
    others = Counter(example.group for example in trained if not example.label)
    assert max(others.values()) == 2


def test_examples_are_read_as_they_were_written(tmp_path: Path) -> None:
    examples = [example for example, _ in read_commentary()][:20]
    assert write_examples(examples, tmp_path / "examples.jsonl") == 20
    assert list(read_examples(tmp_path / "examples.jsonl")) == examples
