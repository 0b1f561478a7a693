"""LlamaIndex's model for servers that speak OpenAI's protocol."""

import json
import sys

from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike

ADDRESS, KEY, QUESTION = sys.argv[1:]

# how
llm = OpenAILike(model="commentary", api_base=f"{ADDRESS}/v1", api_key=KEY, is_chat_model=True)
response = llm.chat([ChatMessage(QUESTION)])
answer = response.message.content
# end

pieces = [piece.delta for piece in llm.stream_chat([ChatMessage(QUESTION)]) if piece.delta]
titles = [annotation.url_citation.title for annotation in response.raw.choices[0].message.annotations or []]
try:
    stranger = OpenAILike(model="commentary", api_base=f"{ADDRESS}/v1", api_key="x", is_chat_model=True, max_retries=0)
    stranger.chat([ChatMessage(QUESTION)])
    refused = ""
except Exception as error:
    refused = str(error)
print(json.dumps({"answer": answer, "pieces": pieces, "titles": titles, "refused": refused}))
