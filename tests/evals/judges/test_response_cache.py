"""Replies on disk."""

from pathlib import Path

import pytest

from evals.errors import EvalError
from evals.judges.response_cache import CachedReply, ResponseCache, cache_key


def test_replies_are_told_apart_by_all_of_what_was_asked(tmp_path: Path) -> None:
    cache = ResponseCache(tmp_path / "replies.sqlite")
    cache.put(cache_key("a", "bc"), CachedReply(text="one"))
    assert cache.get(cache_key("ab", "c")) is None
    assert cache.get(cache_key("a", "bc")) == CachedReply(text="one")


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.sqlite").write_text("not a database, by any means" * 40)
    with pytest.raises(EvalError, match="remove the file"):
        ResponseCache(tmp_path / "bad.sqlite")
