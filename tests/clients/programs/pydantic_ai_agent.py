"""An agent of pydantic-ai."""

import asyncio
import json
import sys

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

ADDRESS, KEY, QUESTION = sys.argv[1:]

# how
provider = OpenAIProvider(base_url=f"{ADDRESS}/v1", api_key=KEY)
agent = Agent(OpenAIChatModel("commentary", provider=provider))
answer = agent.run_sync(QUESTION).output
# end


async def streamed() -> list[str]:
    async with agent.run_stream(QUESTION) as result:
        return [piece async for piece in result.stream_text(delta=True, debounce_by=None)]


pieces = asyncio.run(streamed())
try:
    stranger = OpenAIProvider(base_url=f"{ADDRESS}/v1", api_key="x")
    Agent(OpenAIChatModel("commentary", provider=stranger)).run_sync(QUESTION)
    refused = ""
except Exception as error:
    refused = str(error)
print(json.dumps({"answer": answer, "pieces": pieces, "titles": [], "refused": refused}))
