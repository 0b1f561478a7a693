"""People who ask a server over HTTP, each in a loop of his own: through the page's published function, or OpenAI's
protocol. They take what they are told: one who hears "busy" comes back when he was told to, and not before.
"""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx

ANSWERED, BUSY, ERROR = "answered", "busy", "error"
# Seconds that a visitor waits for an answer.
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one question: `outcome`, after how many `seconds`, and when to ask again where it was "busy"."""

    way: str
    outcome: str
    seconds: float
    why: str = ""
    again: float = 0.0


@dataclass
class Visit:
    """What the visitors are to do and what came of it: `think` is from how many to how many seconds between two
    questions, `until` a moment of time.monotonic()."""

    address: str
    questions: Sequence[str]
    think: tuple[float, float]
    until: float
    replies: list[Reply] = field(default_factory=list)
    health: list[Reply] = field(default_factory=list)


async def page(client: httpx.AsyncClient, question: str) -> tuple[str, str, float]:
    """A question through Gradio's queue, by the function that the page publishes."""
    taken = await client.post("/gradio_api/call/v2/ask", json={"question": question})
    if taken.status_code != httpx.codes.OK:
        return _refused(taken)
    event = taken.json()["event_id"]
    async with client.stream("GET", f"/gradio_api/call/ask/{event}") as said:
        kind = ""
        async for line in said.aiter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: ") and kind == "complete":
                return (ANSWERED, "", 0.0) if json.loads(line[6:])[0]["answer"] else (ERROR, "an empty answer", 0.0)
            elif line.startswith("data: ") and kind == "error":
                return (BUSY, "", 1.0) if "being answered just now" in line else (ERROR, line[:200], 0.0)
    return ERROR, "no word of an end", 0.0


async def v1(client: httpx.AsyncClient, question: str) -> tuple[str, str, float]:
    """A question by OpenAI's protocol."""
    body = {"model": "commentary", "messages": [{"role": "user", "content": question}]}
    said = await client.post("/v1/chat/completions", json=body)
    if said.status_code != httpx.codes.OK:
        return _refused(said)
    return (ANSWERED, "", 0.0) if said.json()["choices"][0]["message"]["content"] else (ERROR, "an empty answer", 0.0)


def _refused(said: httpx.Response) -> tuple[str, str, float]:
    again = said.headers.get("retry-after", "")
    if said.status_code in (429, 503) and again.isdigit():
        return BUSY, "", float(again)
    return ERROR, f"{said.status_code} {said.text[:200]}", 0.0


WAYS: dict[str, Callable[[httpx.AsyncClient, str], Awaitable[tuple[str, str, float]]]] = {"page": page, "/v1": v1}


async def _asked(way: str, client: httpx.AsyncClient, question: str) -> Reply:
    start = time.monotonic()
    try:
        outcome, why, again = await WAYS[way](client, question)
    except httpx.HTTPError as error:
        outcome, why, again = ERROR, f"{type(error).__name__} {error}", 0.0
    return Reply(way, outcome, time.monotonic() - start, why, again)


async def _visitor(number: int, visit: Visit) -> None:
    chance = random.Random(number)  # noqa: S311  (reproducible, nothing to guard)
    way = list(WAYS)[number % len(WAYS)]
    at = chance.randrange(len(visit.questions))
    async with httpx.AsyncClient(base_url=visit.address, timeout=PATIENCE, trust_env=False) as client:
        await asyncio.sleep(chance.uniform(0, visit.think[1]))
        while time.monotonic() < visit.until:
            reply = await _asked(way, client, visit.questions[at % len(visit.questions)])
            visit.replies.append(reply)
            at += reply.outcome != BUSY
            # Who failed does not come back at once either.
            pause = reply.again if reply.outcome == BUSY else chance.uniform(*visit.think)
            await asyncio.sleep(min(max(pause, reply.outcome == ERROR), max(0.0, visit.until - time.monotonic())))


async def _watcher(visit: Visit) -> None:
    """Asks for the server's health once a second."""
    async with httpx.AsyncClient(base_url=visit.address, timeout=PATIENCE, trust_env=False) as client:
        while time.monotonic() < visit.until:
            start = time.monotonic()
            try:
                code = (await client.get("/health")).status_code
                outcome, why = (ANSWERED, "") if code == httpx.codes.OK else (ERROR, str(code))
            except httpx.HTTPError as error:
                outcome, why = ERROR, type(error).__name__
            visit.health.append(Reply("/health", outcome, time.monotonic() - start, why))
            await asyncio.sleep(1)


async def visits(number: int, visit: Visit) -> None:
    """`number` visitors at once, half of them each way, until the time is over; fills `visit`."""
    await asyncio.gather(_watcher(visit), *(_visitor(one, visit) for one in range(number)))


async def first(address: str, question: str) -> None:
    """One question each way, before anything is counted: models are brought in by it."""
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False) as client:
        for way in WAYS:
            await _asked(way, client, question)
