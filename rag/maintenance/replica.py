"""Keeps a replica up to date in a background thread.

Several processes may have the same library on a server open. The thread applies what the others commit to this
process's indexes. A server that does not answer is logged once, and the thread tries again; it never ends the process.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import RagError
from rag.workspace import REFRESH_INTERVAL_SECONDS, Workspace

log = logging.getLogger(__name__)

# Refreshes between two checks of the vectors' server. A check is one request; it finds missing vectors only after the
# server was unavailable.
REMOTE_CHECK_INTERVAL = 10


@contextmanager
def background_refresh(workspace: Workspace) -> Iterator[None]:
    """Refreshes `workspace` in a thread while this is open.

    Does nothing for a library in one folder.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_refresh_until, args=(workspace, stop), name="refresh", daemon=True)
    if workspace.is_shared:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if thread.is_alive():
            thread.join()


def _refresh_until(workspace: Workspace, stop: threading.Event) -> None:
    refreshes = 0
    last_message = ""
    while not stop.wait(REFRESH_INTERVAL_SECONDS):
        refreshes += 1
        try:
            workspace.refresh()
            if refreshes % REMOTE_CHECK_INTERVAL == 0:
                workspace.index_sync.refresh_remote()
            last_message = ""
        except RagError as error:
            if str(error) != last_message:  # once, not twice a second
                log.warning("%s", error)
            last_message = str(error)
        except Exception:  # a bug of this package: its traceback is logged, and the next refresh may succeed
            log.exception("the refresh from the library failed")
