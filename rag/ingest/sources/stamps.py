"""What tells that a source has changed: stamps of files, validators of web pages.

Nothing here is a guess about content. A file with another size or time is read again. A page is asked for with the
validators of its last answer, and its server decides.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

from rag.errors import NotModified
from rag.readers.fetch import FetchedPage, Validators, fetch
from rag.settings import Settings

# A file that was written so short a time ago may be written again within the resolution of its time.
SETTLED_SECONDS = 2.0


def file_stamp(path: Path) -> str | None:
    """The stamp of a file: its size and time of change.

    None for a file that cannot be asked, or that was changed just now.
    """
    try:
        status = path.stat()
    except OSError:
        return None
    if abs(time.time() - status.st_mtime) < SETTLED_SECONDS:
        return None
    return json.dumps({"size": status.st_size, "mtime_ns": status.st_mtime_ns})


class ConditionalFetcher:
    """Fetches those pages whose server says that they have changed.

    `find_stamp` gives the stamp of the earlier answer of an address. `unchanged` gets the other addresses, with the
    pages' own addresses. `stamps` gets the stamps of the pages that were fetched, by the address that was asked for;
    `requested` has that address by the page's own. `check_stop` is called before each page, and may raise.
    """

    def __init__(self, find_stamp: Callable[[str], str | None], check_stop: Callable[[], None]) -> None:
        self._find_stamp = find_stamp
        self._check_stop = check_stop
        self.unchanged: dict[str, str] = {}
        self.stamps: dict[str, str] = {}
        self.requested: dict[str, str] = {}

    def __call__(self, url: str, settings: Settings) -> FetchedPage:
        """Fetches `url`. Raises NotModified for a page that has not changed, ReadError."""
        self._check_stop()
        validators, own_url = _decode(self._find_stamp(url))
        try:
            page = fetch(url, settings, validators)
        except NotModified:
            self.unchanged[url] = own_url or url
            raise
        self.requested[page.url] = url
        if page.validators.headers():
            self.stamps[url] = json.dumps({**page.validators.headers(), "page": page.url})
        return page


def _decode(stamp: str | None) -> tuple[Validators, str | None]:
    try:
        stored = json.loads(stamp or "{}")
        etag, last_modified = stored.get("if-none-match"), stored.get("if-modified-since")
        return Validators.of({"etag": etag or "", "last-modified": last_modified or ""}), stored.get("page")
    except (ValueError, TypeError, AttributeError):  # a stamp of a file, or of another version of the package
        return Validators(), None
