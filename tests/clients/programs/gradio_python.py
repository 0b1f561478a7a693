"""The client of Gradio."""

import json
import sys

from gradio_client import Client

ADDRESS, KEY, QUESTION = sys.argv[1:]

# how
client = Client(ADDRESS, headers={"Authorization": f"Bearer {KEY}"}, verbose=False)
answer = client.predict(QUESTION, api_name="/ask")
# end

pieces = [result["answer"] or result.get("step") for result in client.submit(QUESTION, api_name="/ask")]
titles = [citation["title"] for citation in answer["citations"]]
try:
    Client(ADDRESS, headers={"Authorization": "Bearer x"}, verbose=False).predict(QUESTION, api_name="/ask")
    refused = ""
except Exception as error:
    refused = repr(error)
print(json.dumps({"answer": answer["answer"], "pieces": pieces, "titles": titles, "refused": refused}))
