"""Lets a program that sends the key as a Bearer token use Gradio's routes.

Gradio asks for the cookie that its login page sets. A program has no page to log in on.
"""

import hmac
import secrets

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

USER = "a program"


class BearerLogin:
    """ASGI middleware: a request with the key goes on as one that is logged in.

    `cookie` is the name of Gradio's cookie, `logins` its user for each value of the cookie.
    """

    def __init__(self, app: ASGIApp, key: SecretStr, cookie: str, logins: dict[str, str]) -> None:
        self._app, self._cookie, self._logins = app, cookie, logins
        self._key = key.get_secret_value().strip().encode()
        self._value = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._has_key(Headers(scope=scope)):
            self._logins[self._value] = USER  # each time: a logout removes it
            headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"cookie"]
            scope = {**scope, "headers": [*headers, (b"cookie", f"{self._cookie}={self._value}".encode())]}
        await self._app(scope, receive, send)

    def _has_key(self, headers: Headers) -> bool:
        scheme, _, given_key = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given_key.strip().encode(), self._key)
