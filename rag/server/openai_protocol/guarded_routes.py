"""Routes of OpenAI's protocol: they require the key, and refuse in its form."""

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, SecretStr, ValidationError
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rag.admission import AdmissionControl, Slot
from rag.errors import ServerBusy
from rag.server.responses import (
    INVALID_REQUEST,
    busy_response,
    error_response,
    failure_response,
    read_body,
    wrong_key_response,
)

MODEL_NOT_FOUND = "model_not_found"

# The parts of a problem's place that name a type among several, and no field.
_TYPE_NAME = re.compile(r"str|int|bool|[A-Z]\w+|[\w-]+\[.*\]")

B = TypeVar("B", bound=BaseModel)
Handler = Callable[[Request], Awaitable[Response]]


class ProtocolError(Exception):
    """A request that is refused.

    Its text is what the client is told; `parameter` is the wrong parameter.
    """

    def __init__(
        self,
        message: str,
        parameter: str | None = None,
        *,
        status: int = 400,
        code: str = INVALID_REQUEST,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.parameter, self.status, self.code, self.headers = parameter, status, code, headers

    @property
    def response(self) -> Response:
        return error_response(self.status, str(self), self.code, parameter=self.parameter, headers=self.headers)


class GuardedRoutes:
    """Registers handlers of `router` that require `key`, if there is one.

    Their errors become responses: ProtocolErrors, and those of the engine and of admission. Any other error is logged.
    """

    def __init__(self, router: APIRouter, key: SecretStr | None, admission: AdmissionControl) -> None:
        self._router, self._key, self._admission = router, key, admission

    def route(self, path: str, methods: list[str]) -> Callable[[Handler], Handler]:
        """Registers a handler of `path`, which is below the router's prefix."""

        def register(handle: Handler) -> Handler:
            guarded = self._guarded(handle)
            self._router.add_api_route(path, guarded, methods=methods, name=handle.__name__, include_in_schema=False)
            return handle

        return register

    def every_other(self, handle: Handler) -> Handler:
        """Registers the handler of every other path and method.

        It has to be the last one.
        """
        self._router.routes.append(every_method(f"{self._router.prefix}/{{path:path}}", self._guarded(handle)))
        return handle

    async def slot(self) -> Slot:
        """A slot for a question. Raises ServerBusy."""
        return await self._admission.acquire()

    def _guarded(self, handle: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            if refusal := wrong_key_response(request, self._key):
                return refusal
            try:
                return await handle(request)
            except ProtocolError as error:
                return error.response
            except ServerBusy as busy:
                return busy_response(busy)
            except Exception as error:  # noqa: BLE001
                return failure_response(error)

        return guarded


def every_method(path: str, handle: Handler) -> Route:
    """A route of requests of any method, those that no standard names too.

    Otherwise they would reach the page, which is mounted at every other path.
    """
    return Route(path, _EveryMethod(handle))


class _EveryMethod:
    def __init__(self, handle: Handler) -> None:
        self._handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._handle(Request(scope, receive))
        await response(scope, receive, send)


def wrong_method(request: Request, allowed: list[str]) -> ProtocolError:
    """The refusal of a method that the path of `request` is not there for."""
    methods = ", ".join(allowed)
    message = f"{request.url.path[:100]} is not there for {request.method[:20]}; use {methods}"
    return ProtocolError(message, status=405, code="method_not_allowed", headers={"Allow": methods})


async def parsed_body(request: Request, model: type[B]) -> B:
    """The body of `request`, which is JSON of `model`'s types.

    Raises ProtocolError for any other body, and for one that is too large.
    """
    body = await read_body(request, "it")
    if isinstance(body, Response):
        raise ProtocolError("the request is larger than 1 MB; send less of it", status=413, code="too_large")
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise _refused_field(error) from None


def _refused_field(error: ValidationError) -> ProtocolError:
    """The refusal of a body, with the wrong field as in `messages[0].role`."""
    problems = error.errors(include_url=False)
    # A field of several types has a problem with each of them. The one furthest inside the value, or with more than
    # its type, is of the type that was meant.
    same_field = [problem for problem in problems if problem["loc"][:1] == problems[0]["loc"][:1]]
    problem = max(same_field, key=lambda problem: (len(problem["loc"]), not problem["type"].endswith("_type")))
    path = ""
    for part in problem["loc"]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not _TYPE_NAME.fullmatch(part):
            path += f".{part}" if path else part
    return ProtocolError(f"{path or 'body'}: {problem['msg']}", path or None)
