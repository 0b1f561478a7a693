"""Fixtures of all tests: a bundled library, settings, a scripted language model, and guards around each test."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from rag import open_engine
from rag.embedding.bundled import BundledEncoder
from rag.settings import Settings, load_settings
from tests.support.servers.chat_server import ChatServer, chat_server

# Variables of the tests themselves: whether a browser is required, where axe-core is, which real models to try.
TEST_VARIABLES = (
    "RAG_STRICT",
    "RAG_REQUIRE_BROWSER",
    "RAG_AXE",
    "RAG_CLIENTS",
    "RAG_MCP_INSPECTOR",
    "RAG_TRY_OLLAMA",
    "RAG_TRY_OPENAI",
    "RAG_TRY_OPENAI_KEY",
)
SHARED = Path(__file__).parent.parent.parent / "shared"
# By default Hypothesis fails a test whose examples are slow to make or take 200 ms, on a busy machine any of them.
hypothesis.settings.register_profile("tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tests")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides a contributor's own RAG_ and OPENAI_ variables from the tests, so that no key of theirs is used."""
    import os

    for name in list(os.environ):
        if name.startswith(("RAG_", "OPENAI_")) and name not in TEST_VARIABLES:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def _strict() -> Iterator[None]:
    """Makes a failure to parse a model's reply an error in every engine, instead of an answer of quotes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAG_STRICT", "1")
        yield


@pytest.fixture(autouse=True, scope="session")
def _interrupts_arrive() -> None:
    """Restores the handler of Ctrl-C: a process in the background of a script ignores it, and so do its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def encoder() -> BundledEncoder:
    return BundledEncoder()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of the bundled corpus, shared by all tests: a test that changes it takes a copy."""
    folder = tmp_path_factory.mktemp("bundled") / "home"
    open_engine(folder).close()
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", lock_timeout=60)


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ChatServer]:
    """The scripted language model of a module, for its engines and servers."""
    with chat_server() as running:
        yield running


@pytest.fixture
def server(shared_server: ChatServer) -> ChatServer:
    """The module's language model without the script and the requests of the test before."""
    shared_server.reset()
    return shared_server


@pytest.fixture
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fails the test at the first connection to another machine; returns the hosts that were connected to."""
    reached: list[str] = []
    connect = socket.socket.connect

    def connect_to_loopback(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else str(address)
        reached.append(host)
        assert self.family == getattr(socket, "AF_UNIX", None) or host in ("127.0.0.1", "::1", "localhost"), (
            f"a socket to {address}"
        )
        connect(self, address)

    def resolve_loopback(host: Any, *rest: Any, **more: Any) -> Any:
        assert host in (None, "127.0.0.1", "::1", "localhost", "", b"127.0.0.1"), f"a look-up of {host}"
        return resolve(host, *rest, **more)

    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket.socket, "connect", connect_to_loopback)
    monkeypatch.setattr(socket, "getaddrinfo", resolve_loopback)
    return reached


def shared(path: str) -> Path:
    """The file or folder `path` of the shared data; skips the test where it is missing."""
    shared_path = SHARED / path
    if not shared_path.exists():
        pytest.skip(f"needs {path} in the folder `shared` beside the checkout")
    return shared_path
