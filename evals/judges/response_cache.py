"""Caches a model's replies on disk, by the content of the request.

No reply is paid for twice.
"""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from evals.errors import EvalError

CACHE_FILE = "judge-replies.sqlite"
LOCK_TIMEOUT_SECONDS = 60


class CachedReply(BaseModel):
    """A model's text, and the tokens that it took when it was asked for."""

    model_config = ConfigDict(frozen=True)

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


class ResponseCache:
    """A file of replies; threads and processes may share it.

    Each call opens a connection: there are few calls, and each waits for a model. Raises EvalError when `path` cannot
    be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection, connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT NOT NULL)")
        except (OSError, sqlite3.Error) as error:
            raise EvalError(f"the judge's replies cannot be kept in {path} ({error}); remove the file") from error

    def get(self, key: str) -> CachedReply | None:
        """The reply under `key`, None when there is none."""
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        return CachedReply.model_validate_json(row[0]) if row else None

    def put(self, key: str, reply: CachedReply) -> None:
        """Keeps `reply` under `key`."""
        with closing(self._connect()) as connection, connection:
            connection.execute("INSERT OR REPLACE INTO replies VALUES (?, ?)", (key, reply.model_dump_json()))

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=LOCK_TIMEOUT_SECONDS)


def cache_key(*content: str) -> str:
    """A hash of all of `content`, in its order."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
