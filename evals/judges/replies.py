"""Replies of a model on disk, by the content of what was asked: what was paid for once is not paid for again."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from evals.errors import EvalError

FILE = "judge-replies.sqlite"


class Reply(BaseModel):
    """A model's text, and the tokens that it took when it was asked for."""

    model_config = ConfigDict(frozen=True)

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Replies:
    """A file of replies; threads and processes may share it. A connection a call: there are few, and each is slow."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as connection, connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT NOT NULL)")
        except (OSError, sqlite3.Error) as error:
            raise EvalError(f"the judge's replies cannot be kept in {path} ({error}); remove the file") from error

    def get(self, key: str) -> Reply | None:
        with closing(self._open()) as connection:
            row = connection.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        return Reply.model_validate_json(row[0]) if row else None

    def put(self, key: str, reply: Reply) -> None:
        with closing(self._open()) as connection, connection:
            connection.execute("INSERT OR REPLACE INTO replies VALUES (?, ?)", (key, reply.model_dump_json()))

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)


def key_of(*content: str) -> str:
    """The same for the same content, and for no other."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
