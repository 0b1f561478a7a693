"""The servers that a library may be on: real ones, started for a test on loopback."""

import os
import secrets
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

# Where Debian and other systems put the server's programs, which are not on the PATH.
_INITDB_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)


def free_port() -> int:
    """A free port outside the range that the system gives to those who ask for any port."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with suppress(OSError), socket.socket() as listener:
            listener.bind(("127.0.0.1", port))
            return port


class Postgres:
    """A PostgreSQL cluster in `folder`.

    PostgreSQL refuses to run as root; root runs it as the user `postgres`.
    """

    def __init__(self, folder: Path) -> None:
        pytest.importorskip("psycopg", reason="needs psycopg: pip install '.[postgres]'")
        initdb = shutil.which("initdb")
        if not _INITDB_PROGRAMS and not initdb:
            pytest.skip("needs PostgreSQL's server: apt-get install postgresql")
        self._programs = _INITDB_PROGRAMS[0].parent if _INITDB_PROGRAMS else Path(initdb or "").parent
        self._data, self.port = folder / "data", free_port()
        self._socket = folder
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(self._data), "-U", "rag", "--auth", "trust", "--no-sync", "-E", "UTF8")

    @property
    def url(self) -> str:
        return self.database("postgres")

    def database(self, name: str) -> str:
        """The address of a database, with a password that no message may contain."""
        return f"postgresql+psycopg://rag:hidden-word@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._socket} -c fsync=off"
        self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-l", str(self._socket / "log"), "-o", options)

    def stop(self) -> None:
        """Stops it at once, as a crash or an impatient administrator does."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self._data))

    def sql(self, statement: str, database: str = "postgres") -> str:
        command = ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "rag", "-Atc", statement, database]
        return self._run(*command)

    def _run(self, program: str, *arguments: str) -> str:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*as_postgres, str(self._programs / program), *arguments],
            stdout=subprocess.PIPE if program == "psql" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._socket,
            timeout=300,
        )
        assert done.returncode == 0, (program, arguments, done.stdout)
        return (done.stdout or "").strip()


class Chroma:
    """`chroma run` over a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = Path(sys.executable).with_name("chroma")
        with (self._folder / "log").open("ab") as log:
            options = ["--path", str(self._folder / "data"), "--host", "127.0.0.1", "--port", str(self.port)]
            self.process = subprocess.Popen(
                [str(program), "run", *options], stdout=log, stderr=log, start_new_session=True
            )
        wait_until(self._answers)

    def stop(self) -> None:
        """Kills it."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """Lets it accept connections and send no answer, until `resume`."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGSTOP)
        # On a busy machine its threads run on for a while after the signal.
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGCONT)

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=2) as answer:
            return bool(answer.status == 200)
        return False


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL server; skips the test where none is installed."""
    # Not one of pytest's folders, which other users may not enter and whose names are too long for a socket.
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
    """A running Chroma server."""
    with tempfile.TemporaryDirectory(prefix="rag-chroma-") as folder:
        server = Chroma(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def wait_until(is_done: Callable[[], object], seconds: float = 60.0, pause: float = 0.05) -> float:
    """Waits until `is_done()` is true and returns the seconds that it took.

    Fails the test after `seconds`.
    """
    start = time.monotonic()
    while not is_done():
        assert time.monotonic() - start < seconds, f"not within {seconds} s"
        time.sleep(pause)
    return time.monotonic() - start
