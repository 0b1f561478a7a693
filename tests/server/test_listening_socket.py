"""The socket that the server listens on."""

import gc
import socket

import pytest

from rag.errors import SettingsError
from rag.server.app import listening_socket


def _open_sockets() -> set[socket.socket]:
    return {thing for thing in gc.get_objects() if isinstance(thing, socket.socket) and thing.fileno() >= 0}


def test_an_address_that_is_taken_leaves_no_socket_open() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        before = _open_sockets()
        with pytest.raises(SettingsError, match="cannot listen") as raised:
            listening_socket("127.0.0.1", taken.getsockname()[1])
        assert _open_sockets() <= before, raised
