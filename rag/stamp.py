"""The note that a derived index leaves beside itself: of which generation, which encoder, which files.

It is replaced whole or not at all, and only after what it vouches for is on the disk.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ValidationError


class PartStamp(BaseModel, frozen=True):
    """One of the folders that an index is made of.

    `seal` is the digest of its files that must never change, `pending` the changes not yet folded into those,
    `passages` how many were put in (removed ones among them until they are folded in), `held` how many are there, None
    where that was not noted.
    """

    folder: str
    seal: str = ""
    pending: int = 0
    passages: int = 0
    held: int | None = None


class Stamp(BaseModel, frozen=True):
    """What an index holds and where.

    `generation` is the library's, `layout` names how the index was made (encoder, fields), `parts` are the folders in
    use, oldest first. `files` are the digests of an index whose files are only ever made and taken away, by name;
    empty while it is written to.
    """

    generation: int
    layout: str
    parts: tuple[PartStamp, ...] = ()
    files: dict[str, str] = {}


def read_stamp(path: Path) -> Stamp | None:
    """The stamp at `path`; None when there is none or it is not readable as one."""
    try:
        return Stamp.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def write_stamp(path: Path, stamp: Stamp) -> None:
    """Puts the stamp in place in one step, on the disk before it returns."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(stamp.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def forget_stamps(home: Path) -> None:
    """Takes away the stamps of both indexes in `home`, which then hold nothing that anybody trusts."""
    for name in ("vectors.json", "fulltext.json"):
        (home / name).unlink(missing_ok=True)


def seal_of(files: Iterable[Path]) -> str:
    """One digest over the files' names and bytes. SHA-256, which processors have instructions for, took half the time
    of BLAKE2."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
