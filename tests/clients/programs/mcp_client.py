"""The official MCP client."""

import asyncio
import json
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

ADDRESS, KEY, QUESTION = sys.argv[1:]
steps: list[str] = []


async def report(progress: float, total: float | None, message: str | None) -> None:
    steps.append(message or "")


async def ask() -> dict[str, object]:
    # how
    http_client = httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=300)
    async with Client(streamable_http_client(f"{ADDRESS}/mcp", http_client=http_client)) as client:
        result = await client.call_tool("ask", {"question": QUESTION}, progress_callback=report)
        answer = result.structured_content["answer"]
    # end
    titles = [citation["title"] for citation in result.structured_content["citations"]]
    return {"answer": answer, "pieces": steps, "titles": titles}


async def refused() -> str:
    stranger = httpx2.AsyncClient(headers={"Authorization": "Bearer x"})
    try:
        async with Client(streamable_http_client(f"{ADDRESS}/mcp", http_client=stranger)):
            return ""
    except Exception as error:
        return repr(error)


print(json.dumps(asyncio.run(ask()) | {"refused": asyncio.run(refused())}))
