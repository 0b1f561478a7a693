"""Encoding on Ray gives the same passages and vectors, in order, whatever dies."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.embedding.bundled import BundledEncoder
from rag.errors import EncoderError, SettingsError
from rag.ingest.indexer import Indexer
from rag.ingest.workers import EncodedPassages, LocalWorkers, RayWorkers, encode_in_worker
from rag.maintenance.consistency import find_inconsistencies
from rag.settings import Settings, load_settings
from rag.types.article import Article
from rag.types.passage import StoredPassage
from rag.workspace import Workspace
from tests.support.library.articles import article, loaded_articles

ray = pytest.importorskip("ray", reason="needs Ray: pip install '.[ray]'")
pytestmark = pytest.mark.ray


class OtherEncoder(BundledEncoder):
    @property
    def fingerprint(self) -> str:
        return "another encoder"


@pytest.fixture(scope="module")
def workers(encoder: BundledEncoder) -> Iterator[RayWorkers]:
    """Ray on this machine. It takes eight seconds to start, once for all tests."""
    yield RayWorkers("local", load_settings(), encoder)
    ray.shutdown()


def test_a_library_encoded_on_ray_equals_one_encoded_here(
    workers: RayWorkers, encoder: BundledEncoder, tmp_path: Path
) -> None:
    articles = loaded_articles(*range(12))
    articles.insert(5, articles[2])  # the same article again, while the first may still be encoded
    articles.append(loaded_articles(3, revision=1)[0])  # and another revision of one
    reports, stored = [], []
    for name, encoding in (("here", LocalWorkers(encoder)), ("ray", workers)):
        with Workspace(load_settings(home=tmp_path / name), empty=True) as workspace:
            library = workspace.library
            indexer = Indexer(
                library, workspace.index_sync, encoder, workspace.write_lock, encoding, batch_characters=2_000
            )
            reports.append(indexer.add(articles))
            stored.append({entry.id: library.article_passages(entry.id) for entry in library.entries()})
            assert find_inconsistencies(workspace) == []
    assert reports[0] == reports[1]
    assert reports[0].unchanged == ["article-2"]
    assert reports[0].updated == ["article-3"]
    here, on_ray = stored
    assert list(here) == list(on_ray)
    for article_id, passages in here.items():
        assert [passage.passage for passage in passages] == [passage.passage for passage in on_ray[article_id]]
        for expected, passage in zip(passages, on_ray[article_id], strict=True):
            assert float(expected.vector @ passage.vector) > 0.9999


def test_a_worker_that_dies_is_started_again(workers: RayWorkers, encoder: BundledEncoder, tmp_path: Path) -> None:
    mark = str(tmp_path / "died")

    def mortal(articles: Sequence[Article], settings: Settings, fingerprint: str) -> list[EncodedPassages]:
        if not Path(mark).exists():
            Path(mark).touch()
            os._exit(1)
        return encode_in_worker(articles, settings, fingerprint)

    assert workers.max_pending == 2 * len(os.sched_getaffinity(0))
    (passages,) = RayWorkers("local", load_settings(), encoder, mortal).submit([article(1)])()
    assert Path(mark).exists()
    assert isinstance(passages, list)
    assert [stored.passage.id for stored in passages] == [
        stored.passage.id for stored in _encoded_here(encoder, article(1))
    ]


def test_a_worker_with_another_encoder_is_refused(workers: RayWorkers) -> None:
    with pytest.raises(EncoderError, match="install the same version"):
        RayWorkers("local", load_settings(), OtherEncoder()).submit([article(1)])()


def test_an_error_of_ours_in_a_worker_is_raised_as_it_is(workers: RayWorkers, encoder: BundledEncoder) -> None:
    def faulty(articles: Sequence[Article], settings: Settings, fingerprint: str) -> list[EncodedPassages]:
        raise KeyError("a mistake of ours")

    with pytest.raises(KeyError, match="a mistake of ours"):
        RayWorkers("local", load_settings(), encoder, faulty).submit([article(1)])()


def test_ray_that_is_not_installed_is_reported_in_one_line(
    encoder: BundledEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SettingsError, match=r"pip install 'commentary-rag\[ray\]'"):
        RayWorkers("local", load_settings(), encoder)


def _encoded_here(encoder: BundledEncoder, source: Article) -> list[StoredPassage]:
    (passages,) = LocalWorkers(encoder).submit([source])()
    assert isinstance(passages, list)
    assert np.isfinite(passages[0].vector).all()
    return passages
