"""Near-duplicates: copies in other articles are dropped, repeats within an article stay."""

import numpy as np
import pytest

from rag.retrieval.deduplication import MIN_CONTAINMENT, MIN_COPY_COSINE, drop_near_duplicates
from rag.types.passage import Passage, StoredPassage

TEXT = (
    "Gas stopped flowing through the old pipeline on the first morning of the year, and insurers in three capitals "
    "raised their premiums before the winter storms reached the northern ports"
)
OTHER_TEXT = "A rule on exports kept the newest chips from the laboratories that had ordered them in the spring"


def stored_passage(article_id: str, text: str = TEXT, cosine: float = 1.0) -> StoredPassage:
    """A passage whose vector has `cosine` to that of a passage with the default."""
    vector = np.array([cosine, np.sqrt(1 - cosine**2)], dtype=np.float32)
    passage = Passage(f"{article_id}-0", article_id, 0, 0, len(text), text, ((0, len(text)),))
    return StoredPassage(passage, vector, vector.reshape(1, -1))


def test_a_copy_in_another_article_is_dropped() -> None:
    passages = [stored_passage("a"), stored_passage("b"), stored_passage("c", OTHER_TEXT)]
    assert drop_near_duplicates(passages, [0, 1, 2], 3) == [0, 2]


def test_the_better_ranked_copy_is_kept() -> None:
    passages = [stored_passage("a"), stored_passage("b"), stored_passage("c", OTHER_TEXT)]
    assert drop_near_duplicates(passages, [1, 2, 0], 3) == [1, 2]


def test_a_repeat_within_one_article_is_kept() -> None:
    assert drop_near_duplicates([stored_passage("a"), stored_passage("a")], [0, 1], 2) == [0, 1]


def test_the_next_passages_fill_the_places_of_dropped_copies() -> None:
    passages = [
        stored_passage("a"),
        stored_passage("b"),
        stored_passage("c", OTHER_TEXT),
        stored_passage("d", "Voters"),
    ]
    assert drop_near_duplicates(passages, [0, 1, 2, 3], 2) == [0, 2]


@pytest.mark.parametrize("k", [0, 1, 5])
def test_at_most_k_positions_come_back(k: int) -> None:
    passages = [stored_passage("a"), stored_passage("b", OTHER_TEXT)]
    assert drop_near_duplicates(passages, [0, 1], k) == [0, 1][:k]


def test_a_passage_cut_out_of_a_longer_one_is_a_copy() -> None:
    longer = f"{TEXT}. {OTHER_TEXT}."
    assert drop_near_duplicates([stored_passage("a", longer), stored_passage("b", TEXT)], [0, 1], 2) == [0]


def test_the_same_words_with_a_distant_vector_are_no_copy() -> None:
    distant = stored_passage("b", cosine=MIN_COPY_COSINE - 0.01)
    near = stored_passage("b", cosine=MIN_COPY_COSINE + 0.01)
    assert drop_near_duplicates([stored_passage("a"), distant], [0, 1], 2) == [0, 1]
    assert drop_near_duplicates([stored_passage("a"), near], [0, 1], 2) == [0]


def test_a_near_vector_with_too_few_shared_words_is_no_copy() -> None:
    words = [f"word{number}" for number in range(103)]  # 100 shingles of four words
    shared = round(100 * MIN_CONTAINMENT)
    original = stored_passage("a", " ".join(words))
    copy = stored_passage("b", " ".join([*words[: shared + 3], *(f"other{number}" for number in range(100 - shared))]))
    fewer = stored_passage("b", " ".join([*words[: shared + 2], *(f"other{number}" for number in range(101 - shared))]))
    assert drop_near_duplicates([original, copy], [0, 1], 2) == [0]
    assert drop_near_duplicates([original, fewer], [0, 1], 2) == [0, 1]


@pytest.mark.parametrize("text", ["", "?", "One word"])
def test_texts_shorter_than_a_shingle_are_compared_whole(text: str) -> None:
    assert drop_near_duplicates([stored_passage("a", text), stored_passage("b", text)], [0, 1], 2) == [0]
    assert drop_near_duplicates([stored_passage("a", text), stored_passage("b", TEXT)], [0, 1], 2) == [0, 1]
