"""The access log and the form of the log, on a real server in a process of its own."""

import json
import logging
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.admission import AdmissionControl
from rag.server.middleware import RequestGuard
from rag.server.monitoring import access_log
from rag.server.monitoring.access_log import AccessLog
from rag.server.monitoring.logs import configure_logging
from rag.settings import load_settings


async def _answer(request: Request) -> PlainTextResponse:
    if request.url.path == "/v1/broken":
        raise ZeroDivisionError
    logging.getLogger("rag.test").warning("in the middle of it")
    return PlainTextResponse("words")


@pytest.fixture
def requests_counted() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def client(requests_counted: list[tuple[str, int]]) -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", _answer, methods=["GET", "POST"])])
    app.add_middleware(RequestGuard, settings=load_settings(), admission=AdmissionControl(2, 2))
    app.add_middleware(AccessLog, count=lambda method, status: requests_counted.append((method, status)))
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, access_log.log.level
    yield
    root.handlers = handlers
    access_log.log.setLevel(level)


def test_a_line_has_the_id_of_the_response_and_no_query(
    client: TestClient, caplog: pytest.LogCaptureFixture, requests_counted: list[tuple[str, int]]
) -> None:
    with caplog.at_level(logging.INFO, "rag.access"):
        response = client.get("/v1/models?key=secret", headers={"X-Request-Id": "mine-7", "Authorization": "Bearer k"})
    (record,) = [record for record in caplog.records if record.name == "rag.access"]
    assert '"GET /v1/models" 200' in record.getMessage()
    assert "secret" not in record.getMessage()
    assert record.__dict__["request_id"] == response.headers["x-request-id"] == "mine-7"
    assert requests_counted == [("GET", 200)]


def test_refused_and_broken_requests_are_logged_and_counted(
    client: TestClient, caplog: pytest.LogCaptureFixture, requests_counted: list[tuple[str, int]]
) -> None:
    with caplog.at_level(logging.INFO, "rag.access"):
        client.get("/gradio_api/file=/etc/passwd")
        client.get("/v1/broken")
    assert requests_counted == [("GET", 404), ("GET", 500)]
    assert len([record for record in caplog.records if record.name == "rag.access"]) == 2


def test_a_path_cannot_forge_a_line(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "rag.access"):
        client.get("/v1/x%0A127.0.0.1%20%22GET%20%2F%22%20200%1B%5B2J")
    (record,) = [record for record in caplog.records if record.name == "rag.access"]
    assert "\n" not in record.getMessage()
    assert "\x1b" not in record.getMessage()


@pytest.mark.usefixtures("_logging_as_before")
def test_json_lines_have_the_id_of_their_request(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings(access_log=True, log_format="json"))
    client.get("/v1/models", headers={"X-Request-Id": "mine-8"})
    inside, access = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (inside["message"], inside["level"], inside["request_id"]) == ("in the middle of it", "WARNING", "mine-8")
    assert (access["logger"], access["status"], access["method"]) == ("rag.access", 200, "GET")
    assert access["request_id"] == "mine-8"
    assert access["milliseconds"] >= 0


@pytest.mark.usefixtures("_logging_as_before")
def test_without_a_setting_nothing_is_logged_of_a_request(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    handlers = logging.getLogger().handlers
    configure_logging(load_settings())
    client.get("/v1/models")
    assert logging.getLogger().handlers == handlers
    assert "GET" not in capsys.readouterr().err
