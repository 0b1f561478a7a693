"""Simulated visitors that ask a server over HTTP, each in a loop.

They use the page's published function or OpenAI's protocol. A visitor that is told "busy" asks again after the time
that the server names.
"""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

ANSWERED, BUSY, ERROR = "answered", "busy", "error"
TIMEOUT_SECONDS = 60
HEALTH_SECONDS = 1.0
EMPTY_ANSWER = "an empty answer"


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """The outcome of a request: ANSWERED, BUSY or ERROR.

    After BUSY, the server wants the next request `retry_after` seconds later.
    """

    outcome: str
    error: str = ""
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class ClientReply:
    """One request to an endpoint and its outcome.

    `seconds` is how long it took; `retry_after` is in seconds where the server was busy.
    """

    endpoint: str
    outcome: str
    seconds: float
    error: str = ""
    retry_after: float = 0.0


@dataclass
class LoadRun:
    """The visitors' parameters, and the results of a run.

    `think` has the minimum and maximum seconds between two questions of a visitor, `until` is a time of
    time.monotonic().
    """

    address: str
    questions: Sequence[str]
    think: tuple[float, float]
    until: float
    replies: list[ClientReply] = field(default_factory=list)
    health: list[ClientReply] = field(default_factory=list)


async def ask_page(client: httpx.AsyncClient, question: str) -> RequestOutcome:
    """Asks through Gradio's queue, by the function that the page publishes."""
    queued = await client.post("/gradio_api/call/v2/ask", json={"question": question})
    if queued.status_code != httpx.codes.OK:
        return _refusal(queued)
    event_id = queued.json()["event_id"]
    async with client.stream("GET", f"/gradio_api/call/ask/{event_id}") as stream:
        event = ""
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: ") and event == "complete":
                answer = json.loads(line.removeprefix("data: "))[0]["answer"]
                return RequestOutcome(ANSWERED) if answer else RequestOutcome(ERROR, EMPTY_ANSWER)
            elif line.startswith("data: ") and event == "error":
                is_busy = "being answered just now" in line
                return RequestOutcome(BUSY, retry_after=1.0) if is_busy else RequestOutcome(ERROR, line[:200])
    return RequestOutcome(ERROR, "the stream ended without an answer")


async def ask_v1(client: httpx.AsyncClient, question: str) -> RequestOutcome:
    """Asks by OpenAI's chat completions."""
    body = {"model": "commentary", "messages": [{"role": "user", "content": question}]}
    response = await client.post("/v1/chat/completions", json=body)
    if response.status_code != httpx.codes.OK:
        return _refusal(response)
    content = response.json()["choices"][0]["message"]["content"]
    return RequestOutcome(ANSWERED) if content else RequestOutcome(ERROR, EMPTY_ANSWER)


def _refusal(response: httpx.Response) -> RequestOutcome:
    retry_after = response.headers.get("retry-after", "")
    if response.status_code in (429, 503) and retry_after.isdigit():
        return RequestOutcome(BUSY, retry_after=float(retry_after))
    return RequestOutcome(ERROR, f"{response.status_code} {response.text[:200]}")


ENDPOINTS: Mapping[str, Callable[[httpx.AsyncClient, str], Awaitable[RequestOutcome]]] = {
    "page": ask_page,
    "/v1": ask_v1,
}


async def _ask(endpoint: str, client: httpx.AsyncClient, question: str) -> ClientReply:
    start = time.monotonic()
    try:
        result = await ENDPOINTS[endpoint](client, question)
    except httpx.HTTPError as error:
        result = RequestOutcome(ERROR, f"{type(error).__name__} {error}")
    return ClientReply(endpoint, result.outcome, time.monotonic() - start, result.error, result.retry_after)


async def _run_visitor(number: int, run: LoadRun) -> None:
    chance = random.Random(number)  # noqa: S311  (reproducible, nothing to guard)
    endpoint = list(ENDPOINTS)[number % len(ENDPOINTS)]
    position = chance.randrange(len(run.questions))
    async with _client(run.address) as client:
        await asyncio.sleep(chance.uniform(0, run.think[1]))
        while time.monotonic() < run.until:
            reply = await _ask(endpoint, client, run.questions[position % len(run.questions)])
            run.replies.append(reply)
            position += reply.outcome != BUSY
            # After an error a visitor waits too.
            pause = reply.retry_after if reply.outcome == BUSY else chance.uniform(*run.think)
            await asyncio.sleep(min(max(pause, reply.outcome == ERROR), max(0.0, run.until - time.monotonic())))


async def _watch_health(run: LoadRun) -> None:
    """Asks for the server's health once a second."""
    async with _client(run.address) as client:
        while time.monotonic() < run.until:
            start = time.monotonic()
            try:
                code = (await client.get("/health")).status_code
                outcome, error = (ANSWERED, "") if code == httpx.codes.OK else (ERROR, str(code))
            except httpx.HTTPError as failure:
                outcome, error = ERROR, type(failure).__name__
            run.health.append(ClientReply("/health", outcome, time.monotonic() - start, error))
            await asyncio.sleep(HEALTH_SECONDS)


async def run_visitors(number: int, run: LoadRun) -> None:
    """Runs visitors at once until the time is over, and fills `run`.

    Half of the `number` visitors use each endpoint.
    """
    await asyncio.gather(_watch_health(run), *(_run_visitor(visitor, run) for visitor in range(number)))


async def warm_up(address: str, question: str) -> None:
    """Asks one question at each endpoint, before anything is counted.

    The server loads its models for it.
    """
    async with _client(address) as client:
        for endpoint in ENDPOINTS:
            await _ask(endpoint, client, question)


def _client(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, timeout=TIMEOUT_SECONDS, trust_env=False)
