"""LangChain's model for OpenAI's protocol."""

import json
import sys

from langchain_openai import ChatOpenAI

ADDRESS, KEY, QUESTION = sys.argv[1:]

# how
model = ChatOpenAI(model="commentary", base_url=f"{ADDRESS}/v1", api_key=KEY)
answer = model.invoke(QUESTION).text
# end

pieces = [chunk.text for chunk in model.stream(QUESTION) if chunk.text]
try:
    ChatOpenAI(model="commentary", base_url=f"{ADDRESS}/v1", api_key="x", max_retries=0).invoke(QUESTION)
    refused = ""
except Exception as error:
    refused = str(error)
print(json.dumps({"answer": answer, "pieces": pieces, "titles": [], "refused": refused}))
