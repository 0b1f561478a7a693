"""The servers that a library may be on, real ones, started for a test on loopback and stopped after it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

# Where Debian and others put the server's programs, which are on nobody's PATH.
_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Postgres:
    """A cluster of its own in `folder`. PostgreSQL refuses to run as root, so there it runs as `postgres`."""

    def __init__(self, folder: Path) -> None:
        pytest.importorskip("psycopg", reason="needs psycopg: pip install '.[postgres]'")
        found = shutil.which("initdb")
        if not _BINARIES and not found:
            pytest.skip("needs PostgreSQL's server: apt-get install postgresql")
        self._programs = _BINARIES[0].parent if _BINARIES else Path(found or "").parent
        self._data, self.port = folder / "data", free_port()
        self._socket = folder
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self._do("initdb", "-D", str(self._data), "-U", "rag", "--auth", "trust", "--no-sync", "-E", "UTF8")

    @property
    def url(self) -> str:
        return self.database("postgres")

    def database(self, name: str) -> str:
        return f"postgresql+psycopg://rag:hidden-word@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._socket} -c fsync=off"
        self._do("pg_ctl", "start", "-w", "-D", str(self._data), "-l", str(self._socket / "log"), "-o", options)

    def stop(self) -> None:
        """At once, as a crash or an impatient administrator does it."""
        self._do("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self._data))

    def sql(self, statement: str, database: str = "postgres") -> str:
        command = ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "rag", "-Atc", statement, database]
        return self._do(*command)

    def _do(self, program: str, *arguments: str) -> str:
        as_nobody = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*as_nobody, str(self._programs / program), *arguments],
            stdout=subprocess.PIPE if program == "psql" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._socket,
            timeout=60,
        )
        assert done.returncode == 0, (program, arguments, done.stdout)
        return (done.stdout or "").strip()


class Chroma:
    """`chroma run` over a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = Path(sys.executable).with_name("chroma")
        with (self._folder / "log").open("ab") as log:
            where = ["--path", str(self._folder / "data"), "--host", "127.0.0.1", "--port", str(self.port)]
            self.process = subprocess.Popen(
                [str(program), "run", *where], stdout=log, stderr=log, start_new_session=True
            )
        until(self._answers, 30)

    def stop(self) -> None:
        """Kills it."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def pause(self, *, going_on: bool = False) -> None:
        """Leaves it hanging, with connections open and no answer."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGCONT if going_on else signal.SIGSTOP)

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=2) as answer:
            return bool(answer.status == 200)
        return False


@contextmanager
def postgres() -> Iterator[Postgres]:
    # Not one of pytest's folders, which let no other user through and whose names are too long for a socket.
    with tempfile.TemporaryDirectory(prefix="rag-postgres-") as folder:
        server = Postgres(Path(folder))
        server.start()
        try:
            yield server
        finally:
            with suppress(AssertionError):  # a test may have stopped it
                server.stop()


@contextmanager
def chroma() -> Iterator[Chroma]:
    with tempfile.TemporaryDirectory(prefix="rag-chroma-") as folder:
        server = Chroma(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def until(done: Callable[[], object], seconds: float, pause: float = 0.05) -> float:
    """Waits until `done()` is true and gives the seconds that it took; fails the test after `seconds`."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(pause)
    return time.monotonic() - began
