"""instructor: the answer as an object."""

import json
import sys

import instructor
from openai import OpenAI
from pydantic import BaseModel

ADDRESS, KEY, QUESTION = sys.argv[1:]


# how
class Citation(BaseModel):
    title: str
    quote: str


class Answer(BaseModel):
    answer: str
    citations: list[Citation]


client = instructor.from_openai(OpenAI(base_url=f"{ADDRESS}/v1", api_key=KEY), mode=instructor.Mode.JSON)
messages = [{"role": "user", "content": QUESTION}]
answer = client.chat.completions.create(model="commentary", messages=messages, response_model=Answer)
# end

try:
    stranger = instructor.from_openai(OpenAI(base_url=f"{ADDRESS}/v1", api_key="x"), mode=instructor.Mode.JSON)
    stranger.chat.completions.create(model="commentary", messages=messages, response_model=Answer, max_retries=0)
    refused = ""
except Exception as error:
    refused = str(error)
titles = [citation.title for citation in answer.citations]
print(json.dumps({"answer": answer.answer, "pieces": [], "titles": titles, "refused": refused}))
