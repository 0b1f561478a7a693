"""Another process that holds the write lock of a library in a folder."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lock_holder(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """The process, once it has the lock; it is killed at the end."""
    script = (
        "import time\nfrom pathlib import Path\nfrom rag.storage.locks import folder_lock\n"
        f"with folder_lock(Path({str(home)!r}), 5):\n    print('locked', flush=True)\n    time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
    finally:
        process.kill()
        process.wait()
