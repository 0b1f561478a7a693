"""The reader: what it scores high, and that a reading does not depend on its company."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.package_data import model_file
from rag.reading.passage_reader import PassageReader, ReadablePassage

HARBOUR = ReadablePassage(
    "The harbour, Ada Lind, 2021-03-14",
    (
        "The port froze its rents five years ago.",
        "Owners stopped painting the stairwells, because no tenant pays for paint any more.",
        "The mayor is proud of the freeze.",
    ),
)
BREAD = ReadablePassage("Slow dough, Ada Lind, 2022-05-01", ("A long rest makes the crumb soft.", "Salt comes last."))
QUESTION = "Why do the stairwells look shabby?"


@pytest.fixture(scope="module")
def reader() -> PassageReader:
    return PassageReader()


def test_the_sentence_that_answers_has_the_highest_logit(reader: PassageReader) -> None:
    (reading,) = reader.read("question", QUESTION, [HARBOUR])
    assert len(reading.sentences) == 3
    assert max(reading.sentences) == reading.sentences[1]


def test_a_passage_that_answers_has_a_higher_logit(reader: PassageReader) -> None:
    answers, other = reader.read("question", QUESTION, [HARBOUR, BREAD])
    assert answers.passage > other.passage


def test_questions_and_statements_are_told_apart(reader: PassageReader) -> None:
    statement = "Owners stopped painting the stairwells."
    assert reader.read("statement", statement, [HARBOUR]) != reader.read("question", statement, [HARBOUR])


def test_no_passages_have_no_readings(reader: PassageReader) -> None:
    assert reader.read("question", QUESTION, []) == []


def test_a_reading_does_not_depend_on_what_else_is_read() -> None:
    alone = PassageReader().read("question", QUESTION, [BREAD])
    beside = PassageReader(1).read("question", QUESTION, [HARBOUR, BREAD, HARBOUR])
    assert beside[1].sentences == pytest.approx(alone[0].sentences, abs=1e-5)
    assert beside[0] == beside[2]


def test_sentences_that_do_not_fit_have_no_logit(reader: PassageReader) -> None:
    long = ReadablePassage("Rents", ("The rents of the old port were frozen once more that year. ",) * 60)
    (reading,) = reader.read("question", QUESTION, [long])
    assert 0 < len(reading.sentences) < 60


@pytest.mark.parametrize("query", ["", " ", "why " * 2_000, "\x00\ud800", "[SEP] [CLS] [unused0]"])
def test_any_query_is_read(reader: PassageReader, query: str) -> None:
    (reading,) = reader.read("question", query.encode("utf-8", "replace").decode(), [HARBOUR])
    assert len(reading.sentences) == 3


def test_an_empty_passage_is_read(reader: PassageReader) -> None:
    (reading,) = reader.read("question", QUESTION, [ReadablePassage("", ())])
    assert reading.sentences == ()


def test_threads_share_a_reader(reader: PassageReader) -> None:
    questions = [f"{QUESTION} {number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda question: reader.read("question", question, [HARBOUR, BREAD]), questions))
    assert together == [reader.read("question", question, [HARBOUR, BREAD]) for question in questions]


@pytest.mark.parametrize("card", ["MODEL_CARD.md", "READER_CARD.md"])
def test_the_models_are_those_of_their_cards(card: str) -> None:
    # The reader's file refers to bytes of the encoder's, so that another encoder would make another reader.
    rows = re.findall(r"`([\w.-]+\.onnx)` \|[^|]*\| `([0-9a-f]{64})`", model_file(card).read_text(encoding="utf-8"))
    assert rows
    assert all(hashlib.sha256(model_file(name).read_bytes()).hexdigest() == digest for name, digest in rows)
