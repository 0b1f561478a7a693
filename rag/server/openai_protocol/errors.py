"""Requests that are refused, in the form of OpenAI's protocol."""

from fastapi.responses import Response

from rag.server.responses import INVALID_REQUEST, error_response

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
