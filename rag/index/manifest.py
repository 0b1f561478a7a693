"""Manifests: the files that describe the derived indexes.

A manifest is beside its index. It has the library's generation, the way in which the index was built, and the files in
use with their checksums. It is replaced atomically, and only after the files that it names are on the disk.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.files import write_file

VECTORS_MANIFEST = "vectors.json"
FULLTEXT_MANIFEST = "fulltext.json"


class _StoredModel(BaseModel):
    # The file keeps the older keys, which differ from the names here.
    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)


class SegmentManifest(_StoredModel):
    """Manifest of one segment, a folder with a part of an index.

    `checksum` is over the files of the segment's graph, which never change ("" before there is a graph). `pending`
    counts the changes not yet compacted into the graph. `added` counts the passages that were added, with those removed
    since the last compaction. `stored` is the number of passages stored, None where it is not known.
    """

    folder: str
    checksum: str = Field(default="", validation_alias="seal", serialization_alias="seal")
    pending: int = 0
    added: int = Field(default=0, validation_alias="passages", serialization_alias="passages")
    stored: int | None = Field(default=None, validation_alias="held", serialization_alias="held")


class Manifest(_StoredModel):
    """Manifest of one index: its generation, its layout and its files.

    `generation` is the library's. `layout` says how the index was built (encoder, fields). `segments` are the folders
    in use, oldest first. `files` has the digests of the index's files by name. It is for an index whose files are only
    created and deleted, and is empty while the index is being written.
    """

    generation: int
    layout: str
    segments: tuple[SegmentManifest, ...] = Field(default=(), validation_alias="parts", serialization_alias="parts")
    files: dict[str, str] = {}


def read_manifest(path: Path) -> Manifest | None:
    """Reads the manifest in `path`; None for a missing or an invalid one."""
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Replaces the manifest in `path` atomically.

    The manifest is on the disk when this returns. Raises OSError.
    """
    write_file(path, manifest.model_dump_json().encode())


def delete_manifests(folder: Path) -> None:
    """Deletes the manifests of both indexes in `folder`.

    The indexes then have to be rebuilt. Raises OSError.
    """
    for name in (VECTORS_MANIFEST, FULLTEXT_MANIFEST):
        (folder / name).unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """Computes the BLAKE2b digest of a file, in hex, shortened to 128 bits.

    Raises OSError.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def file_checksum(paths: Iterable[Path]) -> str:
    """Computes one SHA-256 checksum, in hex, over the names and bytes of the files.

    The files are taken in the order of their paths. Processors have instructions for SHA-256: it took half the time of
    BLAKE2. Raises OSError.
    """
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
