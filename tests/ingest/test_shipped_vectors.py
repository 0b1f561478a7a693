"""The vectors that ship with the package: of every passage of the corpus, as its encoder makes them, of no other."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag import open_engine
from rag.embedding.base import PassageText, PassageVectors
from rag.embedding.bundled import BundledEncoder
from rag.engine import workspace_of
from rag.errors import EncoderError
from rag.ingest import shipped_vectors
from rag.ingest.shipped_vectors import passage_key, shipped_passages, write_vectors
from rag.ingest.splitter import split_article
from rag.ingest.workers import encode_articles, encode_new_articles
from rag.package_data import bundled_folder
from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.article import Article
from rag.types.ingest import LoadedArticle
from tests.support.library.articles import article, loaded_articles


class _UnusableEncoder(BundledEncoder):
    """The bundled encoder on a machine that cannot encode passages."""

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        raise EncoderError("not here")


@pytest.fixture(scope="module")
def corpus() -> list[Article]:
    loaded = load_articles([bundled_folder("corpus") / "articles"], Settings())
    return [item.article for item in loaded if isinstance(item, LoadedArticle)]


def test_a_first_start_encodes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BundledEncoder, "encode_passages", _UnusableEncoder.encode_passages)
    with open_engine(tmp_path / "home") as engine:
        assert engine.counts().articles == 54
        assert engine.check() == []
        with pytest.raises(EncoderError):
            workspace_of(engine).indexer.add(loaded_articles(1))


def test_every_passage_of_the_corpus_has_the_vectors_that_the_encoder_makes(
    corpus: list[Article], encoder: BundledEncoder
) -> None:
    assert len(encode_articles(corpus, _UnusableEncoder())) == len(corpus)  # or run: python scripts/encode_corpus.py
    for encoded, known in zip(
        encode_new_articles(corpus[::18], encoder), encode_articles(corpus[::18], encoder), strict=True
    ):
        for made, shipped in zip(encoded, known, strict=True):
            assert shipped.passage == made.passage
            assert shipped.has_unit_length
            assert float(shipped.vector @ made.vector) > 0.9999
            assert np.sum(shipped.sentence_vectors * made.sentence_vectors, axis=1).min() > 0.9999


def test_other_texts_other_sentences_and_other_encoders_have_none(
    corpus: list[Article], encoder: BundledEncoder
) -> None:
    passages = split_article(corpus[0], encoder.count_tokens)
    assert shipped_passages(passages, encoder.fingerprint) is not None
    assert shipped_passages(passages, "another:encoder") is None
    changed = replace(passages[0], text=passages[0].text.replace("a", "e"))
    merged = replace(passages[0], sentences=((passages[0].start, passages[0].end),))
    for other in (changed, merged):
        assert passage_key(other) != passage_key(passages[0])
        assert shipped_passages([other, *passages[1:]], encoder.fingerprint) is None


def test_without_the_file_or_with_one_of_another_encoder_articles_are_encoded(
    corpus: list[Article], encoder: BundledEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (passages,) = encode_new_articles(corpus[:1], encoder)
    write_vectors(tmp_path / "other.npz", "another:encoder", passages)
    for name in ("missing.npz", "other.npz"):
        monkeypatch.setattr(shipped_vectors, "VECTORS_FILE", tmp_path / name)
        with pytest.raises(EncoderError):
            encode_articles(corpus[:1], _UnusableEncoder())


def test_new_articles_among_those_of_the_corpus_are_encoded_in_their_places(
    corpus: list[Article], encoder: BundledEncoder
) -> None:
    articles = [article(1), corpus[0], article(2)]
    encoded = encode_articles(articles, encoder)
    assert [passages[0].passage.article_id for passages in encoded] == [each.id for each in articles]
    fresh = encode_new_articles(articles, encoder)
    for known, made in zip(encoded, fresh, strict=True):
        assert float(known[0].vector @ made[0].vector) > 0.9999
