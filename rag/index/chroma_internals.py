"""Access to internals of Chroma that its API does not offer.

This module has everything that the package knows of Chroma's internals. Each of these facts can change with a release
of Chroma. pyproject.toml admits one minor version, and tests/index/test_chroma_internals.py fails first if a fact is no
longer true.
"""

import itertools
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

from rag.settings.process import collector_paused

DATABASE_FILE = "chroma.sqlite3"
# Chroma's tables that describe a collection. Each has between one row and a few dozen.
_DESCRIBING_TABLES = (
    "migrations",
    "tenants",
    "databases",
    "collections",
    "collection_metadata",
    "segments",
    "segment_metadata",
    "max_seq_id",
    "embeddings_queue_config",
)
_open_number = itertools.count()
_EXPORTER = "opentelemetry.exporter.otlp.proto.grpc.trace_exporter"


def open_client(folder: Path) -> Any:
    """Opens a client for the Chroma database in `folder`, with a view of its own.

    Clients that spell a folder the same way share one view inside a process, which does not see what another process
    has written since. A different spelling each time gives each client a view of its own.
    """
    # No spelling is used twice: when opening a folder fails, Chroma keeps the half-opened client under that spelling.
    spelling = f"{folder}/" + f"{next(_open_number):b}".replace("0", "./").replace("1", ".//")
    chromadb = import_chroma()
    settings = chromadb.config.Settings(anonymized_telemetry=False)
    return chromadb.PersistentClient(path=spelling, settings=settings)


def import_chroma() -> Any:
    """The module `chromadb`, without the exporter of traces that it imports.

    Chroma imports gRPC for an exporter that is used only if a collector is configured, which takes a fifth of its
    start. While Chroma is imported, a function stands in the exporter's place, which imports the exporter if it is
    called.
    """
    if "chromadb" not in sys.modules and _EXPORTER not in sys.modules:
        stand_in = ModuleType(_EXPORTER)
        stand_in.__dict__["OTLPSpanExporter"] = _open_exporter
        sys.modules[_EXPORTER] = stand_in
        try:
            with collector_paused():
                import chromadb
        finally:
            del sys.modules[_EXPORTER]
    import chromadb
    import chromadb.config

    return chromadb


def _open_exporter(*arguments: Any, **options: Any) -> Any:
    from importlib import import_module

    return import_module(_EXPORTER).OTLPSpanExporter(*arguments, **options)


def read_description(folder: Path) -> None:
    """Checks that the tables that describe the collection can be read.

    It runs before Chroma's native code reads them: text that is not UTF-8 ends the process there. Raises sqlite3.Error
    or UnicodeDecodeError where the tables cannot be read.
    """
    with closing(sqlite3.connect(folder / DATABASE_FILE, timeout=60)) as connection:
        for table in _DESCRIBING_TABLES:
            connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  # nosec B608 - names from above


def graph_files(folder: Path) -> Sequence[Path]:
    """Lists the files of the collection's graph; empty before Chroma has written one.

    Chroma writes index_metadata.pickle beside the other files of a graph.
    """
    return [path for index in folder.glob("*/index_metadata.pickle") for path in index.parent.iterdir()]


def set_request_timeout(client: Any, seconds: float, connect_seconds: float) -> None:
    """Sets the timeouts of a Chroma client for requests and for connections.

    The client gives up a request after `seconds`, and an attempt to connect after `connect_seconds`. Without timeouts
    it waits for ever, and a server that hangs would block every user.
    """
    client._server._session.timeout = httpx.Timeout(seconds, connect=connect_seconds)
