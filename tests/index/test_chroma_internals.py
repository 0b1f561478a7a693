"""What this package knows of Chroma's insides still holds: these tests fail first when a release changes it."""

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import chromadb
import numpy as np
import pytest
import tantivy
from chromadb.config import Settings as ChromaSettings

from rag.errors import ServerUnavailable
from rag.index.chroma_internals import DATABASE_FILE, graph_files, open_client, read_description
from rag.index.chroma_remote import RemoteChromaIndex
from rag.index.damage import is_panic
from rag.settings import load_settings
from tests.support.command_line import python_output

DIMENSION = 8
_WRITE = """
import sys
import numpy as np
from pathlib import Path
from rag.index.chroma_internals import open_client
client = open_client(Path(sys.argv[1]))
collection = client.get_collection("passages", embedding_function=None)
collection.upsert(ids=["written elsewhere"], embeddings=np.ones((1, 8), dtype=np.float32))
client.close()
"""
_READ = """
import sys
from pathlib import Path
from rag.index.chroma_internals import open_client
try:
    open_client(Path(sys.argv[1])).get_collection("passages", embedding_function=None).count()
except BaseException as error:
    print(type(error).__name__)
"""

_IMPORT = """
import sys
{before}
earlier = sys.modules.get("overrides")
from rag.index.chroma_internals import import_chroma
import_chroma()
import overrides
print(earlier in (None, overrides), overrides.overrides.__module__, "grpc" in sys.modules)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A collection of four records, whose graph has been written."""
    client = open_client(tmp_path / "segment")
    configuration = {"hnsw": {"space": "cosine", "sync_threshold": 4, "batch_size": 4}}
    collection = client.create_collection("passages", embedding_function=None, configuration=configuration)
    rows = np.random.default_rng(1).random((4, DIMENSION), dtype=np.float32)
    collection.upsert(ids=["a", "b", "c", "d"], embeddings=rows)
    client.close()
    return tmp_path / "segment"


def _run(code: str, folder: Path) -> str:
    command = [sys.executable, "-c", code, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120).stdout.strip()


def test_a_client_sees_what_another_process_wrote_since_an_earlier_one_was_opened(folder: Path) -> None:
    earlier = open_client(folder)
    assert earlier.get_collection("passages", embedding_function=None).count() == 4
    _run(_WRITE, folder)
    with closing(open_client(folder)) as later:
        assert later.get_collection("passages", embedding_function=None).count() == 5
    earlier.close()


def test_clients_that_spell_a_folder_the_same_way_share_one_view(folder: Path) -> None:
    """The reason for the spellings: where this fails, they are no longer needed."""
    settings = ChromaSettings(anonymized_telemetry=False)
    clients = [chromadb.PersistentClient(path=str(folder), settings=settings) for _ in range(2)]
    assert clients[0]._system is clients[1]._system  # type: ignore[attr-defined]
    spelled = [open_client(folder) for _ in range(2)]
    assert spelled[0]._system is not spelled[1]._system
    for client in (*clients, *spelled):
        client.close()


def test_every_spelling_is_the_same_folder(folder: Path) -> None:
    for _ in range(5):
        with closing(open_client(folder)) as client:
            assert client.get_collection("passages", embedding_function=None).count() == 4
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_tables_that_describe_a_collection_are_there(folder: Path) -> None:
    read_description(folder)
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        assert connection.execute("SELECT name FROM collections").fetchall() == [("passages",)]


@pytest.mark.parametrize("table", ["migrations", "collections", "segments", "embeddings_queue_config"])
def test_text_in_them_that_is_not_utf_8_is_found_before_chroma_reads_it(folder: Path, table: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[2].upper() == "TEXT"]
        connection.execute(f"UPDATE {table} SET {columns[-1]} = CAST(x'61ff62' AS TEXT)")
        connection.commit()
    with pytest.raises((sqlite3.Error, UnicodeDecodeError)):
        read_description(folder)


def test_a_graph_that_was_written_lies_beside_its_metadata(folder: Path, tmp_path: Path) -> None:
    assert {path.name for path in graph_files(folder)} == {
        "index_metadata.pickle", "data_level0.bin", "header.bin", "length.bin", "link_lists.bin",
    }  # fmt: skip
    with closing(open_client(tmp_path / "unwritten")) as client:
        collection = client.create_collection("passages", embedding_function=None)
        collection.upsert(ids=["a"], embeddings=np.ones((1, DIMENSION), dtype=np.float32))
    assert graph_files(tmp_path / "unwritten") == []


def test_a_panic_of_chroma_s_native_code_is_told_by_its_name(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        connection.execute("UPDATE migrations SET hash = CAST(x'61ff62' AS TEXT)")
        connection.commit()
    assert _run(_READ, folder) == "PanicException"


def test_a_panic_of_tantivy_s_native_code_is_told_by_its_name() -> None:
    searcher = tantivy.Index(tantivy.SchemaBuilder().build()).searcher()
    with pytest.raises(BaseException, match=r"limit|greater than 0|larger") as raised:
        searcher.search(tantivy.Query.all_query(), limit=0)
    assert is_panic(raised.value)
    assert not isinstance(raised.value, Exception)
    assert not is_panic(ValueError("PanicException"))


class _HangingServer(BaseHTTPRequestHandler):
    """Answers what a client of Chroma asks when it is made, and hangs at the next request."""

    def do_GET(self) -> None:
        if "/collections" in self.path:
            time.sleep(600)
            return
        answers: dict[str, dict[str, object]] = {
            "identity": {"user_id": "", "tenant": "default_tenant", "databases": ["default_database"]},
            "default_tenant": {"name": "default_tenant"},
            "default_database": {"id": str(UUID(int=0)), "name": "default_database", "tenant": "default_tenant"},
        }
        body = json.dumps(answers[self.path.rsplit("/", 1)[-1]]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Writes nothing."""


@pytest.fixture
def hanging_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _HangingServer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_request_to_a_server_that_hangs_is_given_up(hanging_url: str, tmp_path: Path) -> None:
    """By itself Chroma's client waits for ever."""
    settings = load_settings(home=tmp_path, chroma_url=hanging_url, chroma_timeout=5)
    index = RemoteChromaIndex(settings, "library", "encoder", DIMENSION)
    before = time.monotonic()
    with pytest.raises(ServerUnavailable, match="timed out"):
        _ = index.generation
    assert time.monotonic() - before < 60


@pytest.mark.parametrize("before", ["", "import overrides"])
def test_what_stands_in_while_chroma_is_imported_is_gone_afterwards(before: str) -> None:
    assert python_output(_IMPORT.format(before=before)).split() == ["True", "overrides.overrides", "False"]


def test_chroma_imports_the_decorators_whose_place_is_taken() -> None:
    code = "import sys, chromadb; print('overrides' in sys.modules)"
    assert python_output(code) == "True", "Chroma uses overrides no more: take it out of rag/index/chroma_internals.py"
