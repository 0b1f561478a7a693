"""Encoding spread by Ray: the same passages and vectors as here, in order, and a worker that dies costs nothing."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.article import Article
from rag.encoder import BundledEncoder
from rag.errors import EncoderError, SettingsError
from rag.home import Home
from rag.rows import StoredPassage
from rag.settings import load_settings
from rag.workers import Here, OnRay
from tests.corpora import article, readings

ray = pytest.importorskip("ray", reason="needs Ray: pip install '.[ray]'")


@pytest.fixture(scope="module")
def workers(encoder: BundledEncoder) -> Iterator[OnRay]:
    """Ray on this machine: eight seconds to start, once for all that is tried."""
    yield OnRay("local", load_settings(), encoder)
    ray.shutdown()


def test_a_library_filled_by_workers_is_the_one_filled_here(
    workers: OnRay, encoder: BundledEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.indexer.ENCODE_AT", 2_000)
    made = readings(*range(12))
    made.insert(5, made[2])  # the same again, while the first may still be under way
    made.append(readings(3, revision=1)[0])  # and another edition of one
    reports, held = [], []
    for name, who in (("here", Here(encoder)), ("ray", workers)):
        with Home(load_settings(home=tmp_path / name), empty=True) as home:
            home.indexer._workers = who
            reports.append(home.indexer.add(made))
            held.append([(one.id, home.library.passages_of(one.id)) for one in home.library.holdings()])
            assert home.disagreements() == []
    assert reports[0] == reports[1]
    assert reports[0].unchanged == ["article-2"]
    assert reports[0].updated == ["article-3"]
    for (mine, here), (theirs, there) in zip(*held, strict=True):
        assert (mine, [one.passage for one in here]) == (theirs, [one.passage for one in there])
        for one, other in zip(here, there, strict=True):
            assert float(one.vector @ other.vector) > 0.9999


def test_a_worker_that_dies_is_begun_again(
    workers: OnRay, encoder: BundledEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = str(tmp_path / "died")

    def mortal(articles: list[Article], settings: object, fingerprint: str) -> object:
        from rag.workers import _encoded

        if not Path(mark).exists():
            Path(mark).touch()
            os._exit(1)
        return _encoded(articles, settings, fingerprint)  # type: ignore[arg-type]

    assert workers.ahead == 2 * len(os.sched_getaffinity(0))
    monkeypatch.setattr(workers, "_task", ray.remote(num_cpus=1, max_retries=3)(mortal))
    (made,) = workers.begin([article(1)])()
    assert Path(mark).exists()
    assert isinstance(made, list)
    assert [one.passage.id for one in made] == [one.passage.id for one in _here(encoder, article(1))]


def test_a_worker_with_another_encoder_is_found_out(workers: OnRay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_fingerprint", "another one")
    with pytest.raises(EncoderError, match="install the same version"):
        workers.begin([article(1)])()


def test_ray_that_is_not_there_is_one_line(encoder: BundledEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SettingsError, match=r"pip install 'commentary-rag\[ray\]'"):
        OnRay("local", load_settings(), encoder)


def _here(encoder: BundledEncoder, one: Article) -> list[StoredPassage]:
    (made,) = Here(encoder).begin([one])()
    assert isinstance(made, list)
    assert np.isfinite(made[0].vector).all()
    return made
