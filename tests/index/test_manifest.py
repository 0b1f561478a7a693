"""Manifests: their keys on the disk stay, they are replaced in one step, and what cannot be read is none."""

from pathlib import Path

import pytest

from rag.index.manifest import (
    FULLTEXT_MANIFEST,
    VECTORS_MANIFEST,
    Manifest,
    SegmentManifest,
    delete_manifests,
    file_checksum,
    file_digest,
    read_manifest,
    write_manifest,
)

SEGMENT = SegmentManifest(folder="vectors-2", checksum="abc", pending=3, added=4, stored=None)
VECTORS = Manifest(generation=5, layout="encoder", segments=(SEGMENT,))
# As version 0.1.0 wrote it.
STORED = (
    '{"generation":5,"layout":"encoder","parts":[{"folder":"vectors-2","seal":"abc","pending":3,"passages":4,'
    '"held":null}],"files":{}}'
)


def test_a_manifest_is_written_with_the_keys_that_it_has_always_had(tmp_path: Path) -> None:
    write_manifest(tmp_path / VECTORS_MANIFEST, VECTORS)
    assert (tmp_path / VECTORS_MANIFEST).read_text() == STORED
    assert read_manifest(tmp_path / VECTORS_MANIFEST) == VECTORS


def test_keys_that_an_earlier_version_did_not_write_have_defaults(tmp_path: Path) -> None:
    (tmp_path / VECTORS_MANIFEST).write_text('{"generation":1,"layout":"e","parts":[{"folder":"vectors-1"}]}')
    assert read_manifest(tmp_path / VECTORS_MANIFEST) == Manifest(
        generation=1, layout="e", segments=(SegmentManifest(folder="vectors-1"),)
    )


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"generation": "many"}', b"\xff\xfe", b'{"layout": "e"}'])
def test_a_file_that_is_no_manifest_is_read_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / VECTORS_MANIFEST).write_bytes(content)
    assert read_manifest(tmp_path / VECTORS_MANIFEST) is None
    assert read_manifest(tmp_path / "nothing.json") is None


def test_the_manifests_of_both_indexes_are_deleted(tmp_path: Path) -> None:
    write_manifest(tmp_path / FULLTEXT_MANIFEST, Manifest(generation=1, layout="2"))
    for _ in range(2):
        delete_manifests(tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_a_checksum_is_over_names_and_bytes_in_the_order_of_the_paths(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"1")
    second.write_bytes(b"2")
    checksum = file_checksum([first, second])
    assert file_checksum([second, first]) == checksum
    first.write_bytes(b"2")
    second.write_bytes(b"1")
    assert file_checksum([first, second]) != checksum


def test_a_digest_is_128_bits_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "b").write_bytes(b"content")
    assert file_digest(tmp_path / "a") == file_digest(tmp_path / "b")
    assert len(file_digest(tmp_path / "a")) == 32
