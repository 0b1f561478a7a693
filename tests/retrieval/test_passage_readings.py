"""Retrieved passages that the reader has read: whose scores change, and whose stay."""

from collections.abc import Iterator
from datetime import date

import pytest

from rag.reading.passage_reader import PassageReader, ReadablePassage
from rag.retrieval.filters import Filters
from rag.retrieval.passage_readings import heading, read_passages
from rag.retrieval.ranking import LOGIT_WEIGHT, NEUTRAL_LOGIT
from rag.retrieval.results import Retrieval
from rag.settings import load_settings
from rag.types.article import ArticleRef
from rag.workspace import Workspace
from tests.support.library.articles import loaded_articles

QUESTION = "Why was gas from the old pipeline stopped?"


@pytest.fixture(scope="module")
def retrieval(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retrieval]:
    with Workspace(load_settings(home=tmp_path_factory.mktemp("readings")), empty=True) as opened:
        opened.indexer.add(loaded_articles(*range(8)))
        yield opened.retrieve(QUESTION, 4, Filters())


@pytest.fixture(scope="module")
def reader() -> PassageReader:
    return PassageReader()


def test_each_sentence_of_a_passage_that_is_read_has_its_logit(retrieval: Retrieval, reader: PassageReader) -> None:
    read = read_passages(reader, retrieval, 2)
    (reading,) = reader.read("question", QUESTION, [_readable(retrieval, 0)])
    for before, after, logit in zip(retrieval.sentences[0], read.sentences[0], reading.sentences, strict=True):
        assert after.logit == logit
        assert after.score == before.score
        assert after.answer_score == pytest.approx(before.score + LOGIT_WEIGHT * (logit - NEUTRAL_LOGIT))


def test_passages_that_are_not_read_keep_their_scores(retrieval: Retrieval, reader: PassageReader) -> None:
    read = read_passages(reader, retrieval, 2)
    assert read.sentences[2:] == retrieval.sentences[2:]
    assert all(s.answer_score == s.score for of_passage in read.sentences[2:] for s in of_passage)
    assert read.passages == retrieval.passages


def test_the_best_reading_is_that_of_a_passage(retrieval: Retrieval, reader: PassageReader) -> None:
    read = read_passages(reader, retrieval, 4)
    readings = reader.read("question", QUESTION, [_readable(retrieval, number) for number in range(4)])
    assert read.best_reading == max(reading.passage for reading in readings)
    assert retrieval.best_reading is None


def test_nothing_is_read_where_the_setting_says_none(retrieval: Retrieval, reader: PassageReader) -> None:
    assert read_passages(reader, retrieval, 0) is retrieval


def test_a_question_is_not_read_while_as_many_as_allowed_are(retrieval: Retrieval) -> None:
    reader = PassageReader(max_questions=2)
    with reader.admission() as first, reader.admission() as second:
        assert first
        assert second
        assert read_passages(reader, retrieval, 2) is retrieval
    assert read_passages(reader, retrieval, 2).best_reading is not None


def test_an_error_of_the_reading_frees_its_place(retrieval: Retrieval) -> None:
    reader = PassageReader(max_questions=1)
    with pytest.raises(KeyError), reader.admission():
        raise KeyError("planted")
    assert read_passages(reader, retrieval, 2).best_reading is not None


def test_a_heading_names_title_author_and_date() -> None:
    article = ArticleRef("a", "The harbour", "Ada Lind", "Review", date(2021, 3, 14), None)
    assert heading(article) == "The harbour, Ada Lind, 2021-03-14"


def _readable(retrieval: Retrieval, number: int) -> ReadablePassage:
    sentences = tuple(sentence.text for sentence in retrieval.sentences[number])
    return ReadablePassage(heading(retrieval.passages[number].article), sentences)
