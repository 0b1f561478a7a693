"""A chat server that judges as a test tells it to: each reply is made from the user's message."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.servers.chat_server import ChatReply, ChatServer, ErrorReply, run_server

# The text of a reply, or a status code, for a user's message.
ReplyFunction = Callable[[str], "str | int"]


class JudgeServer(ChatServer):
    """Replies with `reply`; says of every reply that it took `usage`."""

    def __init__(self, reply: ReplyFunction) -> None:
        super().__init__()
        self.reply = reply
        self.usage: dict[str, int] | None = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}

    def next_reply(self, body: dict[str, Any]) -> ChatReply | ErrorReply:
        text = self.reply(body["messages"][-1]["content"])
        if isinstance(text, int):
            return ErrorReply(text, message="max_tokens: refused on purpose")
        return ChatReply(text, at_once=True, usage=self.usage)


@contextmanager
def judge_server(reply: ReplyFunction) -> Iterator[JudgeServer]:
    """Runs a server on loopback."""
    server = JudgeServer(reply)
    with run_server(server):
        yield server


def agreeable_reply(message: str) -> str:
    """Takes every statement for a claim, and the first sentence of the evidence as supporting any claim."""
    if "<statements>" in message:
        lines = message.split("<statements>\n")[1].split("\n</statements>")[0].splitlines()
        claims = [{"statement": number, "text": line.split(". ", 1)[1]} for number, line in enumerate(lines)]
        return json.dumps({"claims": claims})
    if "<evidence>" in message:
        evidence = message.split("<evidence>\n")[1].split("\n</evidence>")[0]
        return json.dumps({"support": 95, "quote": evidence.split("\n\n")[0][:60]})
    return json.dumps({"question": "Why does China dislike the pact?", "noncommittal": False})
