"""The tokens that a query and a passage become, and where their sentences stand."""

from tokenizers import Tokenizer

from evals.training.reader.examples import QUESTION, STATEMENT
from rag.package_data import model_file
from rag.reading.layout import MAX_HEADING_TOKENS, MAX_QUERY_TOKENS, encode_inputs

TOKENIZER = Tokenizer.from_file(str(model_file("tokenizer.json")))
TOKENIZER.no_padding()
TOKENIZER.no_truncation()
HEADING = "The harbour, Ada Lind, 2021-03-14"
SENTENCES = ("The port froze its rents.", "Owners stopped painting stairwells.")


def _tokens(ids: tuple[int, ...]) -> str:
    return " ".join(TOKENIZER.id_to_token(number) for number in ids)


def test_the_passage_comes_first_and_the_query_last_behind_its_marker() -> None:
    (read,) = encode_inputs(TOKENIZER, [(QUESTION, "Why?", HEADING, SENTENCES)])
    text = _tokens(read.token_ids)
    assert text.startswith("[CLS] the harbour")
    assert text.endswith("stairwell ##s . [SEP] [unused0] why ? [SEP]")
    assert _tokens(read.token_ids[read.query_start :]) == "[unused0] why ? [SEP]"


def test_a_statement_has_no_marker() -> None:
    (read,) = encode_inputs(TOKENIZER, [(STATEMENT, "Rents rose.", HEADING, SENTENCES)])
    assert _tokens(read.token_ids[read.query_start :]) == "rents rose . [SEP]"


def test_each_sentence_stands_where_its_span_says() -> None:
    (read,) = encode_inputs(TOKENIZER, [(QUESTION, "Why?", HEADING, SENTENCES)])
    texts = [_tokens(read.token_ids[start:end]) for start, end in read.sentences]
    assert texts == ["the port froze its rents .", "owners stopped painting stairwell ##s ."]


def test_what_is_too_long_is_cut_at_the_end_of_the_passage() -> None:
    (read,) = encode_inputs(TOKENIZER, [(QUESTION, "why " * 500, "harbour " * 90, SENTENCES * 80)])
    assert len(read.token_ids) <= 320
    assert len(read.token_ids) - read.query_start == MAX_QUERY_TOKENS + 2
    assert read.sentences[0][0] == MAX_HEADING_TOKENS + 2
    assert 0 < len(read.sentences) < 160


def test_an_empty_passage_has_no_sentences() -> None:
    (read,) = encode_inputs(TOKENIZER, [(QUESTION, "Why?", "", ())])
    assert read.sentences == ()
    assert _tokens(read.token_ids) == "[CLS] [SEP] [SEP] [unused0] why ? [SEP]"


def test_every_sentence_and_the_query_are_segments_whose_places_begin_at_one() -> None:
    (read,) = encode_inputs(TOKENIZER, [(QUESTION, "Why?", "Port", SENTENCES)])
    by_segment: dict[int, list[int]] = {}
    for segment, place in zip(read.segments, read.places, strict=True):
        by_segment.setdefault(segment, []).append(place)
    # [CLS] port [SEP], and the separator behind the sentences.
    assert by_segment[0] == [0, 1, 2, 0]
    assert by_segment[1] == [1, 2, 3, 4]
    assert by_segment[2] == list(range(1, 7))
    assert by_segment[3][0] == 1
    assert len(by_segment) == 4


def test_segments_and_places_exist_without_a_passage() -> None:
    (read,) = encode_inputs(TOKENIZER, [(QUESTION, "Why?", "", ())])
    assert read.segments == [0, 0, 0, 1, 1, 1, 1]
    assert len(read.places) == len(read.token_ids)
