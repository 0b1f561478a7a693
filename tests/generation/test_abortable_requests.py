"""A request to a silent model is ended from another thread, and the model's server learns of it."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from llama_index.core.llms import ChatMessage

from rag.errors import ModelError, QuestionCancelled
from rag.generation.abortable_requests import ended_by
from rag.generation.openai_chat import OpenAIChat
from rag.interrupts.cancellation import Cancellation
from tests.support.servers.chat_server import ChatServer

MESSAGES = [ChatMessage(content="Why?")]
HEADERS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        yield listener


@pytest.mark.parametrize("beginning", [b"", HEADERS])
def test_a_request_that_waits_is_ended_and_its_server_told(silent_server: socket.socket, beginning: bytes) -> None:
    """Before the server has sent a byte, and after its headers."""
    cancellation, failed = Cancellation(), []
    model = OpenAIChat("m", f"http://127.0.0.1:{silent_server.getsockname()[1]}/v1", timeout=600, attempts=3)

    def ask() -> None:
        try:
            with ended_by(cancellation):
                list(model.stream_chat(MESSAGES))
        except (ModelError, QuestionCancelled) as error:
            failed.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    connection, _ = silent_server.accept()
    with connection:
        connection.settimeout(60)
        request = b""
        while b"Why?" not in request:
            request += connection.recv(65_536)
        connection.sendall(beginning)
        time.sleep(0.2)
        cancellation.cancel()
        while connection.recv(65_536):
            pass
        asking.join(60)
    assert not asking.is_alive()
    assert failed
    silent_server.settimeout(0.5)
    with pytest.raises(TimeoutError):  # it is not sent again
        silent_server.accept()


def test_a_request_is_not_sent_after_its_question_was_cancelled(server: ChatServer) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with ended_by(cancellation), pytest.raises(QuestionCancelled):
        OpenAIChat("m", server.url).stream_chat(MESSAGES)
    assert server.bodies == []


def test_each_request_that_may_be_ended_has_a_connection_of_its_own(server: ChatServer) -> None:
    model = OpenAIChat("m", server.url)
    with ended_by(Cancellation()):
        assert model.chat(MESSAGES).message.content == "Nothing [1]."
    with ended_by(None):
        assert model.chat(MESSAGES).message.content == "Nothing [1]."
    assert [headers["connection"] for headers in server.headers] == ["close", "keep-alive"]
