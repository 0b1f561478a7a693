"""What several tests need: real parts, made small."""

import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from rag import open_engine
from rag.encoder import BundledEncoder
from rag.settings import Settings, load_settings

# Switches of the tests themselves: a browser must be there, and where axe-core is; a real model is to be tried.
KEPT = ("RAG_REQUIRE_BROWSER", "RAG_AXE", "RAG_TRY_OLLAMA", "RAG_TRY_OPENAI", "RAG_TRY_OPENAI_KEY")
SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contributor's own variables must not change what the tests see, nor his key be used by them."""
    import os

    for name in list(os.environ):
        if name.startswith(("RAG_", "OPENAI_")) and name not in KEPT:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def _interrupts_arrive() -> None:
    """Started in the background of a script, a process ignores Ctrl-C, and so would those that the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def encoder() -> BundledEncoder:
    return BundledEncoder()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the bundled corpus, for tests that only ask it; one that changes it takes a copy."""
    folder = tmp_path_factory.mktemp("bundled") / "home"
    open_engine(folder).close()
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", lock_timeout=60)


@pytest.fixture
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fails the test at the first socket that is opened to anything but this machine; gives what was connected to."""
    reached: list[str] = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else str(address)
        reached.append(host)
        assert self.family == socket.AF_UNIX or host in ("127.0.0.1", "::1", "localhost"), f"a socket to {address}"
        connect(self, address)

    def looked_up(host: Any, *rest: Any, **more: Any) -> Any:
        assert host in (None, "127.0.0.1", "::1", "localhost", "", b"127.0.0.1"), f"a look-up of {host}"
        return resolve(host, *rest, **more)

    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket.socket, "connect", watched)
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return reached


def shared(path: str) -> Path:
    """A file or folder of the shared data, or a skip that says that it is not there."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"needs {path} in the folder `shared` beside the checkout")
    return found
