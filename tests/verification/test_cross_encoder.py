"""The cross-encoder: batches, truncation of long evidence, long statements read in parts."""

import pytest

from rag.embedding.onnx_session import open_tokenizer
from rag.verification.cross_encoder import (
    BATCH_SIZE,
    MAX_PAIR_TOKENS,
    MAX_STATEMENT_TOKENS,
    SPECIAL_TOKENS,
    CrossEncoder,
)

EVIDENCE = "Seoul detected 10,000 containers sent from North Korea to Russia. Beijing did not sign the statement."
SUPPORTED = "Containers went from North Korea to Russia."
UNSUPPORTED = "Tokyo bought two hundred submarines from Peru."


@pytest.fixture(scope="module")
def cross_encoder() -> CrossEncoder:
    return CrossEncoder()


def words(count: int) -> str:
    """A text of so many tokens: "gas" is one."""
    return "gas " * count


def test_words_of_this_test_are_one_token_each() -> None:
    assert len(open_tokenizer().encode(words(300), add_special_tokens=False).ids) == 300


def test_a_supported_statement_has_a_higher_logit(cross_encoder: CrossEncoder) -> None:
    supported, unsupported = cross_encoder.logits([(SUPPORTED, EVIDENCE), (UNSUPPORTED, EVIDENCE)])
    assert supported > unsupported + 1


def test_no_pairs_have_no_logits(cross_encoder: CrossEncoder) -> None:
    assert cross_encoder.logits([]) == []


def test_logits_come_in_the_order_of_the_pairs(cross_encoder: CrossEncoder) -> None:
    # Of different lengths, so that batches are made in another order; more than fit into two batches.
    pairs = [(SUPPORTED + " Gas." * (number % 4), EVIDENCE * (1 + number % 3)) for number in range(2 * BATCH_SIZE + 1)]
    alone = [cross_encoder.logits([pair])[0] for pair in pairs]
    assert cross_encoder.logits(pairs) == pytest.approx(alone, abs=1e-4)


def test_a_pair_has_the_same_logit_every_time(cross_encoder: CrossEncoder) -> None:
    assert cross_encoder.logits([(SUPPORTED, EVIDENCE)]) == cross_encoder.logits([(SUPPORTED, EVIDENCE)])


def test_evidence_beyond_the_limit_is_not_read(cross_encoder: CrossEncoder) -> None:
    statement = words(10)
    room = MAX_PAIR_TOKENS - SPECIAL_TOKENS - 10
    full = words(room)
    (expected,) = cross_encoder.logits([(statement, full)])
    assert cross_encoder.logits([(statement, full + EVIDENCE)]) == [expected]
    (shorter,) = cross_encoder.logits([(statement, words(room - 1) + "ship")])
    assert shorter != expected


def test_a_long_statement_is_read_in_parts_and_the_lowest_logit_counts(cross_encoder: CrossEncoder) -> None:
    first, second = words(MAX_STATEMENT_TOKENS), UNSUPPORTED
    parts = cross_encoder.logits([(first, EVIDENCE), (second, EVIDENCE)])
    assert parts[0] != pytest.approx(parts[1], abs=0.01)
    assert cross_encoder.logits([(first + second, EVIDENCE)]) == pytest.approx([min(parts)], abs=1e-4)


def test_a_statement_at_the_limit_is_one_part(cross_encoder: CrossEncoder) -> None:
    at_limit, beyond = words(MAX_STATEMENT_TOKENS), words(MAX_STATEMENT_TOKENS) + "ship"
    whole, last = cross_encoder.logits([(at_limit, EVIDENCE), ("ship", EVIDENCE)])
    assert cross_encoder.logits([(beyond, EVIDENCE)]) == pytest.approx([min(whole, last)], abs=1e-4)


@pytest.mark.parametrize("pair", [("", EVIDENCE), (SUPPORTED, ""), ("", "")])
def test_empty_texts_have_a_logit(cross_encoder: CrossEncoder, pair: tuple[str, str]) -> None:
    (logit,) = cross_encoder.logits([pair])
    assert -50 < logit < 50
