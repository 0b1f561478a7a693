"""The options of a chat request that a server accepts for a model.

Servers differ: reasoning models accept no temperature and another name for the limit, older servers no usage in a
stream. A model is asked with all options; one that the server rejects is left out of every further request.
"""

from dataclasses import dataclass, field
from typing import Any

from rag.generation.openai_errors import rejected_option

TOKEN_LIMIT, COMPLETION_LIMIT = "max_tokens", "max_completion_tokens"
# Reasoning of a model that answers from passages is short. "low" is the effort that most reasoning models accept.
REASONING_EFFORT = "low"


@dataclass(slots=True)
class RequestOptions:
    """The options of the requests to one model at one server.

    `completion_limit` says that the server knows the newer name of the limit, as OpenAI's own does. A reasoning model
    may use `reasoning_tokens` before the first word of its answer; the server counts them against the same limit.
    """

    completion_limit: bool
    reasoning_tokens: int
    _rejected: set[str] = field(default_factory=set, init=False)

    @property
    def reasons(self) -> bool:
        """Whether the model reasons before it answers.

        Such models reject one of these options.
        """
        return not self._rejected.isdisjoint({"temperature", TOKEN_LIMIT})

    def arguments(self, max_tokens: int) -> dict[str, Any]:
        """The client's arguments for an answer of at most `max_tokens` tokens."""
        names = (COMPLETION_LIMIT, TOKEN_LIMIT) if self.completion_limit else (TOKEN_LIMIT, COMPLETION_LIMIT)
        limit = next((name for name in names if name not in self._rejected), None)
        arguments: dict[str, Any] = {"temperature": 0, "stream_options": {"include_usage": True}}
        if self.reasons:
            arguments["reasoning_effort"] = REASONING_EFFORT
        if limit is not None:
            has_reasoning = self.reasons and limit == COMPLETION_LIMIT
            arguments[limit] = max_tokens + self.reasoning_tokens if has_reasoning else max_tokens
        arguments = {name: value for name, value in arguments.items() if name not in self._rejected}
        arguments["stream"] = True
        if "stream" in self._rejected:
            # The client still returns a stream, which reads a reply that comes whole too.
            arguments["extra_body"] = {"stream": False}
            arguments.pop("stream_options", None)
        return arguments

    def reject(self, error: Exception, arguments: dict[str, Any]) -> bool:
        """Remembers the option of `arguments` that the server rejected with `error`.

        Returns False for an error that rejects none.
        """
        name = rejected_option(error, arguments)
        if name is None:
            return False
        self._rejected.add(name)
        return True
