"""The client of OpenAI for Python."""

import json
import sys

from openai import OpenAI

ADDRESS, KEY, QUESTION = sys.argv[1:]

# how
client = OpenAI(base_url=f"{ADDRESS}/v1", api_key=KEY)
messages = [{"role": "user", "content": QUESTION}]
completion = client.chat.completions.create(model="commentary", messages=messages)
answer = completion.choices[0].message.content
# end

message = completion.choices[0].message
stream = client.chat.completions.create(model="commentary", messages=messages, stream=True)
pieces = [chunk.choices[0].delta.content for chunk in stream if chunk.choices and chunk.choices[0].delta.content]
try:
    OpenAI(base_url=f"{ADDRESS}/v1", api_key="x").models.list()
    refused = ""
except Exception as error:
    refused = str(error)
titles = [annotation.url_citation.title for annotation in message.annotations or []]
print(json.dumps({"answer": answer, "pieces": pieces, "titles": titles, "refused": refused}))
