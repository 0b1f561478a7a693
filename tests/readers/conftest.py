"""The web site and the internet that the readers' tests fetch from, and the settings that allow it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.settings import Settings, load_settings
from tests.support.servers.web_site import Internet, Site, running_site


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


@pytest.fixture
def loopback(tmp_path: Path) -> Settings:
    """Settings under which private addresses, and so the site on loopback, may be fetched."""
    return load_settings(home=tmp_path / "home", allow_private_urls=True, fetch_timeout=60)


@pytest.fixture
def public(tmp_path: Path) -> Settings:
    """Settings under which only public addresses may be fetched, as by default."""
    return load_settings(home=tmp_path / "home", fetch_timeout=60)


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch, site: Site) -> Internet:
    """review.example at a public address, which leads to the site on loopback."""
    internet = Internet(monkeypatch)
    internet.names["review.example"] = ["93.184.215.14"]
    internet.routes["93.184.215.14"] = site.port
    return internet
