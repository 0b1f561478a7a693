"""Errors in the form of OpenAI's protocol."""

import logging
import secrets

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from pydantic import SecretStr

from rag.errors import LibraryError, RagError

log = logging.getLogger(__name__)

INVALID_REQUEST = "invalid_request_error"
MODEL_NOT_FOUND = "model_not_found"


class ProtocolError(Exception):
    """A request that is refused.

    Its text is what the client is told; `parameter` is the wrong parameter.
    """

    def __init__(
        self, message: str, parameter: str | None = None, *, status: int = 400, code: str = INVALID_REQUEST
    ) -> None:
        super().__init__(message)
        self.parameter, self.status, self.code = parameter, status, code

    @property
    def response(self) -> Response:
        return error_response(self.status, str(self), self.code, parameter=self.parameter)


def error_response(
    status: int, message: str, code: str, *, parameter: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """An error as OpenAI's clients read it."""
    kind = INVALID_REQUEST if status < 500 else "server_error"
    body = {"error": {"message": message, "type": kind, "param": parameter, "code": code}}
    return JSONResponse(body, status_code=status, headers=headers)


def failure_response(error: Exception) -> Response:
    """The response for an error of the engine; one of our own is logged."""
    if isinstance(error, LibraryError):
        return error_response(503, str(error), "unavailable")
    if isinstance(error, RagError):
        return error_response(400, str(error), INVALID_REQUEST)
    log.exception("a question could not be answered", exc_info=error)
    return error_response(500, "something went wrong here; the server's log says what", "server_error")


def wrong_key(request: Request, key: SecretStr | None) -> Response | None:
    """The response to a request without the right key, or None."""
    if key is None:
        return None
    scheme, _, given_key = request.headers.get("authorization", "").partition(" ")
    is_right = secrets.compare_digest(given_key.strip().encode(), key.get_secret_value().strip().encode())
    if scheme.lower() == "bearer" and is_right:
        return None
    message = "send the key of this server as your API key"
    return error_response(401, message, "invalid_api_key", headers={"WWW-Authenticate": "Bearer"})
