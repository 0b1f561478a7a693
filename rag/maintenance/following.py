"""Looks at the followed sources of a library in a background thread.

Folders are watched, and synced when something in them changes. Every followed source, a folder too, is synced at an
interval: a network drive reports no changes. Nothing is deleted. A source that fails is logged once, and tried again.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watchfiles import watch

from rag.errors import RagError
from rag.ingest.sources.sync import SourceSync
from rag.types.ingest import FollowedSource
from rag.workspace import Workspace

log = logging.getLogger(__name__)

# Between two looks at the list of followed sources, which another process may change.
WAKE_SECONDS = 5.0
# A thread that is fetching a page when the server stops is not awaited for longer.
STOP_SECONDS = 5.0


@contextmanager
def background_following(workspace: Workspace, wake_seconds: float = WAKE_SECONDS) -> Iterator[None]:
    """Syncs `workspace` with its followed sources in a thread while this is open.

    Does nothing with the setting `sync_minutes` at 0.
    """
    stop = threading.Event()
    following = _Following(workspace, stop, wake_seconds)
    thread = threading.Thread(target=following.run, name="following", daemon=True)
    if workspace.settings.sync_minutes:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if thread.is_alive():
            thread.join(STOP_SECONDS)


class _Stopped(Exception):
    """The server stops; the sync ends where it is."""


class _Following:
    """The work of the thread."""

    def __init__(self, workspace: Workspace, stop: threading.Event, wake_seconds: float) -> None:
        self._sync = SourceSync(
            workspace.library, workspace.indexer, workspace.settings, workspace.write_lock, self._check_stop
        )
        self._interval = timedelta(minutes=workspace.settings.sync_minutes)
        self._stop, self._wake_seconds = stop, wake_seconds
        self._attempts: dict[str, datetime] = {}
        self._logged: dict[str, str] = {}

    def run(self) -> None:
        """Works until the event is set."""
        while not self._stop.is_set():
            try:
                self._work()
            except _Stopped:
                return
            except RagError as error:
                self._log("", str(error))
                self._stop.wait(self._wake_seconds)
            except Exception:  # a bug of this package: its traceback is logged, and the next look may succeed
                log.exception("a look at the followed sources failed")
                self._stop.wait(self._wake_seconds)

    def _work(self) -> None:
        """Looks at what is due, and watches the folders until their list changes."""
        folders = self._look_at_due()
        if not folders:
            self._stop.wait(self._wake_seconds)
            return
        wait_ms = int(self._wake_seconds * 1000)
        for changes in watch(*folders, stop_event=self._stop, rust_timeout=wait_ms, yield_on_timeout=True):
            paths = [Path(path) for _, path in changes]
            self._look_at([folder for folder in folders if any(path.is_relative_to(folder) for path in paths)])
            if self._look_at_due() != folders:
                return

    def _look_at_due(self) -> list[str]:
        """Syncs with what is due; returns the followed folders that are there."""
        followed = self._sync.followed()
        self._look_at([source.source for source in followed if self._is_due(source)])
        return [source.source for source in followed if not source.is_on_the_web and Path(source.source).exists()]

    def _is_due(self, source: FollowedSource) -> bool:
        """Whether the last look, of any process, and the last attempt here are old enough."""
        moments = [moment for moment in (source.looked, self._attempts.get(source.source)) if moment]
        return all(datetime.now(UTC) - moment >= self._interval for moment in moments)

    def _look_at(self, sources: Sequence[str]) -> None:
        for source in sources:
            self._check_stop()
            self._attempts[source] = datetime.now(UTC)
            try:
                failed = self._sync.sync([source]).failed
                self._log(source, f"{failed[0].what}: {failed[0].why}" if failed else "")
            except RagError as error:
                self._log(source, str(error))

    def _log(self, source: str, message: str) -> None:
        """Logs a failure once, not at each look."""
        if message and self._logged.get(source) != message:
            log.warning("%s", message)
        self._logged[source] = message

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise _Stopped
