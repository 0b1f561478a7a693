"""Articles into passages: what holds for every article, and where passages begin."""

from hypothesis import given

from rag.embedding.bundled import BundledEncoder
from rag.ingest.splitter import MAX_PASSAGE_CHARACTERS, MAX_PASSAGE_TOKENS, MAX_SENTENCES, split_article
from rag.types.article import Article
from rag.types.passage import Passage
from tests.text.test_sentences import texts

ENCODER = BundledEncoder()
PROSE = "The harvest in the river valleys failed and the price of bread doubled before the winter came. "


def passages(text: str) -> list[Passage]:
    return split_article(Article("one", "A title", text), ENCODER.count_tokens)


@given(texts)
def test_passages_are_slices_of_their_article_in_order_and_apart(text: str) -> None:
    end = 0
    for ordinal, passage in enumerate(passages(text)):
        assert passage.ordinal == ordinal
        assert passage.text == text[passage.start : passage.end]
        assert not text[end : passage.start].strip()
        end = passage.end
    assert not text[end:].strip()


@given(texts)
def test_a_passage_is_made_of_its_sentences_and_of_nothing_else(text: str) -> None:
    for passage in passages(text):
        assert passage.sentences[0][0] == passage.start
        assert passage.sentences[-1][1] == passage.end
        for (_, end), (start, _) in zip(passage.sentences, passage.sentences[1:], strict=False):
            assert end <= start
            assert not text[end:start].strip()


@given(texts)
def test_the_encoder_reads_every_passage_whole(text: str) -> None:
    found = passages(text)

    assert all(tokens <= MAX_PASSAGE_TOKENS for tokens in ENCODER.count_tokens([passage.text for passage in found]))
    assert all(passage.end - passage.start <= MAX_PASSAGE_CHARACTERS for passage in found)
    assert all(len(passage.sentences) <= MAX_SENTENCES for passage in found)


def test_paragraphs_long_and_short_make_passages_that_are_all_well_filled() -> None:
    text = "\n\n".join((PROSE * number).strip() for number in (3, 5, 4, 7, 2, 6, 5, 3, 4, 8, 6, 5, 9, 1, 4))

    assert min(passage.end - passage.start for passage in passages(text)) > MAX_PASSAGE_CHARACTERS / 2


def test_an_article_without_a_word_has_no_passages() -> None:
    assert passages(" \n\n ") == []


def test_passages_end_between_paragraphs_where_that_leaves_them_filled() -> None:
    paragraph = PROSE * 10
    text = "\n\n".join([paragraph.strip()] * 6)

    assert [passage.text for passage in passages(text)] == [paragraph.strip()] * 6


def test_a_heading_stands_in_one_passage_with_what_follows_it() -> None:
    sections = [f"The turn of year {number}\n\n{(PROSE * 9).strip()}" for number in range(4)]

    found = passages("\n\n".join(sections))

    assert [passage.text for passage in found] == sections


def test_a_sentence_longer_than_the_encoder_reads_is_cut_between_words() -> None:
    text = " ".join(["antidisestablishmentarianism-1234567890"] * 60)

    found = passages(text)

    assert len(found) > 1
    assert {word for passage in found for word in passage.text.split()} == {"antidisestablishmentarianism-1234567890"}


def test_ids_tell_articles_and_places_apart_and_stay_the_same() -> None:
    text = PROSE * 40
    again = [passage.id for passage in passages(text)]
    renamed = split_article(Article("one", "Another title", text), ENCODER.count_tokens)

    assert len(set(again)) == len(again) > 1
    assert [passage.id for passage in passages(text)] == again
    assert not {passage.id for passage in renamed} & set(again)
