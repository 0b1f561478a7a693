"""A model that judges as a test tells it to: tests.model_server, with a reply made of each message."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.model_server import Fails, ModelServer, Says, answering

Reply = Callable[[str], "str | int"]


class JudgeServer(ModelServer):
    """`reply` gives the text for a user's message, or a status code."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply
        self.usage: dict[str, int] | None = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}

    def next_reply(self, body: dict[str, Any]) -> Says | Fails:
        said = self.reply(body["messages"][-1]["content"])
        if isinstance(said, int):
            return Fails(said, message="max_tokens: refused on purpose")
        return Says(said, at_once=True, usage=self.usage)


@contextmanager
def serving(reply: Reply) -> Iterator[JudgeServer]:
    server = JudgeServer(reply)
    with answering(server):
        yield server


def agreeable(message: str) -> str:
    """Takes every statement for a claim and every claim for borne out by the first sentence of the evidence."""
    if "<statements>" in message:
        lines = message.split("<statements>\n")[1].split("\n</statements>")[0].splitlines()
        claims = [{"statement": at, "text": line.split(". ", 1)[1]} for at, line in enumerate(lines)]
        return json.dumps({"claims": claims})
    if "<evidence>" in message:
        evidence = message.split("<evidence>\n")[1].split("\n</evidence>")[0]
        return json.dumps({"support": 95, "quote": evidence.split("\n\n")[0][:60]})
    return json.dumps({"question": "Why does China dislike the pact?", "noncommittal": False})
