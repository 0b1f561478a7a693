"""Disks that refuse to write: a read-only folder, and a small disk that fills up.

Both are mounts, which need root.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def read_only_folder(folder: Path) -> Iterator[None]:
    """Makes `folder` read-only for everybody, root included, while this is open.

    Skips the test where that cannot be done.
    """
    folder.mkdir(exist_ok=True)
    if os.name != "posix":
        pytest.skip("needs a folder that can be made read-only")
    if os.geteuid():
        folder.chmod(0o555)
        for path in folder.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            yield
        finally:
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
        return
    _mount("--bind", "-o", "ro", str(folder), str(folder))
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("root may write here in spite of a read-only mount")
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Callable[[int], None]]:
    """Mounts a disk of that many KiB at `folder`; yields a function that resizes it.

    Skips the test where no disk can be mounted.
    """
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("needs root to mount a small disk")
    _mount("-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder))
    try:
        yield lambda kib: _mount("-o", f"remount,size={kib}k", str(folder))
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _mount(*arguments: str) -> None:
    if shutil.which("mount") is None or subprocess.run(["mount", *arguments], capture_output=True).returncode:
        pytest.skip("this machine allows no mounts")
