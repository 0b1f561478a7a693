"""OpenAI's models, as far as their options go: what they reject, in OpenAI's own words, and how they count tokens.

The messages, parameters and codes are those that users of the models report.
"""

from dataclasses import dataclass
from typing import Any

from tests.support.servers.chat_server import ChatReply, ErrorReply, ScriptedReply

# What each request of the protocol may hold; OpenAI rejects any other name.
_KNOWN = {
    "model", "messages", "stream", "stream_options", "temperature", "max_tokens", "max_completion_tokens",
    "reasoning_effort", "response_format",
}  # fmt: skip
_VERIFY = "Your organization must be verified to stream this model. Please go to the settings of the organization."


@dataclass(frozen=True, slots=True)
class OpenAIModel:
    """A model that replies `text`, one token for each word, after `reasoning_tokens` tokens of reasoning.

    None is a model that does not reason. `efforts` are those it accepts, its default first. `may_stream` is whether the
    account may stream its replies, and `has_schemas` whether the model knows structured output.
    """

    text: str = "Because it can [1]."
    reasoning_tokens: int | None = None
    efforts: tuple[str, ...] = ("medium", "low", "high")
    may_stream: bool = True
    has_schemas: bool = True

    def __call__(self, body: dict[str, Any]) -> ScriptedReply:
        """The reply to a request with this body."""
        return self._rejection(body) or self._reply(body)

    def _rejection(self, body: dict[str, Any]) -> ErrorReply | None:
        if unknown := sorted(body.keys() - _KNOWN):
            return ErrorReply(400, message=f"Unrecognized request argument supplied: {unknown[0]}")
        if body.get("response_format", {"type": "json_schema"})["type"] != "json_schema":
            return ErrorReply(
                400, message="Unknown parameter: 'response_format.schema'.", param="response_format.schema"
            )
        if "response_format" in body and not self.has_schemas:
            message = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
            return ErrorReply(400, message=message)
        if self.reasoning_tokens is None:
            return _unsupported("reasoning_effort", "parameter") if "reasoning_effort" in body else None
        if "max_tokens" in body:
            return _unsupported("max_tokens", "parameter", " Use 'max_completion_tokens' instead.")
        if body.get("temperature", 1) != 1:
            return _unsupported("temperature", "value", " Only the default (1) value is supported.")
        if body.get("reasoning_effort", self.efforts[0]) not in self.efforts:
            more = f" Supported values are: {', '.join(self.efforts)}."
            return _unsupported("reasoning_effort", "value", more)
        if not self.may_stream and body.get("stream"):
            return ErrorReply(400, message=_VERIFY, code="unsupported_value", param="stream")
        if "stream_options" in body and not body.get("stream"):
            message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
            return ErrorReply(400, message=message, param="stream_options")
        return None

    def _reply(self, body: dict[str, Any]) -> ChatReply:
        """The answer; of reasoning that reaches the limit nothing is left for the answer."""
        words = self.text.split(" ")
        limit = body.get("max_completion_tokens", body.get("max_tokens", 100_000)) - (self.reasoning_tokens or 0)
        text, finish = (self.text, "stop") if limit >= len(words) else (" ".join(words[: max(0, limit)]), "length")
        return ChatReply(text, finish=finish, at_once=not body.get("stream"))


def _unsupported(name: str, what: str, more: str = "") -> ErrorReply:
    kind = "does not support this value" if what == "value" else "is not supported"
    message = f"Unsupported {what}: '{name}' {kind} with this model.{more}"
    return ErrorReply(400, message=message, code=f"unsupported_{what}", param=name)
