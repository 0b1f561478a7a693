"""Access to internals of Chroma that its API does not offer.

This module has everything that the package knows of Chroma's internals. Each of these facts can change with a release
of Chroma. pyproject.toml admits one minor version, and tests/index/test_chroma_internals.py fails first if a fact is no
longer true.
"""

import itertools
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

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
_DECORATORS = "overrides"
T = TypeVar("T")


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
    """The module `chromadb`, imported without what is slow and not needed.

    Chroma imports gRPC for an exporter of traces that is used only if a collector is configured. A function stands in
    the exporter's place, which imports the exporter if it is called. And Chroma's methods have decorators of the
    package `overrides`, which compare each signature with that of the base class. Decorators that compare nothing stand
    in their place. Both packages are as they were afterwards.
    """
    if "chromadb" not in sys.modules:
        with collector_paused(), _stand_ins():
            import chromadb
            import chromadb.api.rust  # the client of a folder, which Chroma would import at the first one
    import chromadb
    import chromadb.config

    return chromadb


@contextmanager
def _stand_ins() -> Iterator[None]:
    exporter, decorators = ModuleType(_EXPORTER), ModuleType(_DECORATORS)
    exporter.__dict__["OTLPSpanExporter"] = _open_exporter
    decorators.__dict__.update(override=_unchanged, overrides=_unchanged, EnforceOverrides=type("Unchecked", (), {}))
    before = {name: sys.modules.get(name) for name in (_EXPORTER, _DECORATORS)}
    if before[_EXPORTER] is None:
        sys.modules[_EXPORTER] = exporter
    sys.modules[_DECORATORS] = decorators
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def _unchanged(method: T) -> T:
    """A decorator that returns what it decorates."""
    return method


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
