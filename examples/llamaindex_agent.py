"""A LlamaIndex agent that searches the articles with our retriever.

    python examples/llamaindex_agent.py http://127.0.0.1:11434/v1 llama3.1 "Is BRICS an alliance?"

Any LlamaIndex LLM will do. The one below speaks to any server with OpenAI's chat protocol, so that this example needs
no further package.
"""

import asyncio
import sys
from typing import Any

from llama_index.core.agent.workflow import ReActAgent
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from llama_index.core.llms.callbacks import llm_completion_callback
from llama_index.core.schema import MetadataMode, NodeWithScore
from llama_index.core.tools import FunctionTool
from openai import OpenAI

from rag import open_engine


class ChatServerLLM(CustomLLM):
    """A model behind OpenAI's chat protocol."""

    base_url: str
    model: str
    api_key: str = "none"

    @property
    def metadata(self) -> LLMMetadata:
        """The name of the model and its limits."""
        return LLMMetadata(model_name=self.model, context_window=8192, num_output=800)

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponse:
        """The reply to a prompt."""
        client = OpenAI(base_url=self.base_url, api_key=self.api_key)
        messages = [{"role": "user", "content": prompt}]
        reply = client.chat.completions.create(model=self.model, messages=messages, temperature=0)
        return CompletionResponse(text=reply.choices[0].message.content or "")

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **options: Any) -> CompletionResponseGen:
        """The reply in one piece."""
        reply = self.complete(prompt)
        yield CompletionResponse(text=reply.text, delta=reply.text)


def passage_text(number: int, node: NodeWithScore) -> str:
    """A passage with its author and date, as the agent reads it."""
    author, day = node.metadata.get("author"), node.metadata.get("published")
    return f"[{number}] {author}, {day}: {node.node.get_content(metadata_mode=MetadataMode.NONE)}"


async def ask_agent(llm: CustomLLM, question: str, home: str | None = None) -> str:
    """The agent's answer to a question about the library in `home`."""
    with open_engine(home) as engine:
        retriever = engine.as_retriever(k=4)

        def search_articles(query: str) -> str:
            """Passages of commentary on a subject, with their authors and dates."""
            return "\n".join(passage_text(number, node) for number, node in enumerate(retriever.retrieve(query), 1))

        tool = FunctionTool.from_defaults(search_articles)
        agent = ReActAgent(tools=[tool], llm=llm, streaming=False)
        return str(await agent.run(question))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python examples/llamaindex_agent.py SERVER MODEL QUESTION")
    server, model, asked = sys.argv[1:]
    print(asyncio.run(ask_agent(ChatServerLLM(base_url=server, model=model), asked)))
