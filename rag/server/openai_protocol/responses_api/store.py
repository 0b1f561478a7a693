"""Responses that a client can continue or fetch, a few hundred in memory."""

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from rag.types.answer import Turn

MAX_RESPONSES = 500
MAX_CHARACTERS = 30_000_000


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response's document, and the conversation up to its answer."""

    document: dict[str, Any]
    turns: tuple[Turn, ...]


class ResponseStore:
    """The newest responses, by id. Thread-safe.

    The oldest ones are dropped beyond `max_responses`, or beyond `max_characters` of documents together. Nothing is
    written to disk; a restart forgets all.
    """

    def __init__(self, max_responses: int = MAX_RESPONSES, max_characters: int = MAX_CHARACTERS) -> None:
        self._max_responses, self._max_characters = max_responses, max_characters
        self._responses: OrderedDict[str, tuple[StoredResponse, int]] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def put(self, response: StoredResponse) -> None:
        """Keeps `response`."""
        size = len(json.dumps(response.document)) + sum(len(turn.question + turn.answer) for turn in response.turns)
        with self._lock:
            self._responses[response.document["id"]] = response, size
            self._characters += size
            while self._responses and self._is_full:
                _, (_, dropped) = self._responses.popitem(last=False)
                self._characters -= dropped

    def get(self, response_id: str) -> StoredResponse | None:
        """The response, or None for one that is not kept (any more)."""
        with self._lock:
            response, _ = self._responses.get(response_id, (None, 0))
        return response

    def delete(self, response_id: str) -> bool:
        """Forgets the response; False for one that is not kept."""
        with self._lock:
            response, size = self._responses.pop(response_id, (None, 0))
            self._characters -= size
        return response is not None

    @property
    def _is_full(self) -> bool:
        return len(self._responses) > self._max_responses or self._characters > self._max_characters
