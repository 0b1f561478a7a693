"""LiteLLM."""

import json
import os
import sys

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # otherwise it asks a server of its own for prices
import litellm

ADDRESS, KEY, QUESTION = sys.argv[1:]

# how
messages = [{"role": "user", "content": QUESTION}]
server = {"model": "openai/commentary", "api_base": f"{ADDRESS}/v1", "api_key": KEY}
completion = litellm.completion(messages=messages, **server)
answer = completion.choices[0].message.content
# end

message = completion.choices[0].message
stream = litellm.completion(messages=messages, stream=True, **server)
pieces = [chunk.choices[0].delta.content for chunk in stream if chunk.choices[0].delta.content]
annotations = getattr(message, "annotations", None) or []
titles = [annotation["url_citation"]["title"] for annotation in annotations]
try:
    litellm.completion(messages=messages, **server | {"api_key": "x"})
    refused = ""
except litellm.AuthenticationError as error:
    refused = str(error)
print(json.dumps({"answer": answer, "pieces": pieces, "titles": titles, "refused": refused}))
