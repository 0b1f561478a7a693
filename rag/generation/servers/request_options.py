"""The options of a chat request that a server accepts for a model.

Servers differ: reasoning models accept no temperature and another name for the limit, older servers no usage in a
stream. A model is asked with all options; one that the server rejects is left out of every further request.
"""

from dataclasses import dataclass, field
from typing import Any

from rag.generation.openai_errors import rejected_option, rejects_format
from rag.generation.structured.answer_schema import RESPONSE_FORMATS

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
    # Response formats that were sent with a request that failed for a reason that the server did not say.
    _suspected: set[str] = field(default_factory=set, init=False)

    @property
    def reasons(self) -> bool:
        """Whether the model reasons before it answers.

        Such models reject one of these options.
        """
        return not self._rejected.isdisjoint({"temperature", TOKEN_LIMIT})

    @property
    def response_format(self) -> dict[str, Any] | None:
        """The response format for JSON of a schema; None if the server accepts none."""
        refused = self._rejected | self._suspected
        return next((form for name, form in RESPONSE_FORMATS.items() if name not in refused), None)

    def arguments(self, max_tokens: int, *, schema: bool = False) -> dict[str, Any]:
        """The client's arguments for an answer of at most `max_tokens` tokens.

        With `schema` the answer is JSON of the schema, if the server accepts a response format.
        """
        names = (COMPLETION_LIMIT, TOKEN_LIMIT) if self.completion_limit else (TOKEN_LIMIT, COMPLETION_LIMIT)
        limit = next((name for name in names if name not in self._rejected), None)
        arguments: dict[str, Any] = {"temperature": 0, "stream_options": {"include_usage": True}}
        if self.reasons:
            arguments["reasoning_effort"] = REASONING_EFFORT
        if limit is not None:
            has_reasoning = self.reasons and limit == COMPLETION_LIMIT
            arguments[limit] = max_tokens + self.reasoning_tokens if has_reasoning else max_tokens
        if schema and (response_format := self.response_format) is not None:
            arguments["response_format"] = response_format
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
        if name := rejected_option(error, arguments):
            self._rejected.add(name)
            return True
        if (response_format := arguments.get("response_format")) is None:
            return False
        rejects = rejects_format(error)
        if rejects is not False:
            (self._rejected if rejects else self._suspected).add(response_format["type"])
        return rejects is not False

    def settle(self, *, accepted: bool) -> None:
        """Decides about suspected formats, after a request without one.

        If that was accepted, a format that the server may have rejected was the reason.
        """
        if accepted:
            self._rejected |= self._suspected
        self._suspected.clear()
