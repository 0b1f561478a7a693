"""The OpenAPI document describes every route of /v1, and a server under fuzz keeps to it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from jsonschema import Draft202012Validator

from rag import __version__, open_engine
from rag.server.app import create_app
from rag.server.openapi.document import openapi_document
from rag.server.openapi.operations import OPERATIONS, allowed_methods
from rag.settings import load_settings
from tests.support.servers.live_server import engine_server, routes_of

KEY = "sesame"
AUTHORIZATION = {"Authorization": f"Bearer {KEY}"}
# A request whose form is right may ask for what there is not, which is a 400 or a 404.
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 403, 404, 503]
"""


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """A server with a key."""
    settings = load_settings(home=home, api_key=KEY, rate_limit=0)
    with open_engine(settings=settings) as engine, engine_server(engine) as (running, _):
        yield running


def test_it_describes_every_route_of_v1_and_no_other(home: Path) -> None:
    with open_engine(home) as engine:
        served = {
            (method.casefold(), re.sub(r":path\}", "}", path))
            for method, path in routes_of(create_app(engine).routes)
            if path.startswith("/v1/") and path != "/v1/{path:path}"
        }
    described = {(operation.method, operation.path) for operation in OPERATIONS if operation.path.startswith("/v1/")}
    assert {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in served} == {
        (method, re.sub(r"\{\w+\}", "{}", path)) for method, path in described
    }


@pytest.mark.parametrize("has_key", [True, False])
def test_its_schemas_are_valid_and_its_references_lead_somewhere(has_key: bool) -> None:
    document = openapi_document(__version__, has_key=has_key)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    assert set(re.findall(r"#/components/schemas/(\w+)", str(document))) == set(schemas)
    ids = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert len(ids) == len(OPERATIONS)
    assert {link.operation for operation in OPERATIONS for link in operation.links} <= ids


def test_only_a_server_with_a_key_asks_for_it() -> None:
    for has_key in (True, False):
        document = openapi_document(__version__, has_key=has_key)
        security = {path: next(iter(methods.values()))["security"] for path, methods in document["paths"].items()}
        assert security.pop("/health") == []
        assert all(bool(required) is has_key for required in security.values())
        assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_the_document_is_behind_the_key(address: str) -> None:
    assert httpx.get(f"{address}/openapi.json").status_code == 401
    document = httpx.get(f"{address}/openapi.json", headers=AUTHORIZATION).json()
    assert document == openapi_document(__version__, has_key=True)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/responses", ["POST"]), ("/v1/responses/resp_1", ["DELETE", "GET"]), ("/v1/models/a/b", ["GET"]),
        ("/v1/responses/resp_1/cancel", []),
        ("/v1/completions", []), ("/health", ["GET"]),
    ],
)  # fmt: skip
def test_the_methods_of_a_path(path: str, methods: list[str]) -> None:
    assert allowed_methods(path) == methods


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY"])
@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/drafts", "/v1/chat/completions"])
def test_another_method_is_refused_by_name(address: str, path: str, method: str) -> None:
    reply = httpx.request(method, address + path, headers=AUTHORIZATION)
    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
    assert reply.json()["error"]["code"] == "method_not_allowed"
    assert httpx.request(method, address + path).status_code == 401


@pytest.mark.parametrize("path", ["/health", "/openapi.json"])
def test_another_method_beside_v1_is_refused_too(address: str, path: str) -> None:
    for method in ("POST", "QUERY"):
        reply = httpx.request(method, address + path, headers=AUTHORIZATION)
        assert (reply.status_code, reply.json()["error"]["type"]) == (405, "invalid_request_error")


def test_schemathesis_finds_no_reply_that_the_document_does_not_describe(address: str, tmp_path: Path) -> None:
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run", f"{address}/openapi.json",
        "--header", f"Authorization: Bearer {KEY}", "--phases", "examples,coverage,fuzzing,stateful",
        "--max-examples", "8", "--generation-deterministic", "--no-color",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    # All but the document itself, which it reads first.
    assert f"Tested: {len(OPERATIONS) - 1}\n" in done.stdout
