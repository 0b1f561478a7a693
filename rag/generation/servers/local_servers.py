"""Model servers on this machine: what answers on loopback, and with which models.

A port is asked only when a user asks for it, for the list of its models, without a key. Only 127.0.0.1 is connected to:
no name is resolved, no proxy is used, no redirect is followed. Any program may listen on such a port, so what it
replies is data of limited size and is read as nothing else.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from rag.settings import APPLICATION, Settings

# The ports that these servers listen on unless they are told otherwise.
USUAL_PORTS = {"Ollama": 11434, "LM Studio": 1234, "llama.cpp": 8080, "vLLM": 8000}
PROBE_SECONDS = 2.0
MAX_REPLY_BYTES = 1_000_000
MAX_NAME_CHARACTERS = 200
# The smallest context that the settings accept.
MIN_CONTEXT = 1024
# The servers that name themselves as the owner of their models.
_OWNERS = {"llamacpp": "llama.cpp", "vllm": "vLLM"}


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model of a server on this machine.

    `context` is its length in tokens where the server says it. `writes` is False for a model that only embeds text.
    """

    name: str
    context: int | None = None
    writes: bool = True

    @property
    def why_not(self) -> str:
        """Why the model cannot write answers; "" for one that can."""
        if not self.writes:
            return "embeds text, writes no answers"
        return "context too short for answers" if self.context is not None and self.context < MIN_CONTEXT else ""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server on this machine that speaks OpenAI's protocol.

    `program` is None where its replies do not show which it is. A server that asks for a key shows no models.
    """

    program: str | None
    base_url: str
    models: tuple[LocalModel, ...] = ()
    asks_for_key: bool = False

    def settings(self, model: LocalModel) -> dict[str, str]:
        """The environment variables that choose `model`.

        There are none for a model that cannot write answers.
        """
        if model.why_not:
            return {}
        context = {} if model.context is None else {"RAG_LLM_CONTEXT": str(model.context)}
        return {"RAG_LLM_BASE_URL": self.base_url, "RAG_LLM_MODEL": model.name} | context

    def is_named(self, settings: Settings) -> bool:
        """Whether the settings name this server, by any name of this machine."""
        try:
            address = urlsplit((settings.llm_base_url or "").strip())
            is_local = address.hostname in ("127.0.0.1", "localhost", "::1")
            return is_local and address.port == urlsplit(self.base_url).port
        except ValueError:  # no address: what uses it says so
            return False

    def is_set(self, model: LocalModel, settings: Settings) -> bool:
        """Whether the settings name this model of this server."""
        return settings.llm_model == model.name and self.is_named(settings)


def find_local_servers(
    ports: Sequence[int] = tuple(USUAL_PORTS.values()), seconds: float = PROBE_SECONDS
) -> list[LocalServer]:
    """The model servers that answer at `ports` of this machine, in their order.

    All ports are asked at the same time, and each has `seconds` for all that it is asked.
    """
    return asyncio.run(_probe_all(ports, seconds))


async def _probe_all(ports: Sequence[int], seconds: float) -> list[LocalServer]:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, headers=headers, timeout=seconds) as client:
        probes = [_Probe(client, port, seconds).server() for port in dict.fromkeys(ports)]
        return [server for server in await asyncio.gather(*probes) if server is not None]


class _Probe:
    """The requests to one port; created when its time begins."""

    def __init__(self, client: httpx.AsyncClient, port: int, seconds: float) -> None:
        self._client = client
        self._root = f"http://127.0.0.1:{port}"
        self._deadline = asyncio.get_running_loop().time() + seconds

    async def server(self) -> LocalServer | None:
        """The server at the port; None where there is none, or only `rag serve` itself."""
        status, listing = await self._get("/v1/models")
        base_url = f"{self._root}/v1"
        if status == httpx.codes.UNAUTHORIZED:
            return LocalServer(None, base_url, asks_for_key=True)
        entries = _entries(listing, "data")
        owners = [owner for entry in entries or () if isinstance(owner := entry.get("owned_by"), str)]
        if status != httpx.codes.OK or entries is None or APPLICATION in owners:
            return None
        program = next((_OWNERS[owner] for owner in owners if owner in _OWNERS), None)
        if program is None:
            # These two have a listing of their own, which says more of a model.
            if (own_entries := await self._listing("/api/tags", "models")) is not None:
                return LocalServer("Ollama", base_url, _models(own_entries, "name"))
            if (own_entries := await self._listing("/api/v0/models", "data")) is not None:
                return LocalServer("LM Studio", base_url, _models(own_entries, "id"))
        models = _models(entries, "id")
        return LocalServer(program, base_url, models) if models or program else None

    async def _listing(self, path: str, key: str) -> list[dict[str, Any]] | None:
        status, document = await self._get(path)
        return _entries(document, key) if status == httpx.codes.OK else None

    async def _get(self, path: str) -> tuple[int | None, Any]:
        """The status and the document at `path`.

        Both are None for a reply that is not JSON, is too large or comes too late.
        """
        body = b""
        try:
            async with (
                asyncio.timeout_at(self._deadline),
                self._client.stream("GET", f"{self._root}{path}") as response,
            ):
                async for part in response.aiter_raw():
                    body += part
                    if len(body) > MAX_REPLY_BYTES:
                        return None, None
        except (TimeoutError, httpx.HTTPError):
            return None, None
        try:
            return response.status_code, json.loads(body)
        except (ValueError, RecursionError):
            return None, None


def _entries(document: Any, key: str) -> list[dict[str, Any]] | None:
    """The entries of a listing of models; None where the document is none.

    A server without models may list null.
    """
    if not isinstance(document, dict) or key not in document:
        return None
    listed = document[key] if document[key] is not None else []
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else None


def _models(entries: Sequence[dict[str, Any]], name_key: str) -> tuple[LocalModel, ...]:
    """The models of a listing whose names can be typed."""
    models = []
    for entry in entries:
        name = entry.get(name_key)
        if isinstance(name, str) and name.strip() and name.isprintable() and len(name) <= MAX_NAME_CHARACTERS:
            models.append(LocalModel(name, _context(entry), _writes(name, entry)))
    return tuple(models)


def _context(entry: dict[str, Any]) -> int | None:
    """The context that the server gives the model, in tokens.

    vLLM, LM Studio and llama.cpp report it, each in its own place.
    """
    meta = entry.get("meta")
    for value in (
        entry.get("max_model_len"),
        entry.get("loaded_context_length"),
        meta.get("n_ctx") if isinstance(meta, dict) else None,
    ):
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None


def _writes(name: str, entry: dict[str, Any]) -> bool:
    """Whether the model writes text, by LM Studio's type, Ollama's family or its name."""
    details = entry.get("details")
    family = details.get("family") if isinstance(details, dict) else None
    embeds = entry.get("type") == "embeddings" or "embed" in name.casefold()
    return not embeds and not (isinstance(family, str) and "bert" in family.casefold())
